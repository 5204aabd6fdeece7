"""Work aside and waits of a panel."""

import asyncio
import threading

from forecast.asides import Asides


class Seen:
    """What a panel is told."""

    def __init__(self):
        self.busy, self.errors, self.results = [], [], []
        self.asides = Asides(self.busy.append, self.errors.append)


def test_without_a_loop_everything_is_done_at_once():
    """Outside of an event loop work and waits are over when the call returns."""
    seen = Seen()
    seen.asides.work(lambda: 1, seen.results.append)
    seen.asides.later(60.0, lambda: seen.results.append(2))
    assert seen.results == [1, 2]
    assert seen.busy[-1] is False


def test_work_is_done_in_a_thread_and_told_in_the_loop():
    """The loop stays free while a task runs; its result comes in the loop's own thread."""
    seen = Seen()

    async def play():
        free, done = threading.Event(), asyncio.Event()

        def task():
            free.wait(20)
            return threading.get_ident()

        def tell(found):
            seen.results.append((found, threading.get_ident()))
            done.set()

        seen.asides.work(task, tell)
        assert seen.busy[-1] is True
        free.set()
        await asyncio.wait_for(done.wait(), 20)

    asyncio.run(play())
    worker, teller = seen.results[0]
    assert worker != teller == threading.get_ident()
    assert seen.busy[-1] is False


def test_a_result_that_was_let_go_of_is_dropped():
    """Work that was cancelled, or that newer work has followed, tells nothing."""
    seen = Seen()

    async def play():
        first, newest = threading.Event(), asyncio.Event()
        seen.asides.work(lambda: first.wait(20), seen.results.append)
        seen.asides.drop()
        assert seen.busy[-1] is False
        seen.asides.work(lambda: first.wait(20), seen.results.append)
        seen.asides.work(lambda: "newest", lambda found: (seen.results.append(found), newest.set()))
        await asyncio.wait_for(newest.wait(), 20)
        first.set()
        while any(t.name.startswith("aside") for t in threading.enumerate()):
            await asyncio.sleep(0.001)
        await asyncio.sleep(0)

    asyncio.run(play())
    assert seen.results == ["newest"]


def test_a_failure_is_told():
    """An error of a task is handed over like a result, with and without a loop."""
    seen = Seen()

    def fail():
        raise ValueError("no")

    async def play():
        seen.asides.work(fail, seen.results.append)
        while seen.busy[-1]:
            await asyncio.sleep(0.001)

    seen.asides.work(fail, seen.results.append)
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
            seen.asides.later(0.001, first)
        seen.asides.later(0.02, other)
        await asyncio.wait_for(done.wait(), 20)

    asyncio.run(play())
    assert seen.results == ["first", "other"]
