"""Topics about the same, told by the rare words they share."""

from __future__ import annotations

from pathlib import Path

from listforum.search.index import SearchIndex
from search.memory import MemoryArchive, document

EVERYDAY = "the list has many words that everybody writes every day"


def related(directory: Path, archive: MemoryArchive, topic: int) -> list[int]:
    index = SearchIndex(directory / "index", archive)
    index.catch_up()
    posts = [post for post, each in archive.by_post.items() if each.topic == topic]
    return index.related(topic, posts, 5)


def test_topics_that_share_rare_words_are_related_the_most_like_first(tmp_path: Path) -> None:
    archive = MemoryArchive(
        [
            document(1, f"{EVERYDAY} impeller gasket cavitation bearing"),
            document(2, f"{EVERYDAY} impeller gasket cavitation", lists=("kitchen",)),
            document(3, "bearing", subject="cavitation of the impeller and its gasket", topic=3),
            document(4, "impeller gasket"),
            *(document(post, EVERYDAY) for post in range(10, 60)),
        ]
    )
    assert related(tmp_path, archive, 1) == [3, 2]


def test_a_long_topic_is_not_related_to_all_others(tmp_path: Path) -> None:
    words = [f"word{number}" for number in range(60)]
    archive = MemoryArchive(
        [
            document(1, "impeller gasket cavitation word1 word2 word3 word4"),
            document(2, "impeller gasket cavitation"),
            *(document(10 + nth, f"{word} and {EVERYDAY}", topic=10) for nth, word in enumerate(words)),
        ]
    )
    assert related(tmp_path, archive, 1)[0] == 2


def test_a_topic_of_its_own_kind_has_none(tmp_path: Path) -> None:
    archive = MemoryArchive([document(1, "impeller gasket cavitation"), document(2, EVERYDAY), document(3, EVERYDAY)])
    assert related(tmp_path, archive, 1) == []


def test_posts_that_were_replaced_or_moved_count_where_they_are_now(tmp_path: Path) -> None:
    archive = MemoryArchive(document(post, "impeller gasket cavitation") for post in (1, 2, 3))
    assert set(related(tmp_path, archive, 1)) == {2, 3}
    archive.put(document(2, EVERYDAY))
    archive.move(3, 7)
    assert related(tmp_path, archive, 1) == [7]
