"""The planner's desk as a web page: its notebook, run by Voila for each visitor.

Without a token the page is served to this machine only. It makes no requests to other machines.
Each visitor has a process of their own, a kernel, with limited memory; it ends with the page. One
more is kept ready with the desk opened, so that the next visitor does not wait.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import gc
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
from functools import cached_property, partial
from pathlib import Path
from string import Template
from typing import Any

import psutil  # type: ignore[import-untyped]
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from jupyter_server.utils import url_path_join
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop, PeriodicCallback
from traitlets.config import Config
from voila.app import Voila

from ..errors import N_, ReportError, cause, msg
from ..i18n.catalog import gettext
from ..reports.parameters import Plain, find_notebook
from ..reports.signals import stoppable
from .access import POLICY, TITLE, Access, DeskHandler, Ending, Health, log_request

__all__ = ["ServingError", "is_local", "serve", "with_parameters"]

LEAST_LENGTH = 8
"""Least number of characters of a token."""
SIGNALS = (signal.SIGINT, signal.SIGTERM)
IDLE_SECONDS = 300
"""Seconds after which the kernel of a page that vanished is ended; one that is closed ends it."""
COLLECT_SECONDS = 60
"""Seconds between two collections of what pages left in the server."""
MESSAGE_BYTES = 100_000_000
"""Largest message of a page: a file that is too large still gets its answer."""
ALL_ADDRESSES = ("0.0.0.0", "::")

# Voila's own page, in the reader's language and without the icon fonts that it would fetch.
PAGE = """\
{%- extends "voila/templates/lab/index.html.j2" -%}
{% import "spinner.macro.html.j2" as spinner %}
{%- block notebook_css -%}
{{ resources.include_js("static/voila-style.js") }}
{{ spinner.css() }}
<style>
  .jp-mod-noOutputs.jp-mod-noInput, #loading_text, .spinner-container { display: none; }
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
ERROR = "<!DOCTYPE html>\n<title>{{ status_code }}</title>\n<p>{{ status_code }}</p>\n"
PAGE_TEXTS = {
    "title": TITLE,
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

    parent: Page

    def _kernel_dirs_default(self) -> list[str]:
        return []

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Return the specification of the native kernel, without log and without user's profile."""
        spec = super().get_kernel_spec(kernel_name)
        spec.argv.append("--log-level=ERROR")
        spec.env = {**spec.env, "IPYTHONDIR": self.parent.connection_dir}
        return spec


class Kernels(AsyncMappingKernelManager):
    """Processes of the desks, a limited number of them in use, in the working directory."""

    parent: Page
    # What Voila adds to keep a desk ready.
    _pools: dict[str, list[asyncio.Task[dict[str, Any]]]]
    kernel_pools_config: dict[str, Any]
    notebook_path: str
    fill_if_needed: Callable[[float, str], None]

    def cwd_for_path(self, *_: Any, **__: Any) -> str:
        """Return the working directory of the server for every desk."""
        return os.getcwd()

    @cached_property
    def opening(self) -> set[asyncio.Task[Any] | None]:
        """Visits that were let in and have no process of their own yet."""
        return set()

    async def start_kernel(self, *args: Any, **options: Any) -> Any:  # type: ignore[override]
        """Start a process, which is listed from then on."""
        try:
            return await super().start_kernel(*args, **options)
        finally:
            self.opening.discard(asyncio.current_task())

    def admit(self) -> bool:
        """Return whether one more desk may open, and keep its place until it has a process.

        One that was kept ready with old tables is ended.
        """
        ready = [task for pool in self._pools.values() for task in pool]
        stamp = self.parent.read_stamp()
        if self.parent.stamp != stamp or any(map(self._is_dead, ready)):
            self.parent.stamp = stamp
            self._pools.clear()
            for task in ready:
                task.add_done_callback(self._end)
        if self.make_ready() <= 0:
            return False
        self.opening.add(asyncio.current_task())
        return True

    def hand_over(self) -> None:
        """Give up the place of a visit that gets the desk kept ready, if that is listed already."""
        if any(pool and pool[0].done() for pool in self._pools.values()):
            self.opening.discard(asyncio.current_task())

    def make_ready(self) -> int:
        """Keep a desk ready if it could be opened beside the next one; return the free places."""
        ready = [task for pool in self._pools.values() for task in pool]
        # One that is starting is not listed yet.
        listed = sum(map(self.lives, self.list_kernel_ids())) - sum(task.done() for task in ready)
        free = self.parent.most - listed - len(self.opening)
        self.kernel_pools_config = {"default": {"pool_size": int(free > 1)}}
        if not ready:
            self.fill_if_needed(0, self.notebook_path)
        return free

    def _is_dead(self, task: asyncio.Task[dict[str, Any]]) -> bool:
        """Return whether a desk that was kept ready has ended, or never started."""
        if not task.done():
            return False
        if task.cancelled() or task.exception() is not None:
            return True
        return not self.lives(task.result()["kernel_id"])

    def lives(self, kernel_id: str) -> bool:
        """Return whether the process of a desk runs."""
        if kernel_id not in self:
            return False
        process = getattr(self.get_kernel(kernel_id).provisioner, "process", None)
        return process is not None and process.poll() is None

    def _end(self, task: asyncio.Task[dict[str, Any]]) -> None:
        """End a desk that was kept ready."""
        if not task.cancelled() and task.exception() is None and task.result()["kernel_id"] in self:
            ending = self.shutdown_kernel(task.result()["kernel_id"], now=True)  # type: ignore[no-untyped-call]
            self._ending = asyncio.ensure_future(ending)


class Page(Voila):  # type: ignore[misc]
    """One notebook on a socket that is open already; `opened` is called once it answers."""

    bound: socket.socket
    opened: Callable[[], None]
    proxied: bool
    most: int
    tables: Path | None
    stamp: object

    def read_stamp(self) -> object:
        """Return what a desk that is kept ready depends on: the day and the tables."""
        files = self.tables.glob("*") if self.tables and self.tables.is_dir() else []
        return dt.date.today(), sorted((f.name, f.stat().st_mtime_ns) for f in files)

    def init_handlers(self) -> list[Any]:
        """Return the routes, with the desk's own page, its end, and an address for probes."""
        *others, (pattern, _, options) = super().init_handlers()
        own = [
            (url_path_join(self.base_url, "healthz(?:/([0-9a-f-]+))?"), Health),
            (url_path_join(self.base_url, "voila/api/shutdown/(.*)"), Ending),
        ]
        return [*own, *others, (pattern, DeskHandler, options)]

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
        server = HTTPServer(self.app, xheaders=self.proxied, max_buffer_size=2 * MESSAGE_BYTES)
        server.add_socket(self.bound)
        gc.collect()
        gc.freeze()  # what is there now stays, so that collecting the rest is quick
        collecting = PeriodicCallback(_collect, 1000 * COLLECT_SECONDS)
        collecting.start()
        try:
            self.opened()
            loop.start()
        finally:
            server.stop()
            self.stop()

    def stop(self) -> None:
        """Kill all kernels, also those that are starting: a desk keeps nothing in its process."""
        loop = IOLoop.current()
        gc.freeze()  # collecting the garbage of all libraries would take longer than all else here
        self._kill()
        for task in asyncio.all_tasks(loop.asyncio_loop):  # type: ignore[attr-defined]
            task.cancel()
        with suppress(Exception):
            loop.run_sync(partial(asyncio.sleep, 0))
        self._kill()

    def _kill(self) -> None:
        """Kill each process that was started with a file of this server, and what it started."""
        killed = []
        for process in psutil.Process().children():
            with suppress(psutil.Error, OSError):
                if any(self.connection_dir in part for part in process.cmdline()):
                    os.killpg(process.pid, signal.SIGKILL)
                    killed.append(process)
        psutil.wait_procs(killed, timeout=1)


def serve(  # noqa: PLR0913 - each option is an argument
    parameters: Mapping[str, Plain],
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    token: str | None = None,
    browser: bool = False,
    base_url: str | None = None,
    most: int = 10,
    memory: float = 4.0,
) -> None:
    """Serve the planner's desk and print its address, until SIGINT or SIGTERM.

    Parameters
    ----------
    parameters : parameters of the notebook `planner`
    host : address to listen on; any but a loopback address needs a token
    port : 0 takes a free one
    token : password of the page, entered in a form or given with the address as `?token=`
    browser : whether to open the page in a browser
    base_url : path below which a proxy serves the desk, as /desk/; it needs a token
    most : desks that may be open at a time
    memory : address space of each, in GB; only on POSIX

    Raises
    ------
    ServingError
        Without a token where one is needed, or if the address is not available.
    """
    local = is_local(host) and base_url is None
    if len(token or "") < (0 if local and not token else LEAST_LENGTH):
        raise ServingError(msg(OPEN_TO_ALL, host=base_url or host, count=LEAST_LENGTH))
    os.environ.pop("FORECAST_TOKEN", None)  # processes of visitors have no need of it
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        bound = socket.create_server((host, port), family=family)
    except OSError as error:
        reason = cause(error)
        raise ServingError(
            msg("{reason}. Choose another --host or --port.", reason=reason)
        ) from None
    bound.setblocking(False)
    base = f"/{(base_url or '').strip('/')}/".replace("//", "/")
    port = bound.getsockname()[1]
    address = _address(host, port) + base[1:]

    def opened() -> None:
        print(address, flush=True)
        if browser:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    # Tornado logs a warning for each visitor: Voila passes it milliseconds instead of seconds.
    logging.getLogger("tornado.general").setLevel(logging.ERROR)
    language = str(parameters["language"])
    page = Page(config=_config(language, base), config_file_paths=[], token=token)
    page.bound, page.opened, page.port = bound, opened, port
    page.proxied, page.most = base_url is not None, most
    page.tables = Path(str(parameters["data"])) if "data" in parameters else None
    page.stamp = page.read_stamp()
    page.tornado_settings = {
        "allow_remote_access": not local, "own_machine": local, "language": language,
        "log_function": log_request, "websocket_max_message_size": MESSAGE_BYTES,
        "headers": {"Content-Security-Policy": POLICY, "Referrer-Policy": "same-origin"},
    }  # fmt: skip
    page.initialize([])
    _limit_memory(memory)
    # Ending by a signal is the normal end.
    with (
        suppress(KeyboardInterrupt),
        stoppable(),
        tempfile.TemporaryDirectory(prefix="forecast-") as folder,
    ):
        given = {**parameters, "local": local and bool(parameters.get("local", True))}
        _write_page(page, Path(folder), given)
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


def _collect() -> None:
    """Free what pages left in the server."""
    gc.collect()


def _limit_memory(gigabytes: float) -> None:
    """Limit the memory of this process and of each process that it starts."""
    with suppress(ImportError):  # not on Windows
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        most = round(gigabytes * 2**30)
        resource.setrlimit(resource.RLIMIT_AS, (most if hard < 0 else min(most, hard), hard))


def _config(language: str, base_url: str) -> Config:
    """Return the configuration: kernels of this Python in the working directory, no file access."""
    return Config(
        {
            "Voila": {
                "log_level": "ERROR",
                "base_url": base_url,
                "identity_provider_class": Access,
            },
            "VoilaConfiguration": {
                "multi_kernel_manager_class": Kernels,
                "preheat_kernel": True,
                "default_pool_size": 1,
                "kernel_spec_manager_class": OwnKernel,
                "file_allowlist": [],
                "allow_template_override": "NO",
                "allow_theme_override": "NO",
            },
            "KernelManager": {"autorestart": False},
            "HTMLExporter": {"language_code": language},
            "MappingKernelManager": {
                "cull_busy": True,
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
    for name, text in {"index.html.j2": PAGE, "login.html": LOGIN, "error.html": ERROR}.items():
        filled = Template(text).substitute(texts, language=language)
        (folder / name).write_text(filled, encoding="utf-8")
    page.root_dir = page.connection_dir_root = str(folder)
    page.notebook_path = str(folder / "planner.ipynb")
    page.template_paths.insert(0, str(folder))
