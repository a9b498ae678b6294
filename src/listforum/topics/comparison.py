"""Posts compared with those that came before them: whom they quote, and whom they probably answer. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from listforum.topics.suggestions import Known, Subject, Suggestion, same_subject, source, suggest, weighed
from listforum.topics.wording import Passage


@dataclass(frozen=True, slots=True)
class Comparison:
    """Some posts, and all that they are compared with, by their numbers.

    `parents` are told by headers or by the person; who is `loose` was told none. `bearers` are those whose own words
    a shingle stands for, `digested` the mails of the digests that a header names, `samples` the own words of who may
    have sent something again, `without_prefixes` the lists whose answers lost theirs.
    """

    known: Mapping[int, Known]
    passages: Mapping[int, Sequence[Passage]]
    parents: Mapping[int, int]
    bearers: Mapping[int, Sequence[int]]
    subjects: Mapping[int, Subject]
    digested: Mapping[int, frozenset[int]]
    loose: Collection[int]
    samples: Mapping[int, frozenset[int]]
    without_prefixes: frozenset[int]

    def sources(self, post: int) -> Iterator[int | None]:
        """For each passage the post it was taken from."""
        parent = self.known.get(self.parents.get(post, 0))
        for passage in self.passages.get(post, ()):
            yield source(passage, self._hits(post, passage), self.known, parent)

    def suggestion(self, post: int) -> Suggestion | None:
        """The parent to suggest for a post that was told none."""
        if post not in self.loose:
            return None
        passages = self.passages.get(post, ())
        hits = [self._hits(post, passage) for passage in passages]
        likely = set(chain(self.digested[post], *hits))
        young = same_subject(self.known[post], self.subjects[post], self.without_prefixes)
        likely.update(one.post for one in young if not self._is_sent_again(post, one.post))
        candidates = [self.known[one] for one in likely if one in self.known]
        return suggest(self.known[post], passages, candidates, hits, self.digested[post])

    def _is_sent_again(self, post: int, earlier: int) -> bool:
        """Whether a post that does not look like an answer says what the earlier one said."""
        if self.known[post].answers or not self.samples.get(post):
            return False
        mine, theirs = self.samples[post], self.samples.get(earlier, frozenset())
        return 2 * len(mine & theirs) >= len(mine)

    def _hits(self, post: int, passage: Passage) -> dict[int, float]:
        """How much of a passage each earlier post has."""
        return weighed(passage, {hashed: self._earlier(post, hashed) for hashed in passage.shingles})

    def _earlier(self, post: int, hashed: int) -> list[int]:
        this = self.known[post]
        bearers = (self.known.get(bearer) for bearer in self.bearers.get(hashed, ()))
        return [bearer.post for bearer in bearers if bearer is not None and bearer.precedes(this)]
