"""Languages: message catalogues, and numbers, dates and units as each language writes them.

For other packages:

- `formatting`: numbers, dates, amounts of money and probabilities as text
- `messages`: remarks on figures, translated
- `errors`: translated error messages
"""

__all__ = ["errors", "formatting", "messages"]
