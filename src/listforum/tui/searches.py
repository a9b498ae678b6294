"""Searching beside the screen: in a thread of its own, which leaves what it does as soon as newer words come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal, TypeVar

from listforum.model.forum import SearchAnswer
from listforum.tui.past_words import PastWords
from listforum.tui.worker import Job, Worker

if TYPE_CHECKING:
    from listforum.errors import ListforumError
    from listforum.forum import Forum

Sort = Literal["newest", "best"]
Cancelled = Callable[[], bool]
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: words whose last may go on, what comes first, and how many hits are wanted."""

    words: str
    sort: Sort
    limit: int


@dataclass(frozen=True, slots=True)
class Found:
    """What a search answered.

    `lists` names the lists that a post was found in, where there are several, and `subjects` says where the subject of
    a post has the words.
    """

    question: Question
    answer: SearchAnswer
    lists: dict[int, str]
    subjects: dict[int, tuple[tuple[int, int], ...]]


class Searches:
    """Answers the newest question, and finds other things while nothing is asked.

    `sort` and `past` stay for the session. Called from the thread of the screen, which is told what comes.
    """

    def __init__(self, forum: Forum, deliver: Callable[[Callable[[], None]], object]) -> None:
        self._forum = forum
        self._deliver = deliver
        self._worker = Worker("search", deliver)
        self._number = 0
        self.sort: Sort = "newest"
        self.past = PastWords()

    def warm_up(self) -> None:
        """Loads what searching needs, before the first word is typed."""
        self._worker.do(Job(self._load, _ignore, _ignore))

    def ask(self, question: Question, heard: Callable[[Found], None], failed: Callable[[ListforumError], None]) -> None:
        """Tells the answers as they come, each knowing more than the one before; the question before is dropped."""
        cancelled = self._begin()

        def tell(found: Found) -> None:
            if not cancelled():
                heard(found)

        def work() -> None:
            if cancelled():
                return
            for found in _answers(self._forum, question, cancelled):
                if cancelled():
                    return
                self._deliver(partial(tell, found))

        def fail(error: ListforumError) -> None:
            if not cancelled():
                failed(error)

        self._worker.do(Job(work, _ignore, fail))

    def cancel(self) -> None:
        """Nobody waits for an answer any more."""
        self._begin()

    def between(
        self,
        find: Callable[[Cancelled], Result],
        heard: Callable[[Result], None],
        failed: Callable[[ListforumError], None],
    ) -> None:
        """Finds something while nobody asks. A question goes first: then this begins anew after it."""
        number = self._number

        def work() -> Result | None:
            if number != self._number:
                return None
            found = find(lambda: number != self._number)
            return found if number == self._number else None

        def done(found: Result | None) -> None:
            if found is None:
                self.between(find, heard, failed)
            else:
                heard(found)

        self._worker.do(Job(work, done, failed))

    def idle(self, seconds: float) -> bool:
        """Waits so long for everything asked to be answered; tells whether it is."""
        return self._worker.idle(seconds)

    def _load(self) -> None:
        self._forum.searching.exists()

    def _begin(self) -> Callable[[], bool]:
        self._number += 1
        number = self._number
        return lambda: number != self._number


def _answers(forum: Forum, question: Question, cancelled: Callable[[], bool]) -> Iterator[Found]:
    several = len(forum.reading.list_names()) > 1
    typed = forum.searching.typed(question.words, sort=question.sort, limit=question.limit, cancelled=cancelled)
    for answer in typed:
        lists = {hit.post: ", ".join(hit.lists) for hit in answer.hits} if several else {}
        subjects = {hit.post: forum.searching.highlights(hit.subject, question.words) for hit in answer.hits}
        yield Found(question, answer, lists, subjects)


def _ignore(_result: object) -> None:
    pass
