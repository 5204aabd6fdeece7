"""Runs tasks of a panel: in this process, in local processes, or on an existing Dask cluster.

Dask runs a task again where a worker died. A task that kills every worker it runs on, or whose
scheduler is lost, comes back as a fault, and the others go on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from multiprocessing import spawn
from typing import Any

from ..errors import N_, DataError, Problem, msg

__all__ = ["LostError", "Runner", "open_runner"]

Runner = Callable[[Callable[..., dict[str, Any]], list[tuple[Any, ...]]], Iterator[Any]]
"""Gives the results of a function for each tuple of arguments, as they come; an exception of the
engine in place of a result."""
NO_DASK = N_("the engine is not installed")
ATTEMPTS = 3
"""How often a task whose worker died is tried."""
PATIENCE = 60.0
"""Seconds without a worker after which a cluster counts as lost."""
POLL = 0.05
"""Seconds between looks for results."""
TIMEOUT = 20
"""Seconds within which a scheduler has to answer."""
KEPT = 1 << 28
"""Free memory that a worker keeps: Dask gives back all, and a tenth of the time goes to that."""
MAIN = ("init_main_from_name", "init_main_from_path")
"""Keys by which `multiprocessing` has a spawned process import its parent's main module."""


class LostError(Exception):
    """The scheduler is gone, and with it the tasks that it had."""


@contextmanager
def open_runner(scheduler: str | None, workers: int | None) -> Iterator[Runner]:
    """Open an engine: the `scheduler` at an address, or `workers` local processes, 0 for none.

    Raises
    ------
    DataError
        Where Dask is needed and missing, or the scheduler does not answer.
    """
    if workers is not None and (not isinstance(workers, int) or workers < 0):
        text = N_("workers must be a whole number of at least 0, not {workers}.")
        raise ValueError(msg(text, workers=workers))
    if scheduler is None and workers == 0:
        yield _run_here
        return
    with ExitStack() as stack:
        yield _connect(stack, scheduler, workers)


def _connect(stack: ExitStack, scheduler: str | None, workers: int | None) -> Runner:
    try:
        dask, distributed = import_module("dask"), import_module("distributed")
    except ImportError:
        remedy = msg("install forecast[dask], or give workers=0 to use this process")
        raise DataError([Problem("run_panel", None, None, None, msg(NO_DASK), remedy)]) from None
    environment = "distributed.nanny.pre-spawn-environ"
    stack.enter_context(
        dask.config.set({"distributed.scheduler.allowed-failures": ATTEMPTS,
                         "distributed.comm.retry.count": 2,
                         "distributed.worker.profile.enabled": False,
                         f"{environment}.MALLOC_TRIM_THRESHOLD_": KEPT})
    )  # fmt: skip
    address: Any = scheduler
    if scheduler is None:
        options = {"threads_per_worker": 1, "dashboard_address": ":0", "silence_logs": 50}
        stack.enter_context(_hide_main())
        cluster = distributed.LocalCluster(n_workers=workers, **options)
        address = stack.enter_context(cluster)
    try:
        client = stack.enter_context(
            distributed.Client(address, set_as_default=False, timeout=TIMEOUT)
        )
    except (OSError, TimeoutError, ValueError) as error:
        remedy = msg("check the address, and that the scheduler runs")
        problem = msg("the scheduler does not answer ({reason})", reason=str(error))
        raise DataError([Problem(str(scheduler), None, None, None, problem, remedy)]) from None
    return lambda function, tasks: _run_on(client, function, tasks)


@contextmanager
def _hide_main() -> Iterator[None]:
    """Keep Dask's processes from running the caller's script again: they need nothing of it.

    A spawned process imports the main module where what it is given names one.
    """
    prepare = spawn.get_preparation_data

    def prepare_without_main(name: str) -> dict[str, Any]:
        facts = prepare(name).items()
        return {k: v for k, v in facts if not (name.startswith("Dask") and k in MAIN)}

    spawn.get_preparation_data = prepare_without_main
    try:
        yield
    finally:
        spawn.get_preparation_data = prepare


def _run_here(
    function: Callable[..., dict[str, Any]], tasks: list[tuple[Any, ...]]
) -> Iterator[Any]:
    """Run tasks in this process; an exception takes the place of a result."""
    for task in tasks:
        try:
            found: Any = function(*task)
        except Exception as error:
            found = error
        yield task, found


def _run_on(
    client: Any, function: Callable[..., dict[str, Any]], tasks: list[tuple[Any, ...]]
) -> Iterator[Any]:
    """Run tasks on a Dask client; yield the task and its result, or the exception of the engine."""
    distributed: Any = import_module("distributed")
    futures = {client.submit(function, *task, pure=False): task for task in tasks}
    ready = distributed.as_completed(futures, loop=client.loop, raise_errors=False)
    seen = time.monotonic()
    while ready.count():
        if not ready.has_ready():
            time.sleep(POLL)
            seen = _last_seen(client, seen)
            continue
        seen = time.monotonic()
        for future in ready.next_batch(block=False):
            if future.status in ("cancelled", "lost"):
                raise LostError
            error = future.exception()
            yield futures[future], future.result() if error is None else error
            future.release()


def _last_seen(client: Any, seen: float) -> float:
    """Time when the cluster last had a worker; an error if that is too long ago."""
    now = time.monotonic()
    if now - seen < PATIENCE / 4:
        return seen
    try:
        if client.status == "running" and client.scheduler_info()["workers"]:
            return now
    except OSError:
        pass
    if client.status == "closed" or now - seen > PATIENCE:
        raise LostError
    return seen
