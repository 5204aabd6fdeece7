"""The command itself: its language, options that several commands share, errors and log lines."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from ..i18n.catalog import SOURCE_LANGUAGE, environment_language, languages
from ..i18n.catalog import gettext as translate_message

__all__ = [
    "DATA", "LANGUAGE", "AsOf", "Command", "Log", "app", "exit_on_error", "fail", "gettext",
    "language_option", "log_to_stderr", "print_table", "say",
]  # fmt: skip

ORDER = ("init", "check", "run", "template", "collect", "targets", "levers", "app", "verify",
         "panel", "learn-priors")  # fmt: skip
"""Commands in the order of the help."""
LANGUAGE = environment_language()
"""Language of help and messages, settled when the program starts."""


def gettext(message: str) -> str:
    """Translate a message for whoever called the command."""
    return translate_message(message, LANGUAGE)


class _HelpOption:
    """The option --help with a translated description."""

    def get_help_option(self, ctx: Any) -> Any:
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = gettext("Show this message and exit.")
        return option


class Command(_HelpOption, TyperCommand):
    """A command whose help is translated."""


class Group(_HelpOption, TyperGroup):
    def list_commands(self, ctx: Any) -> list[str]:
        """List the commands as a planner meets them."""
        names = super().list_commands(ctx)
        return sorted(names, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER))


app = typer.Typer(
    cls=Group,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help=gettext("Forecasts and reports for plans with yearly targets."),
)


class Log(StrEnum):
    """Forms of log lines."""

    text = "text"
    json = "json"


def _known_language(code: str) -> str:
    if code not in languages():
        raise typer.BadParameter(", ".join(languages()))
    return code


def language_option(text: str) -> Any:
    """Make the option of a language."""
    return typer.Option(metavar="|".join(languages()), callback=_known_language, help=text)


DATA = gettext("A folder with tables of your own, or the address of a database.")
AsOf = Annotated[
    str | None, typer.Option(help=gettext("Day whose knowledge is used, as 2022-12-31."))
]
"""The option --as-of."""


def _print_version(wanted: bool) -> None:
    if wanted:
        from .._version import __version__

        typer.echo(f"forecast {__version__}")
        raise typer.Exit


@app.callback()
def main(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help=gettext("Show the version.")
        ),
    ] = False,
) -> None:
    """Forecasts and reports for plans with yearly targets."""
    # A stream that the caller has closed is no stream; a file would get its number.
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            stream = open(os.devnull, mode)
            os.set_inheritable(stream.fileno(), True)
            setattr(sys, name, stream)


def fail(error: Exception, code: int, language: str = LANGUAGE) -> NoReturn:
    """Print an error and end with an exit code."""
    from ..i18n.errors import format_error

    # In English the head with the number of problems is printed as well.
    plain = language == SOURCE_LANGUAGE and not isinstance(error, OSError)
    text = "" if plain else format_error(error, language)
    typer.echo(text or error, err=True)
    raise typer.Exit(code) from None


@contextmanager
def exit_on_error(
    code: int = 1, language: str = LANGUAGE, *, fixed: bool = False
) -> Iterator[None]:
    """End with an error's message and its own exit code, else `code`; `fixed`: always `code`."""
    from ..errors import ForecastError

    try:
        yield
    except OSError as error:  # such as a name that is too long to be looked for
        fail(error, code, language)
    except ForecastError as error:
        fail(error, code if fixed else getattr(error, "exit_code", code), language)


def say(message: str, language: str, **gaps: object) -> None:
    """Print a message marked with `N_` in a language."""
    typer.echo(translate_message(message, language).format(**gaps))


def print_table(table: Any) -> None:
    """Print a table of numbers, with words for its heads."""
    from ..i18n.labels import LABELS, label_of

    heads = {c: label_of("column", c, LANGUAGE) for c in table if c in LABELS["column"]}
    typer.echo(table.rename(columns=heads).to_string(index=False))


def log_to_stderr(form: Log | None = None, *, everything: bool = True) -> None:
    """Show our own lines; papermill's are in our errors already."""
    from ..i18n.logs import JsonFormatter, TranslatedFormatter

    line = "%(asctime)s [%(region)s] %(message)s"
    text = TranslatedFormatter(line, "%Y-%m-%d %H:%M:%S", defaults={"region": "-"})
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if form == Log.json else text)
    # Of a home that cannot be written; not of fonts, which its modules name.
    logging.getLogger("matplotlib").addFilter(lambda record: record.levelno > logging.WARNING)
    logger = logging.getLogger("forecast")
    logger.handlers = [handler]
    logger.setLevel(logging.INFO if everything else logging.WARNING)
