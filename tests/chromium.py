"""The installed browser for tests."""

import os
import shutil

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "microsoft-edge")
OFF = [
    "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync",
    "--disable-component-update", "--no-sandbox",
]  # fmt: skip
"""Options without which the browser would ask other machines, or not run as root."""


def find_browser() -> str:
    """Return the path of the browser; without one skip the test, or fail if one is demanded."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        refuse = pytest.fail if os.environ.get("FORECAST_DEMAND_BROWSER") else pytest.skip
        refuse("no Chromium, Chrome or Edge on this machine")
    return path
