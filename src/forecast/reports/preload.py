"""What every report's process needs: imported once, by the server that these are forked from.

Where kernels are forked as well: also what a notebook needs.
"""

import gc
import importlib

from .kernel_process import FORKS, accept_any_home

# What is imported stays: looking for garbage in it takes a tenth of the time.
gc.disable()
accept_any_home()

import bs4
import nbconvert.exporters
import papermill
import typer

from ..evaluation import store, verdict_changes
from . import kernel, page, pdf, runner

NOTEBOOK = ("ipykernel.kernelapp", "matplotlib.figure", "matplotlib.backends.backend_svg",
            "forecast.reports.exports", "forecast.reports.monitoring")  # fmt: skip
"""Libraries of a notebook."""
if FORKS:
    for name in NOTEBOOK:
        importlib.import_module(name)
gc.freeze()
gc.enable()

__all__ = [
    "bs4", "kernel", "nbconvert", "page", "papermill", "pdf", "runner", "store", "typer",
    "verdict_changes",
]  # fmt: skip
