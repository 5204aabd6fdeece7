"""The kernel of a report: a process of its own, of this very Python, whatever a user registered.

Elsewhere a kernel is started anew and imports all libraries again, which takes longer than most
reports. On Linux a process that has them can be forked instead: `preload` imports them, and a
`Seat` is a fork that waits, before any thread or socket exists, until it is told to be a kernel.
"""

from __future__ import annotations

import functools
import gc
import importlib
import multiprocessing
import os
import signal
import subprocess
import sys
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partialmethod
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING, Any

from ..errors import DataError
from ..scenarios.declarations import read_mechanisms
from ..tables.csv_files import read_tables
from ..tables.plan import data_folder
from .page import warm_up

if TYPE_CHECKING:
    from jupyter_client.manager import AsyncKernelManager

    from .browsers import OpenBrowser

__all__ = ["Seat", "fresh_kernel", "preload", "start"]

INLINE = "module://matplotlib_inline.backend_inline"
NEEDED = (
    "forecast.charts.evaluation",
    "forecast.reports.monitoring",
    "forecast.reports.exports",
    "scipy.stats",
    "matplotlib.pyplot",
    "matplotlib.backends.backend_agg",
    "openpyxl",
    "pyarrow.parquet",
    "papermill",
    "nbconvert.exporters",
    "bs4",
    "ipykernel.kernelapp",
    # What these import when they are first used.
    "pandas.io.formats.excel",
    "pandas.io.formats.html",
    "IPython.core.completerlib",
    "IPython.core.oinspect",
    "psutil",
    "tornado.platform.asyncio",
)
# A grammar of addresses, which takes a second to build and checks nothing that notebooks have.
UNNEEDED = "rfc3987_syntax"


def preload() -> None:
    """Import and prepare what all reports need, and read the shipped tables, once for all forks."""
    os.environ["MPLBACKEND"] = INLINE
    absent = UNNEEDED not in sys.modules
    if absent:
        sys.modules[UNNEEDED] = None  # type: ignore[assignment]  # reads as: not installed
    for name in NEEDED:
        importlib.import_module(name)
    if absent:
        del sys.modules[UNNEEDED]
    warm_up()
    with suppress(DataError):  # told where a report asks for these tables
        read_tables(data_folder())
        read_mechanisms()
    gc.collect()
    gc.freeze()  # or each fork would look through all this for garbage, and copy it by that


def start(process: BaseProcess) -> None:
    """Start a process, though this one may have threads: idle ones of linear algebra libraries.

    These end and renew them around a fork by themselves, so Python's warning does not apply.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        process.start()


def fresh_kernel() -> type[AsyncKernelManager]:
    """Kernel manager that starts this Python anew."""

    class FreshKernel(_manager()):  # type: ignore[misc]  # a class made when it is needed
        # What a cell's subprocess prints is in the notebook already; our output is for results.
        start_kernel = partialmethod(_manager().start_kernel, stdout=subprocess.DEVNULL)

    return FreshKernel


class Seat:
    """A fork of this process that waits to become a kernel; to be made before any thread.

    It has the part of `subprocess.Popen` that a kernel's provisioner uses.
    """

    stdin = stdout = stderr = None

    def __init__(self, *inherited: Connection | OpenBrowser | None) -> None:
        """Fork; what this process is connected to is none of the kernel's, which closes it."""
        fork = multiprocessing.get_context("fork")
        listen, self._tell = fork.Pipe(duplex=False)
        ours = (*filter(None, inherited), self._tell)
        self._process = fork.Process(target=_wait_for_order, args=(listen, ours))
        start(self._process)
        self.pid = self._process.pid
        listen.close()

    def start(self, options: Sequence[str], env: Mapping[str, str], cwd: str) -> None:
        """Let it be a kernel."""
        self._tell.send((options, dict(env), cwd))

    def poll(self) -> int | None:
        """Exit code, or None while it lives."""
        return self._process.exitcode

    def wait(self) -> int | None:
        """Exit code, once it has one."""
        self._process.join()
        return self._process.exitcode

    def send_signal(self, signum: int) -> None:
        """Signal it alone, not its children."""
        if self.pid and self.poll() is None:
            os.kill(self.pid, signum)

    def kill(self) -> None:
        """End it, whether or not it was ever a kernel."""
        self._process.kill()

    def manager(self) -> type[AsyncKernelManager]:
        """Kernel manager whose kernel is this process."""
        seat = self

        class ForkedKernel(_manager()):  # type: ignore[misc]  # a class made when it is needed
            async def _async_launch_kernel(self, kernel_cmd: list[str], **kw: Any) -> None:
                parent = f"--IPKernelApp.parent_handle={os.getpid()}"
                options = [*kernel_cmd[kernel_cmd.index("-f") :], parent]
                seat.start(options, kw["env"], kw["cwd"])
                local: Any = self.provisioner
                local.process, local.pid, local.pgid = seat, seat.pid, seat.pid
                local.cwd = kw["cwd"]
                self._reconcile_connection_info(local.connection_info)

        return ForkedKernel


@functools.cache
def _manager() -> type[AsyncKernelManager]:
    """Kernel manager for this Python, which leaves no process behind that a cell has started."""
    from ipykernel.kernelspec import RESOURCES, get_kernel_dict
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager

    class Manager(AsyncKernelManager):
        @property
        def kernel_spec(self) -> KernelSpec:
            env = {"MPLBACKEND": INLINE}
            return KernelSpec(resource_dir=RESOURCES, env=env, **get_kernel_dict())

        # The superclass types it as if it did not wait.
        async def cleanup_resources(self, restart: bool = False) -> None:  # type: ignore[override]
            group = getattr(self.provisioner, "pgid", None)
            if group and group != os.getpgrp():
                with suppress(ProcessLookupError):
                    os.killpg(group, signal.SIGKILL)
            await self._async_cleanup_resources(restart)

    return Manager


def _wait_for_order(listen: Connection, inherited: tuple[Connection | OpenBrowser, ...]) -> None:
    """Be what `python -m ipykernel_launcher` would be: own session, no output, no current folder.

    Where the process that would give the order ends, this one ends as well.
    """
    for connection in inherited:
        connection.close()
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, signal.SIG_DFL)
    os.setsid()
    try:
        options, env, cwd = listen.recv()
    except EOFError:
        return
    listen.close()
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    if not sys.flags.safe_path:
        del sys.path[0]
    sys.modules["debugpy"] = None  # type: ignore[assignment]  # nobody debugs a report
    from ipykernel.kernelapp import launch_new_instance

    launch_new_instance(argv=options)
