"""Subjects, folded for comparing and for showing (RFC 5256, 2.1, widened to the prefixes of the world)."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from listforum.mail.prefixes import AMBIGUOUS, FORWARD, JUNK, REPLY

_INVISIBLE: Final = dict.fromkeys(
    [0x061C, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF, 0x00AD]
)
_COUNTER: Final = r"(?: ?(?:\[\d{1,5}\]|\(\d{1,5}\)|\^\d{1,5}|\*\d{1,5}))?"
_TRAILING_FORWARD: Final = "(fwd)"
_FORWARD_BRACKET: Final = "[fwd:"


def _words(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_PREFIX: Final = re.compile(rf"(?:{_words((*REPLY, *AMBIGUOUS, *FORWARD))}){_COUNTER} ?[:：] ?", re.IGNORECASE)
_JUNK: Final = re.compile(
    rf"(?:\[(?:{_words(JUNK)})\]|\*{{3,5}} ?(?:{_words(JUNK)}) ?\*{{3,5}}) ?[:：]? ?", re.IGNORECASE
)
_BRACKET: Final = re.compile(r"\[(?P<tag>[^\[\]]{1,60}?)(?:[ :#,_-]{1,2}\d{1,9})?\] ?")

_NOT_A_LIST: Final = frozenset({"patch", "rfc", "bug", "solved", "announce", "ann", "ot", "fwd"})
_TAG_SAMPLE: Final = 5
_TAG_SHARE: Final = 0.8


def base_subject(subject: str, tags: Iterable[str] = ()) -> str:
    """The subject without prefixes, list tags and junk, casefolded: equal for a post and its answers.

    `tags` are the list's own tags, with or without brackets. Returns "" only when nothing but prefixes is there.
    """
    return unicodedata.normalize("NFC", display_subject(subject, tags).casefold())


def display_subject(subject: str, tags: Iterable[str] = ()) -> str:
    """The subject as the title of a topic: folded as in `base_subject`, its letters as they were written."""
    return _fold(subject, tags)


def reply_base(subject: str) -> str:
    """The subject without prefixes wherever they are stacked, also behind a bracket; brackets stay."""
    rest = _fold(subject, ())
    brackets: list[str] = []
    while found := _BRACKET.match(rest):
        if _skip_prefixes(rest, found.end()) == found.end() and not _BRACKET.match(rest, found.end()):
            break
        brackets.append(found[0].strip())
        rest = _fold(rest[found.end() :], ())
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
    return " ".join(unicodedata.normalize("NFC", subject.translate(_INVISIBLE)).split())


def _leading_tag(subject: str) -> str | None:
    text = fold_spaces(subject)
    found = _BRACKET.match(text, _skip_prefixes(text, 0))
    return found["tag"].strip() if found else None


def _skip_prefixes(text: str, at: int) -> int:
    while found := _PREFIX.match(text, at) or _JUNK.match(text, at):
        at = found.end()
    return at


def _fold(subject: str, tags: Iterable[str]) -> str:
    """Takes layer after layer off both ends; every step only moves an index, so the whole is linear."""
    text = fold_spaces(subject)
    wanted = frozenset(fold_spaces(tag).strip("[]").casefold() for tag in tags)
    start, end = 0, len(text)
    while True:
        if found := _PREFIX.match(text, start, end):
            start = found.end()
        elif (after := _after_label(text, start, end, wanted)) < end and after > start:
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


def _after_label(text: str, start: int, end: int, wanted: frozenset[str]) -> int:
    """Where the text goes on after the list's tag or a gateway's junk; `start` when neither stands there."""
    if found := _JUNK.match(text, start, end):
        return found.end()
    found = _BRACKET.match(text, start, end)
    if found and (found["tag"].strip().casefold() in wanted or found[0].strip(" []").casefold() in wanted):
        return found.end()
    return start
