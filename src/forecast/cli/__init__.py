"""The command line: reports, checks of data, scores of issued forecasts, the planner's desk.

`run` prints one JSON line a report on standard output, and lines for people on standard error:
all of them on a terminal, elsewhere only problems unless `--log` asks for more. A report whose
inputs and files are unchanged is skipped, so the same command continues a run that was stopped.
Its exit code is 0 if all succeeded, 1 if some did, and otherwise that of the first failure (the
codes of `reports.errors`; 70 for a fault of the program itself, 128 + n for a run ended by signal
n). Help, messages and log lines are in the language of FORECAST_LANGUAGE, else of the locale, else
in English; JSON results are always in English.

For other packages:

- `app`: the command
- `application`: what the commands share
- `plans`, `checking`, `reports`, `targets`, `levers`, `desk`, `issued`, `learning`, `panel`: the
  commands
"""

from __future__ import annotations

from . import (
    application,
    checking,
    desk,
    issued,
    learning,
    levers,
    panel,
    plans,
    reports,
    targets,
)  # fmt: skip
from .application import app

__all__ = [
    "app",
    "application",
    "checking",
    "desk",
    "issued",
    "learning",
    "levers",
    "panel",
    "plans",
    "reports",
    "targets",
]
