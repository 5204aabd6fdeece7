"""Message catalogues: every text that a user reads, in the reader's language.

The English text in the code is the message's id; `locale/<language>/LC_MESSAGES/forecast.po` holds
the translations (`make messages` brings it up to date) and is read as it is. Another language
is one more folder there, or in the folder that `FORECAST_LOCALE` names.
"""

from __future__ import annotations

import functools
import io
import os
from collections.abc import Mapping
from gettext import GNUTranslations, NullTranslations
from importlib import resources
from pathlib import Path

from ..errors import N_, check_name

__all__ = [
    "DOMAIN",
    "N_",
    "SOURCE_LANGUAGE",
    "environment_language",
    "gettext",
    "languages",
    "pgettext",
]

DOMAIN = "forecast"
SOURCE_LANGUAGE = "en"
"""The language of the messages in the code: it needs no catalogue."""

VARIABLES = ("FORECAST_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
"""Environment variables that may name a language, the strongest first."""


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
    return _translations(language, _own_folder()).gettext(message)


def pgettext(context: str, message: str, language: str) -> str:
    """Translate a message that reads differently in another context.

    >>> pgettext("status", "met", "zh")
    '已完成'
    """
    return _translations(language, _own_folder()).pgettext(context, message)


def languages() -> tuple[str, ...]:
    """Codes of all languages that there are, English last.

    >>> languages()
    ('zh', 'en')
    """
    return (*_catalogues(_own_folder()), SOURCE_LANGUAGE)


def environment_language(environment: Mapping[str, str] = os.environ) -> str:
    """Language of what a command prints: FORECAST_LANGUAGE, else the locale's, else English.

    >>> environment_language({"LANG": "zh_CN.UTF-8"}), environment_language({"LC_ALL": "POSIX"})
    ('zh', 'en')
    >>> environment_language({"LANG": "zh_CN.UTF-8", "FORECAST_LANGUAGE": "en"})
    'en'
    """
    named = next((environment[name] for name in VARIABLES if environment.get(name)), "")
    language = named.replace("-", "_").partition("_")[0].partition(".")[0].lower()
    return language if language in languages() else SOURCE_LANGUAGE


def _own_folder() -> str:
    """Folder of further catalogues, '' for none."""
    return os.environ.get("FORECAST_LOCALE", "")


@functools.cache
def _catalogues(own_folder: str) -> dict[str, Path]:
    """File of each language's messages."""
    folders = [Path(str(resources.files("forecast.i18n"))) / "locale"]
    if own_folder:
        folders.append(Path(own_folder))
    files = [file for folder in folders for file in folder.glob(f"*/LC_MESSAGES/{DOMAIN}.po")]
    return dict(sorted((file.parents[1].name, file) for file in files))


@functools.cache
def _translations(language: str, own_folder: str) -> NullTranslations:
    if language == SOURCE_LANGUAGE:
        return NullTranslations()
    check_name("language", language, languages())
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    with _catalogues(own_folder)[language].open("rb") as file:
        write_mo(compiled, read_po(file))
    compiled.seek(0)
    return GNUTranslations(compiled)
