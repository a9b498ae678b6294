"""The index finds exactly what reading every post finds: 500 random queries about posts in seven languages.

What is to be found is told here without the program's analysis, parser or evaluation: the posts are made of words of
which it is known what forms they have (a line of WORDS each), and each query is made together with its meaning.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Final, get_args

import pytest

from listforum.model.forum import Document
from listforum.search import writer
from listforum.search.index import SearchIndex
from listforum.search.parse import parse
from listforum.search.query import Content, Mark
from search.memory import MemoryArchive, document

WORDS: Final = [
    ["pump", "pumps", "Pumped"],
    ["water", "WATERS"],
    ["repair", "repairing", "repairs"],
    ["pumpkin"],
    ["été", "ete", "Été"],
    ["señal", "senal"],
    ["bomba", "bombas"],
    ["encore"],
    ["насос", "насосы", "Насоса"],
    ["ещё", "еще"],
    ["вода"],
    ["كتاب", "كِتاب", "کتاب"],
    ["ماء"],
    ["برنامه"],
    ["یک", "يك"],
    ["می"],
    ["روم"],
    ["میروم"],
    ["۱۲۳", "123", "١٢٣"],
]
"""Each line is one word, in forms that are to be found by each other."""

JOINED: Final = "می\u200cروم"
"""Is found both as one word and as two."""

UNSPACED: Final = ["水泵", "修理水泵", "水"]
"""Are found by each of their characters, and by runs of them."""

BEGINNINGS: Final = [
    ("pum", ["pump", "pumpkin"]),
    ("pumpk", ["pumpkin"]),
    ("pumps", ["pump"]),
    ("wat", ["water"]),
    ("repairi", ["repair"]),
    ("et", ["été"]),
    ("SEÑ", ["señal"]),
    ("bomb", ["bomba"]),
    ("насосы", ["насос"]),
    ("еще", ["ещё"]),
    ("во", ["вода"]),
    ("کتا", ["كتاب"]),
    ("می", ["می", "میروم"]),
    ("12", ["123"]),
]
"""What a word may begin with, and the words that do."""

POSTS: Final = 400
QUERIES: Final = 500
READ_TOO: Final = 12
"""One query in so many is answered by the program's own reading of every post, too."""

BEGIN: Final = datetime(2024, 1, 1, tzinfo=UTC)
LISTS: Final = ["garden", "Kitchen", "roof"]
PEOPLE: Final = [("Ana Pump", "ana@water.example"), ("Bob Encore", "bob@pump.example"), ("بهار", "")]
FILES: Final = ["pump-plan.pdf", "вода.png", "repairs.patch"]

Atom = int | str
"""A word by its number, one that is no word of ours by itself, or a character of a script without spaces."""

NUMBERS: Final = {form.lower(): number for number, forms in enumerate(WORDS) for form in forms}


@cache
def rows(text: str) -> list[list[Atom]]:
    """The words of a text in a row; two rows where some can be read as one word or as two."""
    for mark in "@.-":
        text = text.replace(mark, " ")
    return [atoms(text.replace("\u200c", " ")), atoms(text.replace("\u200c", ""))]


def atoms(text: str) -> list[Atom]:
    found: list[Atom] = []
    for word in text.lower().split():
        found += list(word) if "\u4e00" <= word[0] <= "\u9fff" else [NUMBERS.get(word, word)]
    return found


@dataclass(frozen=True, slots=True)
class Post:
    """A post as a person remembers it: what stands in it, by place, in rows."""

    document: Document
    marks: frozenset[str]
    places: dict[str, list[list[Atom]]]

    def holds(self, typed: str, *places: str) -> bool:
        """Whether words stand in one of these places, one after the other."""
        asked = rows(typed)
        return any(_within(wanted, there) for there in self._rows(*places) for wanted in asked)

    def holds_one(self, words: list[str], *places: str) -> bool:
        """Whether any of some words stands in one of these places."""
        numbers = {NUMBERS[word] for word in words}
        return any(not numbers.isdisjoint(there) for there in self._rows(*places))

    def _rows(self, *places: str) -> Iterator[list[Atom]]:
        return (row for place in places or tuple(self.places) for row in self.places[place])


def _within(wanted: list[Atom], there: list[Atom]) -> bool:
    if len(wanted) == 1:
        return wanted[0] in there
    return any(there[at : at + len(wanted)] == wanted for at in range(len(there) - len(wanted) + 1))


Meaning = Callable[[Post], bool]
Piece = tuple[str, Meaning]
"""What is typed, and what is meant by it."""


class Chance:
    """Makes posts and queries, always the same."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def word(self) -> str:
        chosen = self._random.choice([*WORDS, [JOINED], UNSPACED])
        return self._random.choice(chosen)

    def words(self, fewest: int, most: int) -> str:
        return " ".join(self.word() for _ in range(self._random.randint(fewest, most)))

    def document(self, post: int) -> Document:
        some = self._random
        author, address = some.choice(PEOPLE)
        return document(
            post,
            self.words(0, 12),
            subject=self.words(0, 2),
            author=author,
            address=address,
            topic=some.randint(1, POSTS // 3),
            lists=tuple(some.sample(LISTS, some.choice([0, 1, 1, 1, 1, 2]))),
            date=int((BEGIN + timedelta(hours=some.randint(0, 366 * 24))).timestamp()),
            files=tuple(some.sample(FILES, some.choice([0, 0, 0, 1, 2]))),
            has=tuple(some.sample(get_args(Content), some.choice([0, 0, 1, 2]))),
        )

    def query(self) -> Piece:
        """Between one and four pieces, some taken back and some a choice of two."""
        typed, meanings = [], []
        for _ in range(self._random.randint(1, 4)):
            text, meaning = self._random.choice([self._one, self._one, self._without, self._either])()
            typed.append(text)
            meanings.append(meaning)
        return " ".join(typed), lambda post: all(meaning(post) for meaning in meanings)

    def _one(self) -> Piece:
        return self._random.choice([self._word, self._word, self._word, self._phrase, self._in_place, self._other])()

    def _without(self) -> Piece:
        typed, meaning = self._random.choice([self._word, self._phrase, self._in_place])()
        return f"-{typed}", lambda post: not meaning(post)

    def _either(self) -> Piece:
        (one, meaning), (other, other_meaning) = self._one(), self._one()
        return f"{one} OR {other}", lambda post: meaning(post) or other_meaning(post)

    def _word(self) -> Piece:
        if self._random.random() < 0.2:
            typed, words = self._random.choice(BEGINNINGS)
            return f"{typed}*", lambda post: post.holds_one(words)
        word = self.word()
        return word, lambda post: post.holds(word)

    def _phrase(self) -> Piece:
        words = self.words(1, 3)
        return f'"{words}"', lambda post: post.holds(words)

    def _in_place(self) -> Piece:
        field, place, choice = self._random.choice(
            [
                ("from", "author", ["pump", "ana", "bob@pump.example", '"ana pump"', '"pump ana"', "بهار", "water"]),
                ("subject", "subject", [self.word(), self.word(), f'"{self.words(2, 2)}"']),
                ("file", "file", ["pump", "plan", "вода", '"pump plan"', "patch"]),
            ]
        )
        value = self._random.choice(choice)
        return f"{field}:{value}", lambda post: post.holds(value.strip('"'), place)

    def _other(self) -> Piece:
        return self._random.choice([self._list, self._time, self._has, self._mark, self._topic])()

    def _list(self) -> Piece:
        name = self._random.choice(LISTS)
        return f"list:{name.lower()}", lambda post: name in post.document.lists

    def _time(self) -> Piece:
        day = BEGIN + timedelta(days=self._random.randint(0, 366))
        if self._random.random() < 0.5:
            return f"after:{day:%Y-%m-%d}", lambda post: post.document.date >= day.timestamp()
        return f"before:{day:%Y-%m-%d}", lambda post: post.document.date < day.timestamp()

    def _has(self) -> Piece:
        content = self._random.choice(get_args(Content))
        return f"has:{content}", lambda post: content in post.document.has

    def _mark(self) -> Piece:
        mark = self._random.choice(get_args(Mark))
        return f"is:{mark}", lambda post: mark in post.marks

    def _topic(self) -> Piece:
        topic = self._random.randint(1, POSTS // 3)
        return f"topic:{topic}", lambda post: post.document.topic == topic


@pytest.fixture(scope="module")
def chance() -> Chance:
    return Chance(31)


@pytest.fixture(scope="module")
def archive(chance: Chance) -> MemoryArchive:
    made = MemoryArchive(chance.document(post) for post in range(1, POSTS - 20))
    marked = random.Random(4)
    made.marks = {mark: frozenset(marked.sample(range(1, POSTS), POSTS // 3)) for mark in get_args(Mark)}
    return made


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, chance: Chance, archive: MemoryArchive) -> SearchIndex:
    """An index of several segments, some of whose posts were replaced; it does not have the last ones yet."""
    index = SearchIndex(tmp_path_factory.mktemp("same") / "index", archive)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writer, "SEGMENT_DOCUMENTS", 90)
        patch.setattr(writer, "PAGE", 30)
        index.catch_up()
        for post in (*range(5, POSTS, 13), *range(POSTS - 20, POSTS - 10)):
            archive.put(chance.document(post))
        index.catch_up()
    for post in (*range(8, POSTS, 29), *range(POSTS - 10, POSTS)):
        archive.put(chance.document(post))
    return index


def remembered(archive: MemoryArchive) -> list[Post]:
    """The posts that can be found, newest first."""
    found = [each for each in archive.by_post.values() if each.lists]
    found.sort(key=lambda each: (each.date, each.post), reverse=True)
    return [_remembered(each, archive) for each in found]


def _remembered(each: Document, archive: MemoryArchive) -> Post:
    places = {
        "subject": rows(each.subject),
        "author": [*rows(each.author), *rows(each.address)],
        "text": rows(each.own_words),
        "file": [row for name in each.files for row in rows(name)],
    }
    marks = frozenset(mark for mark, posts in archive.marks.items() if each.post in posts)
    return Post(each, marks, places)


def test_500_random_queries_find_what_reading_every_post_finds(
    index: SearchIndex, archive: MemoryArchive, chance: Chance
) -> None:
    posts = remembered(archive)
    found_something = 0
    for number in range(QUERIES):
        typed, meaning = chance.query()
        meant = [post.document for post in posts if meaning(post)]
        query = parse(typed, date(2026, 1, 1))
        answer = index.search(query, sort="newest", limit=POSTS, unit="posts")
        assert (typed, [hit.post for hit in answer.hits]) == (typed, [each.post for each in meant])
        assert answer.total == len(meant)
        topics = index.search(query, sort="newest", limit=10, unit="topics")
        assert topics.total == len({each.topic for each in meant})
        assert [hit.topic for hit in topics.hits] == list(dict.fromkeys(each.topic for each in meant))[:10]
        if number % READ_TOO == 0:
            best = index.search(query, sort="best", limit=10, unit="posts")
            read = index.scan(query, sort="best", limit=10, unit="posts")
            assert (typed, best.total, best.hits) == (typed, read.total, read.hits)
        found_something += bool(meant)
    assert found_something > QUERIES // 2
