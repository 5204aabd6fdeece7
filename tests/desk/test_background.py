"""Background jobs and debounced callbacks."""

import asyncio
import math
import threading

import pytest

from forecast.desk import background
from forecast.desk.background import BackgroundRunner


class Recorder:
    """Records the calls of a runner's callbacks."""

    def __init__(self):
        self.busy, self.errors, self.results, self.threads = [], [], [], set()
        self.runner = BackgroundRunner(self.record, self.errors.append)

    def record(self, share):
        """Record a reported share, and its thread."""
        self.busy.append(share)
        self.threads.add(threading.get_ident())


async def jobs_end():
    """Wait until no job runs, and the loop has been called."""
    while any(t.name.startswith("desk-job") for t in threading.enumerate()):
        await asyncio.sleep(0.001)
    await asyncio.sleep(0)


def test_without_a_loop_everything_is_done_at_once():
    """Outside of an event loop jobs and callbacks are done when the call returns."""
    calls = Recorder()
    calls.runner.submit(lambda: 1, calls.results.append)
    calls.runner.debounce(60.0, lambda: calls.results.append(2))
    assert calls.results == [1, 2]
    assert calls.busy[-1] is None


def test_a_job_runs_in_a_thread_and_its_result_comes_in_the_loop():
    """The loop is free while a task runs; its result is handled in the loop's thread."""
    calls = Recorder()

    async def use_runner():
        free, done = threading.Event(), asyncio.Event()

        def task(**_):
            free.wait(20)
            return threading.get_ident()

        def show(result):
            calls.results.append((result, threading.get_ident()))
            done.set()

        calls.runner.submit(task, show)
        assert calls.busy[-1] == 0.0
        free.set()
        await asyncio.wait_for(done.wait(), 20)

    asyncio.run(use_runner())
    worker, handler = calls.results[0]
    assert worker != handler == threading.get_ident()
    assert calls.busy[-1] is None


def test_the_result_of_a_cancelled_job_is_discarded():
    """A job that was cancelled, or replaced by a newer one, has no result."""
    calls = Recorder()

    async def use_runner():
        first, newest = threading.Event(), asyncio.Event()
        calls.runner.submit(lambda **_: first.wait(20), calls.results.append)
        calls.runner.cancel()
        assert calls.busy[-1] is None
        calls.runner.submit(lambda **_: first.wait(20), calls.results.append)
        calls.runner.submit(
            lambda **_: "newest", lambda result: (calls.results.append(result), newest.set())
        )
        await asyncio.wait_for(newest.wait(), 20)
        first.set()
        await jobs_end()

    asyncio.run(use_runner())
    assert calls.results == ["newest"]


def test_a_cancelled_job_ends_before_its_next_step():
    """Even a task that catches errors ends, and no callback is called any more."""
    calls, steps = Recorder(), []

    async def use_runner():
        begun, free = threading.Event(), threading.Event()

        def task(progress):
            for share in (0.0, 0.5):
                try:
                    progress(share)
                except Exception:
                    steps.append("caught")
                steps.append(share)
                begun.set()
                free.wait(20)

        calls.runner.submit(task, calls.results.append)
        while not begun.is_set():
            await asyncio.sleep(0.001)
        calls.runner.cancel()
        calls.busy.clear()
        free.set()
        await jobs_end()

    asyncio.run(use_runner())
    assert steps == [0.0]
    assert calls.busy == calls.results == calls.errors == []


@pytest.mark.parametrize(("interval", "shares"), [(0.0, [0.25, 0.5, 1.0]), (math.inf, [])])
def test_progress_is_reported_in_the_loop_and_not_too_often(monkeypatch, interval, shares):
    """Reports too soon after the one before are left out; none comes after the end."""
    monkeypatch.setattr(background, "INTERVAL", interval)
    calls = Recorder()

    async def use_runner():
        def task(progress):
            for share in (0.25, 0.5, 1.0):
                progress(share)

        calls.runner.submit(task, calls.results.append)
        await jobs_end()

    asyncio.run(use_runner())
    assert calls.busy == [None, 0.0, *shares, None]
    assert calls.threads == {threading.get_ident()}
    assert calls.results == [None]


def test_an_error_is_passed_on():
    """An error of a task is passed to `failed`, with and without a loop."""
    calls = Recorder()

    def fail(**_):
        raise ValueError("no")

    async def use_runner():
        calls.runner.submit(fail, calls.results.append)
        while calls.busy[-1] is not None:
            await asyncio.sleep(0.001)

    calls.runner.submit(fail, calls.results.append)
    asyncio.run(use_runner())
    assert [str(error) for error in calls.errors] == ["no", "no"]
    assert calls.results == []


def test_a_debounced_callback_is_called_once():
    """However often a callback is requested in its time, it is called once; others too."""
    calls = Recorder()

    async def use_runner():
        done = asyncio.Event()

        def first():
            calls.results.append("first")

        def other():
            calls.results.append("other")
            done.set()

        for _ in range(5):
            calls.runner.debounce(0.001, first)
        calls.runner.debounce(0.02, other)
        await asyncio.wait_for(done.wait(), 20)

    asyncio.run(use_runner())
    assert calls.results == ["first", "other"]


def test_messages_are_answered_in_the_order_in_which_they_were_sent():
    """Whichever thread is first; one that was overtaken is stale, unless a clock was set."""
    calls, other = Recorder(), []

    def send(*moments, session="browser"):
        for moment in moments:
            calls.runner.call(
                lambda m=moment: calls.results.append(m), lambda m=moment: other.append(m),
                sent=(session, moment),
            )  # fmt: skip

    async def use_runner():
        calls.runner = BackgroundRunner(calls.record, calls.errors.append)
        sender = threading.Thread(target=send, args=(102.0, 101.0, 103.0))
        sender.start()
        sender.join()
        await asyncio.sleep(0)
        assert calls.results == [101.0, 102.0, 103.0]
        send(102.5, 103.0, 104.0)
        send(1.0, session="another browser")
        await asyncio.sleep(0.001)
        assert (calls.results[3:], other) == ([1.0, 103.0, 104.0], [102.5])
        send(3.0, 4.0)  # the clock was set back
        await asyncio.sleep(0.001)
        assert calls.results[6:] == [3.0, 4.0]

    asyncio.run(use_runner())
