"""Who looks for one post by a few of its words finds it first, be there many others with the same words."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import pytest

from listforum.search.index import SearchIndex
from listforum.search.parse import parse
from search.memory import MemoryArchive, document

STEMS = ["pump", "bucket", "filter", "valve", "engine", "tank", "meter", "basket", "ladder", "window"]
ENDINGS = ["", "s", "ed", "ing"]
FILLING = [f"filling{number}" for number in range(40)]
POSTS = 300


def found(index: SearchIndex, typed: str, limit: int = 20) -> list[int]:
    answer = index.search(parse(typed, date(2026, 1, 1)), sort="best", limit=limit, unit="posts")
    return [hit.post for hit in answer.hits]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "index"


def test_a_short_post_about_it_comes_before_a_long_one_that_mentions_it(directory: Path) -> None:
    index = SearchIndex(
        directory,
        MemoryArchive(
            [
                document(1, "the pump leaks"),
                document(2, "the pump " + " ".join(FILLING * 3)),
                document(3, " ".join(FILLING)),
            ]
        ),
    )
    index.catch_up()
    assert found(index, "pump") == [1, 2]


def test_rare_words_count_more_than_common_ones(directory: Path) -> None:
    common = [document(post, "water pump pump") for post in range(10, 60)]
    index = SearchIndex(
        directory,
        MemoryArchive([document(1, "water rotor x"), document(2, "water water x"), document(3, "rotor pump"), *common]),
    )
    index.catch_up()
    assert found(index, "water OR rotor", 2) == [1, 3]


def test_known_items_come_first(directory: Path) -> None:
    """Posts of twelve words each, asked for by three of them just as they stand there."""
    chance = random.Random(23)
    words = [stem + ending for stem in STEMS for ending in ENDINGS]
    documents = [document(post, " ".join(chance.sample(words, 8) + chance.sample(FILLING, 4))) for post in range(POSTS)]
    index = SearchIndex(directory, MemoryArchive(documents[1:]))
    index.catch_up()
    ranks = []
    for each in chance.sample(documents[1:], 100):
        asked = chance.sample(each.own_words.split()[:8], 2) + chance.sample(each.own_words.split()[8:], 1)
        same = [other.post for other in documents[1:] if set(asked) <= set(other.own_words.split())]
        posts = found(index, " ".join(asked), POSTS)
        assert each.post in posts
        ranks.append(set(posts[: len(same)]) == set(same))
    assert sum(ranks) / len(ranks) >= 0.93
