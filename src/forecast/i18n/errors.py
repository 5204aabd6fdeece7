"""Errors in the language of the reader: messages with their arguments, translated."""

from __future__ import annotations

from ..errors import DataError, ForecastError, Message, cause, msg
from .catalog import SOURCE_LANGUAGE, gettext
from .messages import FiguresError

__all__ = ["format_error", "translate"]


def translate(text: object, language: str) -> object:
    """Translate a `Message` and the messages among its arguments; anything else stays as it is.

    >>> from forecast.errors import msg
    >>> text = msg("no {what} {names}", what=msg("lever"), names=["a", "b"])
    >>> translate(text, "zh"), translate(text, "en")
    ('缺少政策举措 a、b', 'no lever a, b')
    """
    if language == SOURCE_LANGUAGE:
        return text
    if isinstance(text, list):
        return gettext(", ", language).join(str(translate(item, language)) for item in text)
    if not isinstance(text, Message):
        return text
    template = gettext(text.template, language)
    if template == text.template and not text.arguments:
        return str(text)
    filled = {name: translate(value, language) for name, value in text.arguments.items()}
    return template.format_map(filled) if filled else template


def format_error(error: Exception, language: str) -> str:
    """Write an error for the user who caused it; '' for an error of the program.

    >>> from forecast.errors import UnknownNameError
    >>> print(format_error(UnknownNameError("region", "lisui", ["lishui", "xiaoshan"]), "zh"))
    没有名为“lisui”的地区。是不是“lishui”？可用的有：lishui、xiaoshan。
    >>> format_error(KeyError("lisui"), "zh")
    ''
    """
    if isinstance(error, FiguresError):
        return error.describe(language)
    if isinstance(error, DataError):
        # A value that may be one of two things can lack the same for both.
        lines = dict.fromkeys(str(translate(p.message(), language)) for p in error.problems)
        return "\n".join(lines)
    text = error.args[0] if error.args else ""
    if isinstance(error, OSError) and error.filename is not None:
        facts = {"file": error.filename, "reason": cause(error)}
        text = msg("{file} cannot be read or written ({reason}).", **facts)
    if isinstance(text, Message):
        return str(translate(text, language))
    return str(error) if isinstance(error, ForecastError) and language == SOURCE_LANGUAGE else ""
