"""Languages: message catalogues, and numbers, dates and units as each language writes them.

For other packages:

- `catalog`: messages in the language of the reader
- `labels`: names of codes
- `formatting`: numbers, dates, amounts of money and probabilities as text
- `messages`: remarks on figures, translated
- `errors`: translated error messages
"""

__all__ = ["catalog", "errors", "formatting", "labels", "messages"]
