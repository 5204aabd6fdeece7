"""Faults in Chinese: what is `said` in English where it is found (see `errors`) is told here.

The table holds a Chinese template, with the gaps of the English one, for everything that a
planner's desk can say of a file, a folder, a setting or a name.
"""

from __future__ import annotations

from ..errors import DataError, ForecastError, Said, cause, said
from .catalog import SOURCE_LANGUAGE, gettext
from .messages import FiguresError

__all__ = ["tell_error", "translate"]


def translate(text: object, language: str) -> object:
    """Tell what is `said` in a language; anything else stays as it is.

    >>> from forecast.errors import said
    >>> text = said("no {what} {names}", what=said("lever"), names=["a", "b"])
    >>> translate(text, "zh"), translate(text, "en")
    ('缺少手段 a、b', 'no lever a, b')
    """
    if language == SOURCE_LANGUAGE:
        return text
    if isinstance(text, list):
        return gettext(", ", language).join(str(translate(item, language)) for item in text)
    if not isinstance(text, Said):
        return text
    template = gettext(text.template, language)
    if template == text.template and not text.gaps:
        return str(text)
    filled = {name: translate(gap, language) for name, gap in text.gaps.items()}
    return template.format_map(filled) if filled else template


def tell_error(error: Exception, language: str) -> str:
    """Tell a fault of what a planner gave, in a language; '' for a fault of the program.

    >>> from forecast.errors import UnknownNameError
    >>> print(tell_error(UnknownNameError("region", "lisui", ["lishui", "xiaoshan"]), "zh"))
    没有名为“lisui”的地区。是不是“lishui”？可用的有：lishui、xiaoshan。
    >>> tell_error(KeyError("lisui"), "zh")
    ''
    """
    if isinstance(error, FiguresError):
        return error.told(language)
    if isinstance(error, DataError):
        # What a value could be in two ways can lack the same for both.
        told = dict.fromkeys(str(translate(p.said(), language)) for p in error.problems)
        return "\n".join(told)
    text = error.args[0] if error.args else ""
    if isinstance(error, OSError) and error.filename is not None:
        gaps = {"file": error.filename, "reason": cause(error)}
        text = said("{file} cannot be read or written ({reason}).", **gaps)
    if isinstance(text, Said):
        return str(translate(text, language))
    return str(error) if isinstance(error, ForecastError) and language == "en" else ""
