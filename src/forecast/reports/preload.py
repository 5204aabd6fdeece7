"""What every report's process needs: imported once, by the server that these are forked from."""

import gc

# What is imported stays: looking for garbage in it takes a tenth of the time.
gc.disable()

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
