"""Execution of a report's notebook by papermill, and what an execution that failed means.

The kernel is this very Python, whatever kernels a user has registered. papermill calls a success
what is none (a cell that left by `sys.exit`), and after a time-out or a killed kernel marks every
cell as completed; both are corrected here.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import papermill
import psutil  # type: ignore[import-untyped]
from ipykernel.kernelspec import RESOURCES, get_kernel_dict, make_ipkernel_cmd
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from traitlets import Type

from ..errors import N_, Message, ReportError, WriteError, msg
from .errors import InputError, NotebookError, TimeLimitError
from .kernel_process import ForkedKernel
from .parameters import Plain

__all__ = ["execute", "mark_unrun"]

MOST_PRINTED, MOST_SHOWN = 20_000_000, 100_000_000
"""Most characters that a notebook may print, and of the tables and pictures that it may show."""
MOST_SAID = 5_000
"""Most characters of an exception that are part of an error."""
PROCESS = "forecast.reports.kernel_process"
"""Module that is the kernel."""
DATA_FAULTS = ("DataError", "FileNotFoundError")
FULL_OR_READ_ONLY = re.compile(r"\[Errno (27|28|30|122)\]")


class _Output(AsyncZMQSocketChannel):
    """What a kernel sends; the kernel of a notebook that prints without an end is ended."""

    kernel: _Kernel
    printed = shown = 0

    async def get_msg(self, *args: Any, **options: Any) -> dict[str, Any]:  # type: ignore[override]
        """Receive a message, as long as not more than the limits was printed and shown."""
        message: dict[str, Any] = await super().get_msg(*args, **options)
        content = message["content"]
        self.printed += len(content.get("text", "")) + sum(map(len, content.get("traceback", ())))
        self.shown += sum(len(str(form)) for form in content.get("data", {}).values())
        for length, most in ((self.printed, MOST_PRINTED), (self.shown, MOST_SHOWN)):
            if length > most:
                text = N_("The notebook prints or shows more than {most} MB. Print less.")
                self.kernel.faults.append(NotebookError(msg(text, most=f"{most / 1e6:.0f}")))
                self.kernel.kill()
                raise self.kernel.faults[0]
        return message


class _Client(AsyncKernelClient):
    iopub_channel_class = Type(_Output)

    @property
    def iopub_channel(self) -> Any:
        """Channel of what the kernel prints and shows."""
        channel = super().iopub_channel
        channel.kernel = self.parent
        return channel


class _ForkProvisioner(LocalProvisioner):
    """Launches a kernel that was forked already."""

    parent: Any

    async def launch_kernel(self, cmd: list[str], **options: Any) -> KernelConnectionInfo:
        """Let the process become the kernel; return where it listens."""
        self.process: Any = self.parent.forked
        self.process.launch(cmd, options["env"], options["cwd"])
        self.pid = self.pgid = self.process.pid
        self.cwd = options["cwd"]
        return self.connection_info


class _Kernel(AsyncKernelManager):
    """Kernel manager for papermill that leaves no process behind that a cell has started."""

    client_factory = Type(_Client)  # jupyter_client disregards the name in client_class
    faults: list[NotebookError]
    """Why a kernel was ended, of one execution."""
    forked: ForkedKernel | None
    """Process that becomes the kernel; None starts one."""
    started: Sequence[psutil.Process] = ()

    @property
    def kernel_spec(self) -> KernelSpec:
        """Name this Python, with pictures inside the notebook and linear algebra in one thread.

        Matrices are small here, and reports run side by side: more threads only take longer.
        """
        env = {"MPLBACKEND": "module://matplotlib_inline.backend_inline",
               "OPENBLAS_NUM_THREADS": os.environ.get("OPENBLAS_NUM_THREADS", "1")}  # fmt: skip
        kernel = get_kernel_dict() | {"argv": make_ipkernel_cmd(PROCESS)}
        return KernelSpec(resource_dir=RESOURCES, env=env, **kernel)

    # The superclass types these two as if they did not wait.
    async def start_kernel(self, **options: Any) -> None:  # type: ignore[override]
        """Start without standard output: what a cell prints is in the notebook already.

        Neither a folder of the user's own nor what starts from it has a part in a report.
        """
        self._own = tempfile.TemporaryDirectory(prefix="forecast-")
        self.connection_file = f"{self._own.name}/kernel.json"
        own = {"IPYTHONDIR": f"{self._own.name}/ipython"}
        options["env"] = (options.get("env") or os.environ) | own
        if self.forked:
            self.provisioner = _ForkProvisioner(
                kernel_id="", kernel_spec=self.kernel_spec, parent=self
            )
        await self._async_start_kernel(**options, stdout=subprocess.DEVNULL)

    async def cleanup_resources(self, restart: bool = False) -> None:  # type: ignore[override]
        """End what is left of the kernel's processes."""
        self.kill()
        await self._async_cleanup_resources(restart)
        self._own.cleanup()

    async def shutdown_kernel(self, now: bool = False, restart: bool = False) -> None:  # type: ignore[override]
        """End the kernel; what its cells have started in another group is known as its child."""
        with suppress(psutil.Error):
            kernel = psutil.Process(getattr(self.provisioner, "pid", None) or 0)
            self.started = kernel.children(recursive=True)
        await self._async_shutdown_kernel(now, restart)

    def kill(self) -> None:
        """Kill the kernel and what its cells have started."""
        for process in self.started:
            with suppress(psutil.Error):
                process.kill()
        group = getattr(self.provisioner, "pgid", None)
        if group and group != os.getpgrp():
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)


def execute(
    notebook: Path,
    target: Path,
    parameters: Mapping[str, Plain],
    *,
    timeout: int,
    forked: ForkedKernel | None = None,
) -> NotebookNode:
    """Run a notebook in the folder of `target`, where it is stored; return it executed.

    `forked` becomes its kernel; None starts one.

    Raises
    ------
    InputError, WriteError, NotebookError
        If a cell failed, by what it raised; if a cell was not run or the kernel ended.
    TimeLimitError
        If a cell ran for more than `timeout` seconds.
    """
    faults: list[NotebookError] = []
    try:
        executed: NotebookNode = papermill.execute_notebook(
            _literal(notebook),
            _literal(target),
            dict(parameters),
            kernel_name="python3",
            language="python",
            progress_bar=False,
            autosave_cell_every=0,  # it would take ever longer where a cell prints without an end
            execution_timeout=timeout,
            kernel_manager_class=type("Kernel", (_Kernel,), {"faults": faults, "forked": forked}),
            extra_arguments=["--log-level=CRITICAL"],
            # Unlike papermill's cwd, this leaves the working directory of this process alone.
            resources={"metadata": {"path": str(target.parent)}},
        )
    except papermill.PapermillExecutionError as error:
        raise _cell_fault(notebook, error) from None
    except CellTimeoutError:
        cell = _last_cell(target)
        raise TimeLimitError(msg(
            "{notebook}, {cell}: over {seconds} s. Give it less to do (fewer draws) or more time.",
            notebook=notebook, cell=cell, seconds=timeout,
        )) from None  # fmt: skip
    except DeadKernelError:
        if faults:
            raise faults[0] from None
        raise NotebookError(msg(
            "{notebook}, {cell}: the kernel died. Look for a lack of memory, or for code that "
            "ends the process.",
            notebook=notebook, cell=_last_cell(target),
        )) from None  # fmt: skip
    except RuntimeError as error:
        raise NotebookError(msg(
            "{notebook}: the kernel did not start: {error}. Check that ipykernel works in this "
            "environment.",
            notebook=notebook, error=error,
        )) from None  # fmt: skip
    _verify(executed)
    return executed


def mark_unrun(notebook: Path, message: str) -> None:
    """Correct papermill's record of a stored notebook in which an execution ended early."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    for cell in filter(_is_code, content["cells"]):
        record = cell["metadata"]["papermill"]
        if "shell.execute_reply" not in cell["metadata"].get("execution", {}):
            record["status"] = "failed" if record["start_time"] else "pending"
    if not content["metadata"]["papermill"]["exception"]:
        content["metadata"]["papermill"]["exception"] = True
        banner = {"cell_type": "markdown", "id": "failure", "metadata": {}}
        content["cells"].insert(0, {**banner, "source": f"**{message}**"})
    notebook.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


def _last_cell(file: Path) -> Message:
    """Name the cell in which an execution ended: the last one started."""
    cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
    started = [c for c in cells if _is_code(c) and c["metadata"]["papermill"]["start_time"]]
    return _name_cell(started[-1]["source"]) if started else msg("before the first cell")


def _name_cell(source: str | list[str]) -> Message:
    """Name a cell by its first line, which a reader can search for."""
    return msg("cell {line!r}", line="".join(source).strip().splitlines()[0])


def _is_code(cell: Mapping[str, Any]) -> bool:
    return cell["cell_type"] == "code" and bool("".join(cell["source"]).strip())


def _literal(path: Path) -> str:
    """Shield braces: papermill takes paths for format strings."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _cell_fault(notebook: Path, error: Any) -> ReportError:
    """Classify the failure of a cell by what it raised: data, disk, or the notebook itself."""
    fault = msg(
        "{notebook}, {cell}: {kind}: {message}",
        notebook=notebook, cell=_name_cell(error.source), kind=error.ename,
        message=error.evalue[:MOST_SAID].rstrip("."),
    )  # fmt: skip
    if error.ename in DATA_FAULTS:
        remedy = msg("Correct the data; `forecast check` lists all problems.")
        return InputError(msg("{problem}. {remedy}", problem=fault, remedy=remedy))
    if error.ename in ("OSError", "BlockingIOError") and FULL_OR_READ_ONLY.search(error.evalue):
        remedy = msg("Make room, or give another output folder.")
        return WriteError(msg("{problem}. {remedy}", problem=fault, remedy=remedy))
    remedy = msg("The executed notebook shows where.")
    return NotebookError(msg("{problem}. {remedy}", problem=fault, remedy=remedy))


def _verify(executed: NotebookNode) -> None:
    """Refuse a success in which a cell was not run, as after `sys.exit(0)`."""
    for cell in filter(_is_code, executed.cells):
        errors = [out.ename for out in cell.outputs if out.output_type == "error"]
        completed = cell.metadata.papermill.get("status") == "completed"
        if errors or not completed or cell.execution_count is None:
            reason = msg("ended with {error}", error=errors[0]) if errors else msg("was not run")
            raise NotebookError(msg(
                "The notebook's {cell} {reason}. Let every cell run to its end, without sys.exit "
                "or skipping tags.",
                cell=_name_cell(cell.source), reason=reason,
            ))  # fmt: skip
    if executed.metadata.papermill.get("exception"):
        raise NotebookError(msg("papermill marks the notebook as failed. Look into its outputs."))
