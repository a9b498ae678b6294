"""Subjects, folded for comparing and for showing (RFC 5256, 2.1, widened to the prefixes of the world)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from listforum.mail.marks import composed
from listforum.mail.prefixes import AMBIGUOUS, FORWARD, JUNK, REPLY

_INVISIBLE: Final = dict.fromkeys(
    [0x061C, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF, 0x00AD]
)
_COUNTER: Final = r"(?: ?(?:\[\d{1,5}\]|\(\d{1,5}\)|\^\d{1,5}|\*\d{1,5}))?"
_TRAILING_FORWARD: Final = "(fwd)"
_FORWARD_BRACKET: Final = "[fwd:"


def _words(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def prefix_pattern(words: Iterable[str]) -> re.Pattern[str]:
    """What matches one of these words as a prefix, counted or not, in a subject that `fold_spaces` has folded."""
    return re.compile(rf"(?:{_words(words)}){_COUNTER} ?[:：] ?", re.IGNORECASE)


_PREFIX: Final = prefix_pattern((*REPLY, *AMBIGUOUS, *FORWARD))
_JUNK: Final = re.compile(
    rf"(?:\[(?:{_words(JUNK)})\]|\*{{3,5}} ?(?:{_words(JUNK)}) ?\*{{3,5}}) ?[:：]? ?", re.IGNORECASE
)
_BRACKET: Final = re.compile(r"\[(?P<tag>[^\[\]]{1,60}?)(?:[ :#,_-]{1,2}\d{1,9})?\] ?")
_ANY_BRACKET: Final = re.compile(r"\[[^\[\]]{0,200}\] ?")

_NOT_A_LIST: Final = frozenset({"patch", "rfc", "bug", "solved", "announce", "ann", "ot", "fwd"})
_TAG_SAMPLE: Final = 5
_TAG_SHARE: Final = 0.8


def base_subject(subject: str, tags: Iterable[str] = ()) -> str:
    """The subject without prefixes, list tags and junk, casefolded: equal for a post and its answers.

    `tags` are the list's own tags, with or without brackets. Returns "" only when nothing but prefixes is there.
    """
    return composed(display_subject(subject, tags).casefold())


def display_subject(subject: str, tags: Iterable[str] = ()) -> str:
    """The subject as the title of a topic: folded as in `base_subject`, its letters as they were written."""
    return _fold(subject, _own_labels(tags))


def bare_subject(subject: str) -> str:
    """The base subject without any leading [tag], whose ever: each list of a cross-posted mail adds its own.

    What is nothing but tags keeps the last of them. Linear in the length of the subject.
    """
    return composed(_fold(subject, _after_any_label).casefold())


def reply_base(subject: str) -> str:
    """The subject without prefixes wherever they are stacked, also behind a bracket; brackets stay."""
    rest = _fold(subject, _own_labels(()))
    brackets: list[str] = []
    while found := _BRACKET.match(rest):
        if _skip_prefixes(rest, found.end()) == found.end() and not _BRACKET.match(rest, found.end()):
            break
        brackets.append(found[0].strip())
        rest = _fold(rest[found.end() :], _own_labels(()))
    return " ".join([*brackets, rest])


def list_tag(subjects: Sequence[str]) -> str | None:
    """The list's own tag, without brackets: the one that leads at least 80 % of five or more subjects."""
    leading = Counter(tag for subject in subjects if (tag := _leading_tag(subject)))
    if len(subjects) < _TAG_SAMPLE or not leading:
        return None
    spellings = Counter({tag.casefold(): 0 for tag in leading})
    for tag, count in leading.items():
        spellings[tag.casefold()] += count
    winner, count = spellings.most_common(1)[0]
    if count < _TAG_SHARE * len(subjects) or winner in _NOT_A_LIST:
        return None
    return next(tag for tag, _ in leading.most_common() if tag.casefold() == winner)


def fold_spaces(subject: str) -> str:
    """The subject in NFC, on one line, single spaces, without marks that only steer text direction."""
    return " ".join(composed(subject.translate(_INVISIBLE)).split())


def _leading_tag(subject: str) -> str | None:
    text = fold_spaces(subject)
    found = _BRACKET.match(text, _skip_prefixes(text, 0))
    return found["tag"].strip() if found else None


def _skip_prefixes(text: str, at: int) -> int:
    while found := _PREFIX.match(text, at) or _JUNK.match(text, at):
        at = found.end()
    return at


def _fold(subject: str, after_label: Callable[[str, int, int], int]) -> str:
    """Takes layer after layer off both ends; every step only moves an index, so the whole is linear."""
    text = fold_spaces(subject)
    start, end = 0, len(text)
    while True:
        if found := _PREFIX.match(text, start, end):
            start = found.end()
        elif (after := after_label(text, start, end)) < end and after > start:
            start = after
        elif text[start : start + len(_FORWARD_BRACKET)].casefold() == _FORWARD_BRACKET and text[end - 1] == "]":
            start, end = start + len(_FORWARD_BRACKET), end - 1
            start += text[start : start + 1] == " "
        elif (before := _without_trailing_forward(text, start, end)) < end:
            end = before
        else:
            return text[start:end].strip()


def _without_trailing_forward(text: str, start: int, end: int) -> int:
    while (cut := end - len(_TRAILING_FORWARD)) > start and text[cut:end].casefold() == _TRAILING_FORWARD:
        end = cut
        while end > start and text[end - 1] == " ":
            end -= 1
    return end


def _own_labels(tags: Iterable[str]) -> Callable[[str, int, int], int]:
    """What tells where a text goes on after one of these tags, or a gateway's junk; the start when neither is there."""
    wanted = frozenset(fold_spaces(tag).strip("[]").casefold() for tag in tags)

    def after(text: str, start: int, end: int) -> int:
        if found := _JUNK.match(text, start, end):
            return found.end()
        found = _BRACKET.match(text, start, end)
        if found and (found["tag"].strip().casefold() in wanted or found[0].strip(" []").casefold() in wanted):
            return found.end()
        return start

    return after


def _after_any_label(text: str, start: int, end: int) -> int:
    found = _JUNK.match(text, start, end) or _ANY_BRACKET.match(text, start, end)
    return found.end() if found else start
