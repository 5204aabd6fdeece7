"""Message catalogues: every text that a user reads, in the language that is asked for.

English stands in the code and is the message's id; `locale/<language>/LC_MESSAGES/forecast.po`
holds the translations and `forecast.mo` their compiled form (`make messages` renews both). Another
language is one more folder there, or in the folder that `FORECAST_LOCALE` names.
"""

from __future__ import annotations

import functools
import gettext as catalogues
import os
from importlib import resources
from pathlib import Path

from ..errors import N_, check_name

__all__ = ["DOMAIN", "SOURCE_LANGUAGE", "N_", "gettext", "languages", "pgettext"]

DOMAIN = "forecast"
SOURCE_LANGUAGE = "en"
"""The language of the messages in the code: it needs no catalogue."""


def gettext(message: str, language: str) -> str:
    """Translate a message; its `{gaps}` are filled afterwards, with `format`.

    Raises
    ------
    UnknownNameError
        For a language without a catalogue.

    Examples
    --------
    >>> gettext("As of {day}", "zh").format(day="2022年")
    '截至2022年'
    """
    return _translations(language).gettext(message)


def pgettext(context: str, message: str, language: str) -> str:
    """Translate a message that reads differently in another context.

    >>> pgettext("status", "met", "zh")
    '已完成'
    """
    return _translations(language).pgettext(context, message)


def languages() -> tuple[str, ...]:
    """Codes of all languages that there are: Chinese first, English last.

    >>> languages()
    ('zh', 'en')
    """
    found = {file.parents[1].name for place in _folders() for file in place.glob("*/*/*.mo")}
    return (*sorted(found - {SOURCE_LANGUAGE}), SOURCE_LANGUAGE)


def _folders() -> list[Path]:
    own = Path(str(resources.files("forecast.i18n"))) / "locale"
    more = os.environ.get("FORECAST_LOCALE")
    return [own, *([Path(more)] if more else [])]


@functools.cache
def _translations(language: str) -> catalogues.NullTranslations:
    if language == SOURCE_LANGUAGE:
        return catalogues.NullTranslations()
    check_name("language", language, languages())
    for folder in _folders():
        if catalogues.find(DOMAIN, folder, [language]):
            return catalogues.translation(DOMAIN, folder, [language])
    raise AssertionError(language)  # `languages` found it
