"""What every report's process needs: imported once, by the server that these are forked from."""

import sys

# A grammar of addresses, for jsonschema; it takes two seconds to build and checks nothing here.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # reads as: not installed

import bs4
import nbconvert.exporters
import papermill
import typer

from . import kernel, pdf, runner

__all__ = ["bs4", "kernel", "nbconvert", "papermill", "pdf", "runner", "typer"]
