"""The planner's desk as a web page: its notebook, run by Voila for each visitor.

The page is served to this machine alone unless a token is given, and asks nothing of any network.
"""

from __future__ import annotations

import ipaddress
import json
import os
import socket
import tempfile
import threading
import webbrowser
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop
from tornado.netutil import bind_sockets
from traitlets.config import Config
from voila.app import Voila

from .errors import ReportError
from .parameters import Plain, find_notebook
from .reports import stoppable
from .wording import phrase

__all__ = ["ServingError", "is_local", "serve", "with_parameters"]

SHORTEST = 8
"""Characters that a token must have."""
IDLE = 600
"""Seconds after which the kernel of a page that is gone is ended."""
EVERYWHERE = ("0.0.0.0", "::")

# The page of Voila itself, without the icon fonts that it fetches and in the reader's language.
PAGE = """
{%- extends "voila/templates/lab/index.html.j2" -%}
{% import "spinner.macro.html.j2" as spinner %}
{%- block notebook_css -%}
{{ resources.include_js("static/voila-style.js") }}
{{ spinner.css() }}
<style>
  .jp-mod-noOutputs.jp-mod-noInput, #loading_text { display: none; }
  #loading::after { content: "OPENING"; }
</style>
{{ super.super() }}
{%- endblock notebook_css -%}
"""


class ServingError(ReportError):
    """A page that cannot be served as it was asked for."""

    exit_code = 2


class OwnKernel(KernelSpecManager):
    """The Python that serves, whatever kernels a user registered."""

    def _kernel_dirs_default(self) -> list[str]:
        return []


class Page(Voila):  # type: ignore[misc]  # without types of its own
    """One notebook on a socket that is open already; `opened` is called once it answers."""

    bound: list[socket.socket]
    opened: Callable[[], None]

    def listen(self) -> None:
        """Answer until the process is told to end."""
        HTTPServer(self.app).add_sockets(self.bound)
        try:
            self.opened()
            IOLoop.current().start()
        finally:
            self.stop()


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
    parameters : what replaces the parameters of the notebook `planner`
    host : address to listen on; all but this machine's own (loopback) need a token
    port : 0 takes a free one
    token : what a visitor has to know; a page asks for it, or it follows the address as `?token=`
    browser : whether to open the page as well

    Raises
    ------
    ServingError
        Without a token where one is needed, or if the address cannot be had.
    """
    local = is_local(host)
    if len(token or "") < (0 if local and not token else SHORTEST):
        raise ServingError(
            f"Whoever can reach {host} could use the desk: give a token of at least {SHORTEST} "
            "characters, best in the environment variable FORECAST_TOKEN, or stay on 127.0.0.1."
        )
    try:
        bound = bind_sockets(port, host)
    except OSError as error:
        fault = error.strerror or error
        raise ServingError(
            f"{host}, port {port}: {fault}. Give another --host or --port."
        ) from None
    address = _address(host, bound[0].getsockname()[1])

    def opened() -> None:
        print(address, flush=True)
        if browser:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    page = Page(config=_settings(str(parameters["language"])), config_file_paths=[], token=token)
    page.bound, page.opened = bound, opened
    page.tornado_settings = {"allow_remote_access": not local}
    page.initialize([])
    # A page that was told to end has done what it was asked for.
    with (
        suppress(KeyboardInterrupt),
        stoppable(),
        tempfile.TemporaryDirectory(prefix="forecast-") as folder,
    ):
        _furnish(page, Path(folder), parameters)
        page.start()


def is_local(host: str) -> bool:
    """Whether an address can be reached from this machine alone.

    >>> is_local("127.0.0.1"), is_local("::1"), is_local("localhost"), is_local("0.0.0.0")
    (True, True, True, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def with_parameters(notebook: dict[str, Any], values: Mapping[str, Plain]) -> dict[str, Any]:
    """Return a notebook with a cell for values after the one that declares them.

    >>> cells = [{"source": "region = 'x'", "metadata": {"tags": ["parameters"]}}, {"source": ""}]
    >>> made = with_parameters({"cells": cells}, {"region": "lishui"})
    >>> [cell["source"] for cell in made["cells"]]
    ["region = 'x'", "region = 'lishui'", '']
    """
    cells = notebook["cells"]
    tagged = ["parameters" in cell["metadata"].get("tags", []) for cell in cells]
    after = tagged.index(True) + 1
    lines = "\n".join(f"{name} = {value!r}" for name, value in values.items())
    given: dict[str, Any] = {"cell_type": "code", "id": "given", "metadata": {}, "source": lines}
    given |= {"execution_count": None, "outputs": []}
    return {**notebook, "cells": [*cells[:after], given, *cells[after:]]}


def _address(host: str, port: int) -> str:
    """Address for a browser; of a server on all addresses, with this machine's name."""
    name = socket.gethostname() if host in EVERYWHERE else host
    return f"http://{f'[{name}]' if ':' in name else name}:{port}/"


def _settings(language: str) -> Config:
    """Kernels of this very Python where the command was given; files of the server to nobody."""
    return Config(
        {
            "Voila": {"log_level": "WARN"},
            "VoilaConfiguration": {
                "kernel_spec_manager_class": OwnKernel,
                "file_allowlist": [],
                "allow_template_override": "NO",
                "allow_theme_override": "NO",
            },
            "HTMLExporter": {"language_code": language},
            "MappingKernelManager": {
                "root_dir": os.getcwd(),
                "cull_idle_timeout": IDLE,
                "cull_interval": IDLE // 10,
            },
        }
    )


def _furnish(page: Page, folder: Path, parameters: Mapping[str, Plain]) -> None:
    """Put the notebook with its parameters and the page around it into a folder."""
    language = str(parameters["language"])
    content = json.loads(find_notebook("planner").read_text(encoding="utf-8"))
    notebook = with_parameters(content, parameters)
    notebook["metadata"]["title"] = phrase("app_title", language)
    (folder / "planner.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    template = PAGE.replace("OPENING", phrase("app_opening", language))
    (folder / "index.html.j2").write_text(template, encoding="utf-8")
    page.root_dir = page.connection_dir_root = str(folder)
    page.notebook_path = str(folder / "planner.ipynb")
    page.template_paths.insert(0, str(folder))
