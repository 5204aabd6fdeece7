"""Languages: message catalogues, and numbers, dates and units as each language writes them.

For other packages:

- `catalog`: messages in the language of the reader
- `labels`: names of codes
- `formatting`: numbers, dates, sums of money and probabilities as text
- `messages`: issues with a planner's figures
- `errors`: error messages
- `logs`: log lines
"""

__all__ = ["catalog", "errors", "formatting", "labels", "logs", "messages"]
