"""Work aside and waits of a panel."""

import asyncio
import math
import threading

import pytest

from forecast.desk import background
from forecast.desk.background import BackgroundRunner


class Seen:
    """What a panel is told."""

    def __init__(self):
        self.busy, self.errors, self.results, self.threads = [], [], [], set()
        self.runner = BackgroundRunner(self.hear, self.errors.append)

    def hear(self, share):
        """Note what is told of the work under way, and in which thread."""
        self.busy.append(share)
        self.threads.add(threading.get_ident())


async def silence():
    """Wait until nothing is done aside, and the loop has heard of it."""
    while any(t.name.startswith("desk-job") for t in threading.enumerate()):
        await asyncio.sleep(0.001)
    await asyncio.sleep(0)


def test_without_a_loop_everything_is_done_at_once():
    """Outside of an event loop work and waits are over when the call returns."""
    seen = Seen()
    seen.runner.submit(lambda: 1, seen.results.append)
    seen.runner.debounce(60.0, lambda: seen.results.append(2))
    assert seen.results == [1, 2]
    assert seen.busy[-1] is None


def test_work_is_done_in_a_thread_and_told_in_the_loop():
    """The loop stays free while a task runs; its result comes in the loop's own thread."""
    seen = Seen()

    async def play():
        free, done = threading.Event(), asyncio.Event()

        def task(**_):
            free.wait(20)
            return threading.get_ident()

        def tell(found):
            seen.results.append((found, threading.get_ident()))
            done.set()

        seen.runner.submit(task, tell)
        assert seen.busy[-1] == 0.0
        free.set()
        await asyncio.wait_for(done.wait(), 20)

    asyncio.run(play())
    worker, teller = seen.results[0]
    assert worker != teller == threading.get_ident()
    assert seen.busy[-1] is None


def test_a_result_that_was_let_go_of_is_dropped():
    """Work that was cancelled, or that newer work has followed, tells nothing."""
    seen = Seen()

    async def play():
        first, newest = threading.Event(), asyncio.Event()
        seen.runner.submit(lambda **_: first.wait(20), seen.results.append)
        seen.runner.cancel()
        assert seen.busy[-1] is None
        seen.runner.submit(lambda **_: first.wait(20), seen.results.append)
        seen.runner.submit(
            lambda **_: "newest", lambda found: (seen.results.append(found), newest.set())
        )
        await asyncio.wait_for(newest.wait(), 20)
        first.set()
        await silence()

    asyncio.run(play())
    assert seen.results == ["newest"]


def test_work_that_was_let_go_of_ends_before_its_next_step():
    """Not even work that catches errors goes on, and nothing is called in the loop any more."""
    seen, steps = Seen(), []

    async def play():
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

        seen.runner.submit(task, seen.results.append)
        while not begun.is_set():
            await asyncio.sleep(0.001)
        seen.runner.cancel()
        seen.busy.clear()
        free.set()
        await silence()

    asyncio.run(play())
    assert steps == [0.0]
    assert seen.busy == seen.results == seen.errors == []


@pytest.mark.parametrize(("every", "told"), [(0.0, [0.25, 0.5, 1.0]), (math.inf, [])])
def test_shares_are_told_in_the_loop_and_not_too_often(monkeypatch, every, told):
    """What comes too soon after the one before is left out; none is told after the end."""
    monkeypatch.setattr(background, "EVERY", every)
    seen = Seen()

    async def play():
        def task(progress):
            for share in (0.25, 0.5, 1.0):
                progress(share)

        seen.runner.submit(task, seen.results.append)
        await silence()

    asyncio.run(play())
    assert seen.busy == [None, 0.0, *told, None]
    assert seen.threads == {threading.get_ident()}
    assert seen.results == [None]


def test_a_failure_is_told():
    """An error of a task is handed over like a result, with and without a loop."""
    seen = Seen()

    def fail(**_):
        raise ValueError("no")

    async def play():
        seen.runner.submit(fail, seen.results.append)
        while seen.busy[-1] is not None:
            await asyncio.sleep(0.001)

    seen.runner.submit(fail, seen.results.append)
    asyncio.run(play())
    assert [str(error) for error in seen.errors] == ["no", "no"]
    assert seen.results == []


def test_a_wait_begins_anew_when_it_is_asked_for_again():
    """However often something is asked for before its time, it is done once; others beside it."""
    seen = Seen()

    async def play():
        done = asyncio.Event()

        def first():
            seen.results.append("first")

        def other():
            seen.results.append("other")
            done.set()

        for _ in range(5):
            seen.runner.debounce(0.001, first)
        seen.runner.debounce(0.02, other)
        await asyncio.wait_for(done.wait(), 20)

    asyncio.run(play())
    assert seen.results == ["first", "other"]
