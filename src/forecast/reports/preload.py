"""What every report's process needs: imported once, by the server that these are forked from."""

import gc
import sys

# What is imported stays: looking for garbage in it takes a tenth of the time.
gc.disable()
# A grammar of addresses, for jsonschema; it takes two seconds to build and checks nothing here.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # reads as: not installed

import bs4
import nbconvert.exporters
import papermill
import typer

from ..evaluation import store, verdict_changes
from . import kernel, page, pdf, runner

gc.enable()

__all__ = [
    "bs4", "kernel", "nbconvert", "page", "papermill", "pdf", "runner", "store", "typer",
    "verdict_changes",
]  # fmt: skip
