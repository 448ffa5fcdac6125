"""The threads that requests run in."""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest

from keyback.web.steps import Steps

Result = TypeVar("Result")


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """In a loop of its own: the browser driver keeps one running in the tests' thread."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def test_the_thread_that_worked_last_works_next() -> None:
    """Its caches are warm."""

    async def one_after_the_other() -> set[int]:
        steps = Steps(8)
        both = threading.Barrier(2)
        await asyncio.gather(steps.run(both.wait), steps.run(both.wait))
        return {await steps.run(threading.get_ident) for _ in range(20)}

    assert len(run(one_after_the_other())) == 1


def test_more_work_than_threads_waits_its_turn() -> None:
    """And all of it is done, in as many threads as were allowed."""

    async def many() -> tuple[list[int], set[int]]:
        steps, used = Steps(3), set()

        def work(number: int) -> int:
            used.add(threading.get_ident())
            return number

        done = await asyncio.gather(*(steps.run(lambda n=number: work(n)) for number in range(200)))  # type: ignore[misc]
        return list(done), used

    done, used = run(many())
    assert done == list(range(200))
    assert 1 <= len(used) <= 3


def test_an_error_reaches_who_waits_and_the_thread_lives_on() -> None:
    """GAT-5: an error is an answer too."""

    async def failing() -> int:
        steps = Steps(1)
        with pytest.raises(ZeroDivisionError):
            await steps.run(lambda: 1 // 0)
        return await steps.run(lambda: 7)

    assert run(failing()) == 7


def test_who_gives_up_waiting_harms_nobody() -> None:
    """A client that hangs up."""

    async def cancelled() -> int:
        steps, go_on = Steps(1), threading.Event()
        waiting = asyncio.create_task(steps.run(go_on.wait))
        await asyncio.sleep(0)
        waiting.cancel()
        go_on.set()
        return await steps.run(lambda: 7)

    assert run(cancelled()) == 7


def test_a_thread_that_nobody_needs_ends_and_another_is_made_when_needed() -> None:
    """Nothing piles up (DOS-6): the idle one leaves, and the count with it."""

    async def twice() -> tuple[str, str]:
        steps = Steps(1, idle_seconds=0.01)
        first = await steps.run(threading.current_thread)
        await asyncio.to_thread(first.join, 10)
        assert not first.is_alive()
        return first.name, await steps.run(lambda: threading.current_thread().name)

    assert run(twice()) == ("step-1", "step-1")
