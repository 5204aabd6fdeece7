"""The planner's desk as a web page: its notebook, run by Voila for each visitor.

Without a token the page is served to this machine only. It makes no requests to other machines.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import logging
import os
import signal
import socket
import tempfile
import threading
import webbrowser
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from string import Template
from typing import Any

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop
from tornado.web import HTTPError
from traitlets.config import Config
from voila.app import Voila

from ..errors import N_, ReportError, cause, msg
from ..i18n.catalog import gettext
from ..reports.parameters import Plain, find_notebook
from ..reports.signals import stoppable

__all__ = ["ServingError", "is_local", "serve", "with_parameters"]

LEAST_LENGTH = 8
"""Least number of characters of a token."""
SIGNALS = (signal.SIGINT, signal.SIGTERM)
ATTEMPTS = 100
"""Attempts to end the kernels, a tenth of a second apart."""
IDLE_SECONDS = 600
"""Seconds after which the kernel of a closed page is ended."""
ALL_ADDRESSES = ("0.0.0.0", "::")

# Voila's own page, in the reader's language and without the icon fonts that it would fetch.
PAGE = """\
{%- extends "voila/templates/lab/index.html.j2" -%}
{% import "spinner.macro.html.j2" as spinner %}
{%- block notebook_css -%}
{{ resources.include_js("static/voila-style.js") }}
{{ spinner.css() }}
<style>
  .jp-mod-noOutputs.jp-mod-noInput, #loading_text { display: none; }
  #loading::after { content: "$opening"; }
</style>
{{ super.super() }}
{%- endblock notebook_css -%}
"""
LOGIN = """\
<!DOCTYPE html>
<html lang="$language">
<meta charset="utf-8">
<title>$title</title>
<link rel="icon" href="data:;base64,=">
<body style="font: 1.1em sans-serif; max-width: 24em; margin: 15vh auto">
<h1>$title</h1>
<form action="{{ base_url }}login?next={{ next }}" method="post">
{{ xsrf_form_html() | safe }}
<p><label for="token">$ask</label></p>
<p><input type="password" id="token" name="password" autocomplete="current-password" autofocus>
<button>$enter</button></p>
</form>
{% if message %}<p role="alert">$refused</p>{% endif %}
"""
PAGE_TEXTS = {
    "title": N_("The planner's desk"),
    "opening": N_("Opening …"),
    "ask": N_("Token"),
    "enter": N_("Enter"),
    "refused": N_("Wrong token."),
}

OPEN_TO_ALL = N_(
    "Anyone who can reach {host} could use the desk: set a token of at least {count} characters, "
    "preferably in the environment variable FORECAST_TOKEN, or use 127.0.0.1."
)


class ServingError(ReportError):
    """A page that cannot be served with these options."""

    exit_code = 2


class OwnKernel(KernelSpecManager):
    """Starts kernels of the serving Python, whatever kernels a user registered."""

    def _kernel_dirs_default(self) -> list[str]:
        return []

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Return the specification of the native kernel, without its log messages."""
        spec = super().get_kernel_spec(kernel_name)
        spec.argv.append("--log-level=ERROR")
        return spec


class Page(Voila):  # type: ignore[misc]
    """One notebook on a socket that is open already; `opened` is called once it answers."""

    bound: socket.socket
    opened: Callable[[], None]

    def listen(self) -> None:
        """Answer until SIGINT or SIGTERM; further signals do not interrupt an orderly end."""
        loop = IOLoop.current()

        def end(*_: object) -> None:
            for signum in SIGNALS:
                signal.signal(signum, lambda *_: None)
            # Unlike add_callback, this wakes a loop that waits for a visitor.
            loop.asyncio_loop.call_soon_threadsafe(loop.stop)  # type: ignore[attr-defined]

        for signum in SIGNALS:
            signal.signal(signum, end)
        self.app.settings["jinja2_env"].loader.searchpath.insert(0, self.root_dir)
        HTTPServer(self.app).add_socket(self.bound)
        try:
            self.opened()
            loop.start()
        finally:
            self.stop()

    def stop(self) -> None:
        """End all kernels; one that is starting can be ended only after it has started."""
        loop = IOLoop.current()
        for _ in range(ATTEMPTS):
            with suppress(HTTPError):
                loop.run_sync(partial(self.kernel_manager.shutdown_all, now=True))
                return
            loop.run_sync(partial(asyncio.sleep, 0.1))


def serve(
    parameters: Mapping[str, Plain],
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    token: str | None = None,
    browser: bool = False,
) -> None:
    """Serve the planner's desk and print its address, until SIGINT or SIGTERM.

    Parameters
    ----------
    parameters : parameters of the notebook `planner`
    host : address to listen on; any but a loopback address needs a token
    port : 0 takes a free one
    token : password of the page, entered in a form or given with the address as `?token=`
    browser : whether to open the page in a browser

    Raises
    ------
    ServingError
        Without a token where one is needed, or if the address is not available.
    """
    local = is_local(host)
    if len(token or "") < (0 if local and not token else LEAST_LENGTH):
        raise ServingError(msg(OPEN_TO_ALL, host=host, count=LEAST_LENGTH))
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        bound = socket.create_server((host, port), family=family)
    except OSError as error:
        reason = cause(error)
        raise ServingError(
            msg("{reason}. Choose another --host or --port.", reason=reason)
        ) from None
    bound.setblocking(False)
    address = _address(host, bound.getsockname()[1])

    def opened() -> None:
        print(address, flush=True)
        if browser:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    # Tornado logs a warning for each visitor: Voila passes it milliseconds instead of seconds.
    logging.getLogger("tornado.general").setLevel(logging.ERROR)
    page = Page(config=_config(str(parameters["language"])), config_file_paths=[], token=token)
    page.bound, page.opened = bound, opened
    page.tornado_settings = {"allow_remote_access": not local}
    page.initialize([])
    # Ending by a signal is the normal end.
    with (
        suppress(KeyboardInterrupt),
        stoppable(),
        tempfile.TemporaryDirectory(prefix="forecast-") as folder,
    ):
        _write_page(page, Path(folder), parameters)
        page.start()


def is_local(host: str) -> bool:
    """Return whether an address can be reached from this machine only.

    >>> is_local("127.0.0.1"), is_local("::1"), is_local("localhost")
    (True, True, True)
    >>> is_local("0.0.0.0"), is_local("desk.example")
    (False, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def with_parameters(notebook: dict[str, Any], values: Mapping[str, Plain]) -> dict[str, Any]:
    """Return a notebook with a cell of parameter values after the cell that declares them.

    >>> cell = {"source": "region = 'x'", "metadata": {"tags": ["parameters"]}}
    >>> made = with_parameters({"cells": [cell]}, {"region": "lishui"})
    >>> [cell["source"] for cell in made["cells"]]
    ["region = 'x'", "region = 'lishui'"]
    """
    cells = notebook["cells"]
    tagged = ["parameters" in cell["metadata"].get("tags", []) for cell in cells]
    after = tagged.index(True) + 1
    lines = "\n".join(f"{name} = {value!r}" for name, value in values.items())
    given: dict[str, Any] = {"cell_type": "code", "id": "given", "metadata": {}, "source": lines}
    given |= {"execution_count": None, "outputs": []}
    return {**notebook, "cells": [*cells[:after], given, *cells[after:]]}


def _address(host: str, port: int) -> str:
    """Return the URL of the page; of a server on all addresses, with this machine's name."""
    name = socket.gethostname() if host in ALL_ADDRESSES else host
    return f"http://{f'[{name}]' if ':' in name else name}:{port}/"


def _config(language: str) -> Config:
    """Return the configuration: kernels of this Python in the working directory, no file access."""
    return Config(
        {
            "Voila": {"log_level": "ERROR"},
            "VoilaConfiguration": {
                "kernel_spec_manager_class": OwnKernel,
                "file_allowlist": [],
                "allow_template_override": "NO",
                "allow_theme_override": "NO",
            },
            "PasswordIdentityProvider": {"allow_password_change": False},
            "HTMLExporter": {"language_code": language},
            "MappingKernelManager": {
                "root_dir": os.getcwd(),
                "cull_idle_timeout": IDLE_SECONDS,
                "cull_interval": IDLE_SECONDS // 10,
            },
        }
    )


def _write_page(page: Page, folder: Path, parameters: Mapping[str, Plain]) -> None:
    """Write the notebook with its parameters and the page's templates to a folder."""
    language = str(parameters["language"])
    content = json.loads(find_notebook("planner").read_text(encoding="utf-8"))
    notebook = with_parameters(content, parameters)
    texts = {key: gettext(text, language) for key, text in PAGE_TEXTS.items()}
    notebook["metadata"]["title"] = texts["title"]
    (folder / "planner.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    for name, text in {"index.html.j2": PAGE, "login.html": LOGIN}.items():
        filled = Template(text).substitute(texts, language=language)
        (folder / name).write_text(filled, encoding="utf-8")
    page.root_dir = page.connection_dir_root = str(folder)
    page.notebook_path = str(folder / "planner.ipynb")
    page.template_paths.insert(0, str(folder))
