"""Log lines in the language of a program's environment."""

from __future__ import annotations

import copy
import logging
import os
from collections.abc import Mapping

from .catalog import SOURCE_LANGUAGE, gettext, languages
from .errors import format_error, translate

__all__ = ["TranslatedFormatter", "environment_language", "translate_record"]

VARIABLES = ("FORECAST_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
"""Environment variables that may name a language, the strongest first."""


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


def translate_record(record: logging.LogRecord, language: str) -> logging.LogRecord:
    """Copy a line of the log with its message, texts and errors translated.

    Messages are marked for translation where they are logged, as `log.info(N_("..."))`.
    """
    translated = copy.copy(record)
    translated.msg = gettext(record.msg, language) if record.msg else record.msg
    if isinstance(record.args, tuple):
        translated.args = tuple(_tell(value, language) for value in record.args)
    return translated


def _tell(value: object, language: str) -> object:
    if isinstance(value, Exception):
        return format_error(value, language) or str(value)
    return translate(value, language)


class TranslatedFormatter(logging.Formatter):
    """Formatter of log lines in the language of the environment."""

    def format(self, record: logging.LogRecord) -> str:
        """Translate a record and format it."""
        return super().format(translate_record(record, environment_language()))
