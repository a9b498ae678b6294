"""Threads beside the screen: one for the network, one for the archive. Neither can hold up the end of the program."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from listforum.errors import ListforumError

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Job(Generic[Result]):
    """Work for a thread, and what the screen does with what came of it."""

    work: Callable[[], Result]
    done: Callable[[Result], None]
    failed: Callable[[ListforumError], None]


class Worker:
    """Does one job after another in a daemon thread, which dies with the program even while a socket blocks it.

    `deliver` takes a call to the thread of the screen; it may drop it when the screen is gone.
    """

    def __init__(self, name: str, deliver: Callable[[Callable[[], None]], object]) -> None:
        self._deliver = deliver
        self._jobs: queue.SimpleQueue[Job[Any]] = queue.SimpleQueue()
        self._unfinished = 0
        self._guard = threading.Condition()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def do(self, job: Job[Any]) -> None:
        """Takes a job; it is done when those before it are."""
        with self._guard:
            self._unfinished += 1
            if not self._thread.is_alive():
                self._thread.start()
        self._jobs.put(job)

    def idle(self, seconds: float) -> bool:
        """Waits so long for all jobs to be done; answers whether they are."""
        end = time.monotonic() + seconds
        with self._guard:
            while self._unfinished and (left := end - time.monotonic()) > 0:
                self._guard.wait(left)
            return not self._unfinished

    def _run(self) -> None:
        while True:
            job = self._jobs.get()
            self._deliver(self._outcome(job))
            with self._guard:
                self._unfinished -= 1
                self._guard.notify_all()

    def _outcome(self, job: Job[Result]) -> Callable[[], None]:
        try:
            result = job.work()
        except ListforumError as error:
            failure = error
            return lambda: job.failed(failure)
        except Exception as error:  # noqa: BLE001 - raised again where the screen shows what went wrong
            broken = error
            return lambda: _raise(broken)
        return lambda: job.done(result)


def _raise(error: Exception) -> None:
    raise error
