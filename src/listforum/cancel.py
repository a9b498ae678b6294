"""One word that stops long work, wherever it waits."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from gettext import gettext as _

from listforum.errors import Cancelled


class Cancel:
    """Stops work from any thread; once cancelled it stays so. One object may stop several links."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # a signal handler may cancel what this very thread is about to wait for
        self._cancelled = False
        self._wakes: list[Callable[[], None]] = []

    @property
    def cancelled(self) -> bool:
        return self._cancelled

    def cancel(self) -> None:
        """Stop: whoever waits is woken and raises `Cancelled`. Safe to call twice and from any thread."""
        with self._lock:
            self._cancelled = True
            for wake in self._wakes:
                wake()

    def check(self) -> None:
        """Raise `Cancelled` if the work was stopped."""
        if self._cancelled:
            raise Cancelled(_("stopped"))

    def wait(self, seconds: float) -> None:
        """Lets so many seconds pass. Raises `Cancelled` as soon as the work is stopped."""
        stopped = threading.Event()
        with self.waking(stopped.set):
            stopped.wait(seconds)
        self.check()

    @contextmanager
    def waking(self, wake: Callable[[], None]) -> Iterator[None]:
        """While inside, `cancel` calls `wake`, which must be quick and not raise; at once if that already happened."""
        with self._lock:
            self._wakes.append(wake)
            if self._cancelled:
                wake()
        try:
            yield
        finally:
            with self._lock:
                self._wakes.remove(wake)
