"""What the subject of a reply says about the post it answers: whether it really began something else. Pure.

Headers join posts, and a subject may only split what they joined. It splits rarely on purpose: a needless branch annoys
every reader, and one that is missed only leaves things as the writer's mail program made them. So two subjects count as
different only when nothing explains the difference: prefixes, tags, patch numbers, "(was: ...)", a status such as
"[SOLVED]", a cut, lost letters, or an edit that leaves most of the words. Every step is linear in the subjects, and
of a subject at most 400 characters are looked at.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from listforum.mail.digest import is_digest
from listforum.mail.prefixes import AMBIGUOUS, REPLY
from listforum.mail.subject import bare_subject, display_subject, fold_spaces, prefix_pattern

_LONGEST: Final = 400

_REPLY: Final = prefix_pattern(REPLY)
_MAY_BE_REPLY: Final = prefix_pattern(AMBIGUOUS)
_ANY_TAG: Final = re.compile(r"\[[^\[\]]{0,200}\] ?[:：]? ?|\*{3,5}[^*]{1,30}\*{3,5} ?")

_FORMERLY_ENGLISH: Final = "was|previously|formerly|originally|prev"
_FORMERLY: Final = (
    rf"{_FORMERLY_ENGLISH}|war|vormals|ehemals|ursprünglich|früher|était|anciennement|précédemment|ex|era|antes"
    r"|anteriormente|foi|prima|precedentemente|voorheen|eerder|var|tidigare|tidligere|było|dawniej|wcześniej"
    r"|было|ранее|раньше|бывш|bylo|původně|oli|aiemmin|volt|korábban|eski|önceki|ήταν|πρώην"
    r"|原|原题|原标题|之前|元|旧|قبلا|قبلاً|سابقا|سابقاً|كان"
)
_IN_BRACKETS: Final = re.compile(
    rf"[(\[（【] ?(?:(?:{_FORMERLY}) ?[:：]|(?:{_FORMERLY_ENGLISH})\b) ?(?P<old>.*?)[)\]）】]*\Z", re.IGNORECASE
)
_IN_THE_OPEN: Final = re.compile(rf"[ ,;(\[-](?:{_FORMERLY})(?: ?[:：]| ) ?", re.IGNORECASE)
_REPLY_INSIDE: Final = re.compile(r"[ :(\[](?:re|aw|sv|antw)(?:\[\d{1,3}\])? ?[:：] ?", re.IGNORECASE)
_TAGS_INSIDE: Final = 3

_STATUS: Final = frozenset(
    (
        *(
            "solved",
            "resolved",
            "fixed",
            "done",
            "closed",
            "success",
            "answered",
            "update",
            "updated",
            "working",
            "now",
        ),
        *(
            "partially",
            "finally",
            "commit",
            "committed",
            "applied",
            "merged",
            "ping",
            "reminder",
            "urgent",
            "important",
        ),
        *(
            "gelöst",
            "erledigt",
            "résolu",
            "resuelto",
            "solucionado",
            "resolvido",
            "risolto",
            "opgelost",
            "löst",
            "løst",
        ),
        *("rozwiązane", "решено", "vyřešeno", "ratkaistu", "megoldva", "çözüldü", "λύθηκε", "已解决", "解决", "解決"),
        *("حل", "شد", "شده", "ot", "offtopic", "topic", "off", "long", "spam", "and", "the"),
    )
)
_PATCH: Final = re.compile(
    r"\[[^\[\]]{0,60}\b(?:patch(?:es|set)?|series|\d{1,3}/\d{1,3})\b[^\[\]]{0,40}\]|(?:\A|[:\]]) ?patch ?[:：-]",
    re.IGNORECASE,
)
_NUMBERED: Final = re.compile(
    r"\b(?:bug|issue|ticket|case|request|rt|pr|gh|fs)[ #:.-]{0,3}(\d{2,9})\b|#(\d{2,9})\b|\b([a-z]{2,10}-\d{2,6})\b",
    re.IGNORECASE,
)
_NAMELESS: Final = re.compile(
    r"[(<\[]? ?(?:no subject|none|untitled|no title|kein betreff|ohne betreff|sans objet|sans sujet|pas de sujet"
    r"|sin asunto|sem assunto|\(?nessun oggetto|senza oggetto|geen onderwerp|brak tematu|без темы|无主题|無主題|无标题"
    r"|بدون موضوع) ?[)>\]]?",
    re.IGNORECASE,
)
_UNDECODED: Final = "=?"
_LOST: Final = re.compile(r"\N{REPLACEMENT CHARACTER}|\?(?=\w)|\?{3}")
_MOST_PAIRS: Final = 0.55
_NEARLY_ALL_PAIRS: Final = 0.85
_MOST_WORDS: Final = 0.7
_LEAST_WORDS: Final = 2
_LONG_ENOUGH_TO_BE_CUT: Final = 10
_TELLING: Final = 4


def changed(child: str, parent: str) -> bool:
    """Whether a reply of subject `child` really began something else than the post it answers, of subject `parent`.

    Both as they stand in the header, decoded. A part of a patch series never did, nor did an answer to a digest.
    """
    child, parent = _repaired(child), _repaired(parent)
    if _says_nothing(child) or _says_nothing(parent) or _is_patch(child) or _share_number(child, parent):
        return False
    before, after = _Title.of(parent), _Title.of(child)
    after = after if after.old else after.without(before)
    if before.whole == after.whole or not (_letters(before.head) and _letters(after.head)):
        return False
    alike = _reads_as if after.old and _same(after.old, before.whole) else _alike
    return not any(alike(after.head, name) for name in (before.head, before.whole, before.old) if name)


def prefixed(subject: str) -> bool:
    """Whether a reply prefix leads the subject, also behind tags; a prefix that may mean a forward proves nothing."""
    text = fold_spaces(subject)
    at = 0
    while not _REPLY.match(text, at):
        found = _MAY_BE_REPLY.match(text, at) or _ANY_TAG.match(text, at)
        if found is None:
            return False
        at = found.end()
    return True


@dataclass(frozen=True, slots=True)
class _Title:
    """A subject without what stands around it: `head` is what it is called now, `old` what "(was: ...)" tells."""

    whole: str
    head: str
    old: str = ""

    @classmethod
    def of(cls, subject: str) -> _Title:
        whole = bare_subject(subject)
        if found := _IN_BRACKETS.search(whole):
            return cls(whole, _stripped(whole[: found.start()]), bare_subject(found["old"]))
        return cls(whole, whole)

    def without(self, parent: _Title) -> _Title:
        """The same, where the parent's name stands at the end without brackets: "maps, was census", "maps: Re: x"."""
        for pattern in (_IN_THE_OPEN, _REPLY_INSIDE):
            for found in list(pattern.finditer(self.whole))[:_TAGS_INSIDE]:
                head, old = _stripped(self.whole[: found.start()]), bare_subject(self.whole[found.end() :])
                a_tag_only = pattern is _REPLY_INSIDE and len(head.split()) < _TAGS_INSIDE
                if not a_tag_only and any(_same(old, name) for name in (parent.whole, parent.head)):
                    return _Title(self.whole, head, old)
        return self


def _stripped(text: str) -> str:
    return text.strip(" ,;:-([")


def _is_patch(subject: str) -> bool:
    """Whether a mail is a patch, which hangs where its sender puts it; one that was is none."""
    return _PATCH.search(_now(subject)) is not None


def _now(subject: str) -> str:
    formerly = _IN_BRACKETS.search(subject)
    return subject[: formerly.start()] if formerly else subject


def _says_nothing(subject: str) -> bool:
    """Whether a subject is none, tells of a digest, or could not be decoded."""
    shown = display_subject(subject)
    return not shown or _UNDECODED in shown or _NAMELESS.fullmatch(shown) is not None or _of_digest(shown, subject)


def _of_digest(*subjects: str) -> bool:
    return any(is_digest(text) or is_digest(bare_subject(text)) for text in subjects)


def _share_number(one: str, other: str) -> bool:
    """Whether both name the same entry of a tracker: its subject changes as the entry does."""
    return not _numbers(_now(one)).isdisjoint(_numbers(_now(other)))


def _numbers(subject: str) -> frozenset[str]:
    return frozenset(next(filter(None, found.groups())).casefold() for found in _NUMBERED.finditer(subject))


# --- likeness -----------------------------------------------------------------------------------------------------


def _alike(one: str, other: str) -> bool:
    """Whether two titles may be one: when in doubt, they are."""
    if _LOST.search(one) or _LOST.search(other):
        one, other = _what_survives(one), _what_survives(other)
    first, second = _without_status(_words(one)), _without_status(_words(other))
    if not first or not second:
        return True
    if len("".join(first)) < _TELLING > len("".join(second)):
        return first == second
    return _is_cut(first, second) or _shared_pairs(first, second) >= _MOST_PAIRS or _share_words(first, second)


def _reads_as(one: str, other: str) -> bool:
    """Whether two titles are the same but for a status, where the writer says that the one was the other."""
    first, second = _without_status(_words(one)), _without_status(_words(other))
    return _is_cut(first, second) or _shared_pairs(first, second) >= _NEARLY_ALL_PAIRS


def _same(one: str, other: str) -> bool:
    """Whether two titles are the same but for small edits and cuts."""
    first, second = _words(one), _words(other)
    return bool(first and second) and (_is_cut(first, second) or _shared_pairs(first, second) >= _MOST_PAIRS)


def _is_cut(first: tuple[str, ...], second: tuple[str, ...]) -> bool:
    """Whether one is the beginning of the other: whole words, or enough letters to be a cut at a length."""
    shorter, longer = sorted((first, second), key=lambda words: len("".join(words)))
    text = "".join(shorter)
    return longer[: len(shorter)] == shorter or (
        len(text) >= _LONG_ENOUGH_TO_BE_CUT and "".join(longer).startswith(text)
    )


def _shared_pairs(first: tuple[str, ...], second: tuple[str, ...]) -> float:
    """The share of pairs of neighbouring letters that are in both (Sorensen-Dice): typos, joined words leave most."""
    one, other = _pairs("".join(first)), _pairs("".join(second))
    return 2 * (one & other).total() / (one.total() + other.total())


def _share_words(first: tuple[str, ...], second: tuple[str, ...]) -> bool:
    """Whether most words of the shorter are in the longer: words added, dropped or moved."""
    shorter, longer = sorted((frozenset(first), frozenset(second)), key=len)
    shared = len(shorter & longer)
    return shared >= _LEAST_WORDS and shared >= _MOST_WORDS * len(shorter)


def _pairs(text: str) -> Counter[str]:
    return Counter(map("".join, pairwise(text))) if len(text) > 1 else Counter([text])


def _words(text: str) -> tuple[str, ...]:
    """Words in lower case, without accents and punctuation."""
    plain = unicodedata.normalize("NFKD", text[:_LONGEST].casefold())
    return tuple(re.findall(r"[^\W_]+", "".join(letter for letter in plain if not unicodedata.combining(letter))))


def _without_status(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for word in words if word not in _STATUS_PLAIN)


def _letters(text: str) -> str:
    return "".join(_without_status(_words(text)))


def _what_survives(text: str) -> str:
    """What the loss of every letter outside ASCII leaves whole: the words without a loss."""
    kept = (word for word in text.split() if word.isascii() and not _LOST.search(word))
    return " ".join(kept)


def _repaired(subject: str) -> str:
    """A subject of bounded length, with words of UTF-8 that were read as Latin-1 read again."""
    return " ".join(map(_reread, fold_spaces(subject[: 4 * _LONGEST])[:_LONGEST].split()))


def _reread(word: str) -> str:
    try:
        return word if word.isascii() else word.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return word


_STATUS_PLAIN: Final = frozenset(word for status in _STATUS for word in _words(status))
