"""The parent that a post's words suggest, where no header names one that is here. Pure.

Four things speak for an earlier post: that its own words are quoted, that the attribution names its author, that it
names the moment it was written, and that it has the same subject. Each has a weight; the weights were set on masked
replies of real lists (see `tests/bench/topics.py`). The subject alone is enough only for a post that looks like an
answer, and only while the topic is young.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from listforum.mail.claims import Claim, name_forms
from listforum.model.forum import Grounds, Reason
from listforum.topics.shingles import expected
from listforum.topics.wording import Passage

DAY: Final = 86_400

WINDOW: Final = 30 * DAY
"""Seconds after the first post of a topic in which the same subject is evidence."""

SHORT_WINDOW: Final = 7 * DAY
"""The same for a subject of one word, and for an answer that neither a prefix nor a quote tells from a new topic."""

MOST_BEARERS: Final = 6
"""A shingle that more of the earlier posts have is a phrase of everybody's, and proves nothing."""

_WHOLE_QUOTE: Final = 2.0
_SOME_HITS: Final = 0.5
_ENOUGH_HITS: Final = 3
_AUTHOR: Final = 0.8
_MOMENT: Final = 1.0
_DAY_ONLY: Final = 0.4
_SUBJECT: Final = 0.6
_AGE: Final = 0.05
_OLD: Final = 10 * DAY
_ACCEPTED: Final = 0.5
_HALF: Final = 0.5

_FARTHEST_ZONE: Final = 14 * 3600
_ZONES_DIFFER_BY: Final = 1800
_ODD_ZONES: Final = (20_700, 31_500, 45_900)
_A_MINUTE: Final = 60
_MIDDAY: Final = DAY // 2
_WORD: Final = re.compile(r"\w+")

_NO_SUBJECT: Final = frozenset(
    {
        *("no subject", "(no subject)", "none", "kein betreff", "(kein betreff)", "ohne betreff", "sin asunto"),
        *("(sin asunto)", "sem assunto", "(sem assunto)", "sans objet", "(sans objet)", "aucun objet", "без темы"),
        *("(без темы)", "无主题", "(无主题)", "無主題", "بدون موضوع", "(بدون موضوع)", "بلا موضوع"),
    }
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The parent that `child` most probably answers, how sure that is (0-1), and what speaks for it."""

    child: int
    parent: int
    reason: Reason
    confidence: float
    grounds: Grounds


@dataclass(frozen=True, slots=True)
class Known:
    """What is compared of a post.

    `sent` is what its Date says, `date` orders it, `arrived` is when a server took it, or None where nobody saw it
    arrive; all in seconds UTC.
    `message_id` orders what has the same date; `base` is its bare subject, `lists` are the rows of its lists. Of an
    `anonymous` post the author is only the list's own name.
    """

    post: int
    date: int
    arrived: int | None
    message_id: str
    sent: int
    author: str
    address: str | None
    anonymous: bool
    base: str
    prefixed: bool
    quotes: bool
    lists: frozenset[int]

    @property
    def order(self) -> tuple[int, str, int]:
        return self.date, self.message_id, self.post

    def precedes(self, other: Known) -> bool:
        """Whether the other can answer it: it is older, and was there when the other arrived.

        A writer chooses the date, but not when a server takes a mail: nobody can slip a post under another's later on.
        """
        if self.arrived is not None and other.arrived is not None and self.arrived > other.arrived:
            return False
        return self.order < other.order

    def may_be_anothers(self, other: Known) -> bool:
        """Whether somebody else wrote it than the other; nobody knows of posts that name only the list."""
        mine, theirs = (self.address or self.author).casefold(), (other.address or other.author).casefold()
        return mine != theirs or self.anonymous

    @property
    def answers(self) -> bool:
        """Whether it looks like an answer, whatever its headers say."""
        return self.prefixed or self.quotes


@dataclass(frozen=True, slots=True)
class Subject:
    """Where else the bare subject of a post stands: the posts within `WINDOW` before it, and whether `is_older`.

    That is asked of answers only: whatever is none begins a topic.
    """

    near: Sequence[Known]
    is_older: bool


def same_subject(post: Known, subject: Subject, without_prefixes: frozenset[int]) -> list[Known]:
    """The posts that `post` may answer by its subject alone: those of a topic that began a short while ago.

    A topic begins with a post that does not look like an answer, or, where that is not here, with the oldest. A post
    that does not look like an answer itself can be one where a subject of several words comes up again within days, and
    another person may have begun it; but not in the lists `without_prefixes`, where a topic's subject may come up
    again in any post: there only a quote tells an answer.
    """
    words = 0 if post.base in _NO_SUBJECT else len(_WORD.findall(post.base))
    if not words or not (post.answers or (words > 2 and post.lists.isdisjoint(without_prefixes))):
        return []
    window = WINDOW if post.answers and words > 1 else SHORT_WINDOW
    run = sorted((other for other in subject.near if other.precedes(post)), key=lambda other: other.order)
    recent = [other for other in run if post.date - other.date <= window]
    first = next((other for other in recent if not other.answers), None)
    if first is None:
        return recent if post.answers and recent == run and not subject.is_older else []
    if not post.answers and not post.may_be_anothers(first):
        return []
    return recent[recent.index(first) :]


def suggest(
    post: Known,
    passages: Sequence[Passage],
    candidates: Iterable[Known],
    hits: Sequence[dict[int, float]],
    digested: frozenset[int],
) -> Suggestion | None:
    """The candidate for which most speaks, the newest of equals; None when none of them convinces.

    `hits` tells for each passage how much of its sample each candidate bears (see `weighed`); `digested` are the mails
    of a digest that the post's header names.
    """
    best: tuple[float, tuple[int, str, int], Known, Grounds] | None = None
    total = sum(sum(found.values()) for found in hits)
    for candidate in candidates:
        if not candidate.precedes(post) or candidate.lists.isdisjoint(post.lists):
            continue
        score, grounds = _weigh(post, passages, candidate, hits)
        share = _found(candidate, hits) / total if total else 1.0
        if candidate.post not in digested and _is_far_fetched(post, candidate, grounds, share):
            continue
        if score >= _ACCEPTED and (best is None or (score, candidate.order) > best[:2]):
            best = score, candidate.order, candidate, grounds
    if best is None:
        return None
    _score, _order, parent, grounds = best
    return Suggestion(post.post, parent.post, _reason(parent, grounds, digested), _confidence(grounds), grounds)


def weighed(passage: Passage, bearers: dict[int, list[int]]) -> dict[int, float]:
    """How many of a passage's shingles each earlier post has; one that several have counts for each in part.

    `bearers` are the earlier posts that have a shingle.
    """
    found: dict[int, float] = {}
    for shingle in passage.shingles:
        posts = bearers.get(shingle, ())
        if len(posts) <= MOST_BEARERS:
            for post in posts:
                found[post] = found.get(post, 0.0) + 1 / len(posts)
    return found


def source(
    passage: Passage, hits: dict[int, float], candidates: Mapping[int, Known], parent: Known | None
) -> int | None:
    """The post a passage was taken from: who has most of its words, the newest of equals, the parent before others.

    Where the words tell nothing, because they are too few, it is the parent if the attribution names its author.
    """
    likely = [(count, candidates[post].order, post) for post, count in hits.items() if post in candidates]
    if likely:
        count, _order, post = max(likely)
        if parent is not None and hits.get(parent.post, 0.0) >= count:
            post = parent.post
        if 2 * count >= min(_ENOUGH_HITS, expected(len(passage.shingles))):
            return post
    if parent is not None and passage.lines and _names_author(passage.claim, parent):
        return parent.post
    return None


# --- weighing -----------------------------------------------------------------------------------------------------


def _weigh(
    post: Known, passages: Sequence[Passage], candidate: Known, hits: Sequence[dict[int, float]]
) -> tuple[float, Grounds]:
    shares = [_share(passage, found.get(candidate.post, 0.0)) for passage, found in zip(passages, hits, strict=True)]
    count = _found(candidate, hits)
    score = _SUBJECT if post.base == candidate.base != "" else 0.0
    if count:
        score += _WHOLE_QUOTE * min(1, count / sum(expected(len(passage.shingles)) for passage in passages))
        score += _SOME_HITS * min(count / _ENOUGH_HITS, 1)
    author = any(_names_author(passage.claim, candidate) for passage in passages)
    moment = max((_names_moment(passage.claim, candidate) for passage in passages), default=0.0)
    score += _AUTHOR * author + moment
    score -= _AGE * min((post.date - candidate.date) / _OLD, 1)
    lines = sum(round(passage.lines * share) for passage, share in zip(passages, shares, strict=True))
    return score, Grounds(max(lines, int(count > 0)), author, moment > 0, post.base == candidate.base != "")


def _found(candidate: Known, hits: Sequence[dict[int, float]]) -> float:
    """How much of all passages a candidate bears."""
    return sum(found.get(candidate.post, 0.0) for found in hits)


def _share(passage: Passage, count: float) -> float:
    """How much of a passage was found, judged by its sample."""
    return min(1.0, count / expected(len(passage.shingles))) if passage.shingles else 0.0


def _is_far_fetched(post: Known, candidate: Known, grounds: Grounds, share: float) -> bool:
    """Whether words that were found prove nothing, because nothing else agrees.

    Logs and licences are pasted again years later; and a mail that quotes several others answers none of them more.
    """
    if grounds.same_subject or grounds.author_named or grounds.moment_named:
        return False
    return post.date - candidate.date > WINDOW or share < _HALF


def _names_author(claim: Claim, candidate: Known) -> bool:
    """Whether an attribution names a post's author: by address, by whole name, or by a part of the name."""
    if candidate.address and candidate.address.casefold() in claim.addresses:
        return True
    forms = name_forms(candidate.author) if claim.names else frozenset()
    words = {word for form in forms for word in _WORD.findall(form)}
    return any(name in forms or words.issuperset(_WORD.findall(name)) for name in claim.names)


def _names_moment(claim: Claim, candidate: Known) -> float:
    """What a time that agrees to the minute is worth, in whatever zone it was told; less where only the day is told."""
    worth = 0.0
    for moment in claim.moments:
        apart = candidate.sent - moment
        if moment % DAY == _MIDDAY:
            worth = max(worth, _DAY_ONLY if abs(apart) <= DAY else 0.0)
        elif abs(apart) <= _FARTHEST_ZONE + _A_MINUTE:
            in_a_zone = (apart + _A_MINUTE) % _ZONES_DIFFER_BY <= 2 * _A_MINUTE
            in_an_odd_one = any(abs(apart + zone) <= _A_MINUTE for zone in _ODD_ZONES)
            worth = max(worth, _MOMENT if in_a_zone or in_an_odd_one else 0.0)
    return worth


def _reason(parent: Known, grounds: Grounds, digested: frozenset[int]) -> Reason:
    if parent.post in digested:
        return "digest"
    return "quote" if grounds.lines or grounds.author_named or grounds.moment_named else "subject"


def _confidence(grounds: Grounds) -> float:
    """How often such grounds named the very parent, on 8,700 masked replies of three lists; the topic more often still.

    Once words were found, it matters little what else agrees, but for the subject.
    """
    if grounds.lines:
        return 0.98 if grounds.same_subject else 0.75
    if grounds.moment_named:
        return 0.85 if grounds.author_named else 0.7
    return 0.4 if grounds.author_named else 0.65
