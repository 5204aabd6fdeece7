"""Log lines for people and for programs, in the language of the environment."""

from __future__ import annotations

import copy
import datetime as dt
import json
import logging

from .catalog import environment_language, gettext
from .errors import format_error, translate

__all__ = ["JsonFormatter", "TranslatedFormatter"]


class TranslatedFormatter(logging.Formatter):
    """Formatter of log lines whose message, texts and errors are translated.

    Messages are marked for translation where they are logged, as `log.info(N_("..."))`.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Translate a record and format it."""
        return super().format(self.translated(record))

    def translated(self, record: logging.LogRecord) -> logging.LogRecord:
        """Copy a record in the language of the environment."""
        language, record = environment_language(), copy.copy(record)
        record.msg = gettext(record.msg, language)
        if isinstance(record.args, tuple):
            record.args = tuple(_text(value, language) for value in record.args)
        return record


class JsonFormatter(TranslatedFormatter):
    """Formatter as one JSON object a line: time with zone, level, region, message."""

    def format(self, record: logging.LogRecord) -> str:
        """Translate a record and write it as JSON, in plain ASCII."""
        moment = dt.datetime.fromtimestamp(record.created).astimezone()
        line = {
            "time": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "region": getattr(record, "region", None),
            "message": self.translated(record).getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line)


def _text(value: object, language: str) -> object:
    if isinstance(value, Exception):
        return format_error(value, language) or str(value)
    return translate(value, language)
