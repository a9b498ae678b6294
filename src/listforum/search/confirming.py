"""What only texts can tell: phrases that must, or must not, stand in a post. Few texts are read until one is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from listforum.search.evaluate import Column, Doubt
from listforum.search.match import Analysed, Values, values_of
from listforum.search.source import Source

POSTS_AT_FIRST = 40
POSTS_AT_ONCE = 500
"""How many texts are read at once: few until the first hits are shown."""

Asked = Callable[[], bool]

Placed = tuple[int, int, int, int]
"""A post that was found, its topic, and where it is: the number of a column, and the document in it."""


class Confirming:
    """Passes on the posts that were found without those whose text refutes what is in doubt, until cancelled."""

    def __init__(self, source: Source, columns: Sequence[Column], cancelled: Asked) -> None:
        self.source = source
        self.columns = columns
        self._cancelled = cancelled

    def posts(self, ordered: Iterable[Placed]) -> Iterator[Placed]:
        """All that are confirmed, in their order."""
        remaining, at_once = iter(ordered), POSTS_AT_FIRST
        while not self._cancelled() and (some := list(islice(remaining, at_once))):
            yield from self._confirmed(some)
            at_once = min(POSTS_AT_ONCE, 2 * at_once)

    def first_of_topics(self, ordered: Iterable[Placed]) -> Iterator[Placed]:
        """The first of each topic that is confirmed; of a topic that is known to answer, no more is read."""
        known: set[int] = set()
        return first_of_topics(self.posts(each for each in ordered if each[1] not in known), known)

    def _confirmed(self, some: Sequence[Placed]) -> list[Placed]:
        doubts = {each[0]: doubt for each in some if (doubt := self._doubt(each)) is not None}
        if not doubts:
            return list(some)
        values = self._values_of([each for each in some if each[0] in doubts])
        return [each for each in some if each[0] not in doubts or self._meets(values[each[0]], doubts[each[0]])]

    def _doubt(self, placed: Placed) -> Doubt | None:
        doubts = self.columns[placed[2]].doubts
        return None if doubts is None else doubts.of(placed[3])

    def _is_outside(self, placed: Placed) -> bool:
        doubts = self.columns[placed[2]].doubts
        return doubts is not None and doubts.outside(placed[3])

    def _values_of(self, some: Sequence[Placed]) -> dict[int, Values]:
        """What stands in posts; subject, author and files only of those where they may decide."""
        outside = [each[0] for each in some if self._is_outside(each)]
        texts = self.source.text_of([each[0] for each in some])
        values = {each[0]: values_of("", ("", ""), texts.get(each[0], "")) for each in some}
        headings, files = self.source.headings_of(outside), self.source.files_of(outside)
        for post, heading in headings.items():
            author = heading.author, heading.address or ""
            values[post] = values_of(heading.subject, author, texts.get(post, ""), files.get(post, ()))
        return values

    def _meets(self, values: Values, doubt: Doubt) -> bool:
        analysed = Analysed(values, self.columns[0].terms_of_forms)
        return all(any(map(analysed.meets, clauses)) for clauses in doubt.required) and not any(
            map(analysed.meets, doubt.excluded)
        )


def first_of_topics(ordered: Iterable[Placed], known: set[int]) -> Iterator[Placed]:
    """The first post of each topic that is not known yet; then it is."""
    for post in ordered:
        if post[1] not in known:
            known.add(post[1])
            yield post
