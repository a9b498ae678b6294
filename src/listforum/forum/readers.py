"""Reading many mails at once: understanding them takes most of an import, and every core can do it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from gettext import gettext as _
from typing import Final

from listforum import words
from listforum.archive.arrival import Arrival, understand
from listforum.errors import ListforumError
from listforum.mail.partial import kept_of
from listforum.mail.structure import split

Reader = Callable[[Iterable[Sequence[bytes]]], Iterator[list[Arrival]]]

_AHEAD: Final = 2
"""Batches that are read ahead for each process: enough to keep it busy, few enough for memory to stay flat."""


def read_batch(raws: Sequence[bytes]) -> list[Arrival]:
    """Understands whole mails; one that was exported from kept pieces is not taken for a whole one."""
    return [_arrival(raw) for raw in raws]


@contextmanager
def readers(octets: int) -> Iterator[Reader]:
    """A function that understands batches of mails, in order; with several processes when there is much to do.

    `octets` is how much is to be read: below a few megabytes starting processes would cost more than it saves.
    """
    cores = os.cpu_count() or 1
    if octets < 4_000_000 or cores == 1:
        yield lambda batches: map(read_batch, batches)
        return
    context = multiprocessing.get_context("spawn")
    count = min(cores, 4)
    with ProcessPoolExecutor(count, mp_context=context, initializer=_follow_parent) as pool:
        try:
            yield lambda batches: _in_order(pool, batches, count * _AHEAD)
        except BrokenProcessPool as error:
            raise ListforumError(_("A reading process died (out of memory?). What was read before is kept.")) from error
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _in_order(pool: ProcessPoolExecutor, batches: Iterable[Sequence[bytes]], ahead: int) -> Iterator[list[Arrival]]:
    waiting: deque[Future[list[Arrival]]] = deque()
    for batch in batches:
        waiting.append(pool.submit(read_batch, batch))
        if len(waiting) > ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _arrival(raw: bytes) -> Arrival:
    received = split(raw)
    kept = kept_of(received.header)
    if kept is not None:
        received = replace(received, raw=None)
    if kept == "header":
        received = replace(
            received, parts=tuple(replace(part, content=None, size=max(part.size, 1)) for part in received.parts)
        )
    return understand(received)


def _follow_parent() -> None:
    """Speaks its language. A Ctrl-C is the parent's to handle; when it is killed, its readers must not stay behind."""
    words.speak(os.environ)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
