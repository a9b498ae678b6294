"""The index answers as reading every post would, whatever was added, changed or moved."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.model.forum import Document, SearchAnswer
from listforum.search import writer
from listforum.search.answer import Sort, Unit, Wish, never
from listforum.search.index import MAX_LATER, NeedsRebuild, SearchIndex
from listforum.search.parse import parse
from listforum.search.query import Query
from search.memory import MemoryArchive, document

WISHES: list[tuple[Sort, Unit]] = [("newest", "topics"), ("newest", "posts"), ("best", "topics"), ("best", "posts")]


def query(text: str) -> Query:
    return parse(text, date(2026, 1, 1))


def posts_of(answer: SearchAnswer) -> list[int]:
    return [hit.post for hit in answer.hits]


def found(index: SearchIndex, text: str, *, sort: Sort = "newest", unit: Unit = "posts", limit: int = 20) -> list[int]:
    return posts_of(index.search(query(text), sort=sort, limit=limit, unit=unit))


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "index"


def indexed(directory: Path, documents: Sequence[Document]) -> tuple[SearchIndex, MemoryArchive]:
    archive = MemoryArchive(documents)
    index = SearchIndex(directory, archive)
    index.catch_up()
    return index, archive


# --- what is found


def test_words_are_found_in_subject_author_and_text(directory: Path) -> None:
    index, _ = indexed(
        directory,
        [
            document(1, "The pump is broken"),
            document(2, "Nothing", subject="Re: pumps"),
            document(3, "Nothing", author="Ana Pump"),
            document(4, "Nothing", address="pump@example.org"),
            document(5, "Nothing"),
        ],
    )
    assert found(index, "pump") == [4, 3, 2, 1]
    assert found(index, "subject:pump") == [2]
    assert found(index, "from:pump") == [4, 3]


def test_all_words_must_be_there_each_in_any_field(directory: Path) -> None:
    index, _ = indexed(
        directory,
        [document(1, "pump", subject="water"), document(2, "pump"), document(3, "water pump")],
    )
    assert found(index, "water pump") == [3, 1]
    assert found(index, "pump -water") == [2]
    assert found(index, "-pump") == []


def test_phrases_are_found_as_they_stand(directory: Path) -> None:
    index, _ = indexed(
        directory,
        [
            document(1, "the hand pump"),
            document(2, "pump by hand"),
            document(3, "hand", subject="pump"),
            document(4, "by the hand,\npumps"),
        ],
    )
    assert found(index, '"hand pump"') == [4, 1]
    assert found(index, '-"hand pump"') == [3, 2]
    assert found(index, 'from:"hand pump"') == []


def test_a_phrase_does_not_run_from_the_name_into_the_address(directory: Path) -> None:
    index, _ = indexed(directory, [document(1, author="Ana Hand", address="pump@example.org")])
    assert found(index, 'from:"hand pump"') == []
    assert found(index, 'from:"ana hand"') == [1]


def test_lists_and_days_bound_the_answer(directory: Path) -> None:
    new_year = 1_704_067_200  # 2024-01-01 00:00 UTC
    index, _ = indexed(
        directory,
        [
            document(1, "pump", date=new_year - 1),
            document(2, "pump", date=new_year, lists=("Kitchen",)),
            document(3, "pump", date=new_year + 1, lists=("Garden", "Kitchen")),
        ],
    )
    assert found(index, "pump after:2024") == [3, 2]
    assert found(index, "pump before:2024") == [1]
    assert found(index, "list:kitchen") == [3, 2]
    assert found(index, "list:garden list:kitchen") == [3]
    assert found(index, "pump -list:kitchen") == [1]
    assert found(index, "list:kit") == []


def test_posts_from_before_1970_and_far_away_days_are_kept(directory: Path) -> None:
    index, _ = indexed(directory, [document(1, "pump", date=-5), document(2, "pump", date=9_999_999_999)])
    assert found(index, "pump") == [2, 1]


# --- how the answer is given


def test_topics_show_their_newest_or_best_post_and_are_counted_exactly(directory: Path) -> None:
    index, _ = indexed(
        directory,
        [
            document(1, "pump pump pump pump", topic=1),
            document(2, "pump and many more words about other things", topic=1),
            document(3, "a pump", topic=3),
            document(4, "nothing", topic=4),
        ],
    )
    newest = index.search(query("pump"), sort="newest", limit=1, unit="topics")
    assert (newest.total, posts_of(newest)) == (2, [3])
    assert found(index, "pump", unit="topics") == [3, 2]
    assert found(index, "pump", unit="topics", sort="best") == [1, 3]
    assert index.search(query("pump"), sort="newest", limit=0, unit="posts").total == 3


def test_a_word_in_the_subject_counts_more(directory: Path) -> None:
    index, _ = indexed(
        directory, [document(1, "x y", subject="pump"), document(2, "pump y", subject="x"), document(3, "other")]
    )
    assert found(index, "pump", sort="best") == [1, 2]


def test_hits_say_what_is_needed_to_show_them(directory: Path) -> None:
    index, _ = indexed(
        directory, [document(7, "The pump broke.", subject="Water", author="Ana", address="a@b.c", topic=5)]
    )
    answer = index.search(query("pump"), sort="newest", limit=5, unit="topics")
    (hit,) = answer.hits
    assert (hit.post, hit.topic, hit.message_id, hit.subject, hit.author) == (7, 5, "7@example.org", "Water", "Ana")
    assert hit.snippet == "The pump broke."
    assert [hit.snippet[start:end] for start, end in hit.matches] == ["pump"]
    assert answer.milliseconds > 0


def test_topics_are_those_of_now(directory: Path) -> None:
    index, archive = indexed(directory, [document(1, "pump", topic=1), document(2, "pump", topic=2)])
    archive.move(2, 1)
    answer = index.search(query("pump"), sort="newest", limit=5, unit="topics")
    assert (answer.total, [(hit.topic, hit.post) for hit in answer.hits]) == (1, [(1, 2)])
    assert index.catch_up() == 0


def test_posts_that_are_gone_are_neither_shown_nor_counted(directory: Path) -> None:
    index, archive = indexed(directory, [document(1, "hand pump"), document(2, "hand pump")])
    del archive.by_post[1]
    for text in ("pump", '"hand pump"'):
        answer = index.search(query(text), sort="newest", limit=5, unit="posts")
        assert (answer.total, posts_of(answer)) == (1, [2])


# --- keeping up


def test_a_post_that_stands_in_no_list_any_more_is_not_found(directory: Path) -> None:
    index, archive = indexed(directory, [document(1, "pump"), document(2, "pump", topic=1)])
    archive.put(document(2, lists=()))
    assert found(index, "pump") == [1]
    assert found(index, "after:2000") == [1]
    index.catch_up()
    assert found(index, "after:2000") == [1]
    assert posts_of(index.scan(query("after:2000"), sort="newest", limit=5, unit="posts")) == [1]
    archive.put(document(2, "pump", topic=1))
    index.catch_up()
    assert found(index, "after:2000") == [2, 1]


def test_an_empty_archive_has_an_index_too(directory: Path) -> None:
    index, _ = indexed(directory, [])
    assert index.search(query("pump"), sort="best", limit=5, unit="topics").total == 0
    assert index.check() == []


def test_without_an_index_the_answer_is_not_nothing(directory: Path) -> None:
    index = SearchIndex(directory, MemoryArchive([document(1, "pump")]))
    with pytest.raises(NeedsRebuild):
        found(index, "pump")
    assert posts_of(index.scan(query("pump"), sort="newest", limit=5, unit="posts")) == [1]


def test_only_what_changed_is_written(directory: Path) -> None:
    index, archive = indexed(directory, [document(1, "pump"), document(2, "pump")])
    assert index.catch_up() == 0
    archive.put(document(3, "pump"))
    assert index.behind() == 1
    assert index.catch_up() == 1
    assert index.behind() == 0
    assert found(index, "pump") == [3, 2, 1]


def test_new_and_changed_posts_are_found_before_they_are_indexed(directory: Path) -> None:
    index, archive = indexed(directory, [document(1, "pump"), document(2, "pump")])
    archive.put(document(1, "bucket"))
    archive.put(document(3, "pump"))
    assert found(index, "pump") == [3, 2]
    assert found(index, "bucket") == [1]
    index.catch_up()
    assert found(index, "pump") == [3, 2]
    assert found(index, "bucket") == [1]


def test_an_index_far_behind_does_not_answer_in_part(directory: Path) -> None:
    index, archive = indexed(directory, [document(1, "pump")])
    for post in range(2, MAX_LATER + 4):
        archive.put(document(post, "pump"))
    with pytest.raises(NeedsRebuild, match="still to be indexed"):
        found(index, "pump")


def test_a_changed_post_replaces_itself(directory: Path) -> None:
    index, archive = indexed(directory, [document(1, "pump"), document(2, "pump")])
    archive.put(document(1, "bucket"))
    assert index.catch_up() == 1
    assert found(index, "pump") == [2]
    assert found(index, "bucket") == [1]


def test_a_post_that_changes_while_it_is_indexed_is_indexed_once(directory: Path) -> None:
    archive = MemoryArchive([document(post, "pump") for post in range(1, 300)])

    def change_the_first(_done: int, _all: int) -> None:
        if archive.changed() < 310:
            archive.put(document(1, "bucket"))

    index = SearchIndex(directory, archive)
    index.catch_up(change_the_first)
    index.catch_up()
    assert found(index, "bucket") == [1]
    assert index.search(query("pump"), sort="best", limit=1, unit="posts").total == 298


def test_another_generation_of_the_archive_is_indexed_anew(directory: Path) -> None:
    index, archive = indexed(directory, [document(1, "pump")])
    archive.generation_name = "second"
    with pytest.raises(NeedsRebuild):
        found(index, "pump")
    assert "another archive" in index.check()[0]
    assert index.catch_up() == 1
    assert found(index, "pump") == [1]


def test_an_archive_put_back_to_an_earlier_state_is_indexed_anew(directory: Path) -> None:
    indexed(directory, [document(1, "pump"), document(2, "bucket")])
    earlier = SearchIndex(directory, MemoryArchive([document(1, "pump")]))
    with pytest.raises(NeedsRebuild):
        found(earlier, "bucket")
    earlier.catch_up()
    assert found(earlier, "bucket") == []


def test_rebuilding_writes_everything_again(directory: Path) -> None:
    index, _ = indexed(directory, [document(1, "pump"), document(2, "pump")])
    assert index.rebuild() == 2
    assert found(index, "pump") == [2, 1]


def test_progress_is_told_and_stopping_loses_nothing(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "SEGMENT_DOCUMENTS", 10)
    monkeypatch.setattr(writer, "PAGE", 5)
    archive = MemoryArchive([document(post, "pump") for post in range(1, 41)])
    index = SearchIndex(directory, archive)
    told: list[tuple[int, int]] = []
    written = index.catch_up(lambda done, all_: told.append((done, all_)), lambda: len(told) >= 5)
    assert written == 20
    assert told == [(5, 40), (10, 40), (15, 40), (20, 40), (25, 40)]
    assert index.behind() == 20
    assert index.catch_up() == 20
    assert len(found(index, "pump", limit=100)) == 40


def test_many_small_additions_do_not_leave_many_segments(directory: Path) -> None:
    index, archive = indexed(directory, [])
    for post in range(1, 60):
        archive.put(document(post, f"pump number{post}"))
        index.catch_up()
    assert len(list(directory.glob("*.terms"))) < 2 * writer.SEGMENTS_OF_A_SIZE
    assert len(found(index, "pump", limit=100)) == 59
    assert found(index, "number7") == [7]


def test_segments_mostly_replaced_are_written_again(directory: Path) -> None:
    index, archive = indexed(directory, [document(post, "pump") for post in range(1, 11)])
    for post in range(1, 8):
        archive.put(document(post, "bucket"))
    index.catch_up()
    size = sum(path.stat().st_size for path in directory.glob("words_*"))
    assert found(index, "pump") == [10, 9, 8]
    assert found(index, "bucket") == [7, 6, 5, 4, 3, 2, 1]
    for post in range(8, 11):
        archive.put(document(post, "bucket"))
    index.catch_up()
    assert found(index, "pump") == []
    assert sum(path.stat().st_size for path in directory.glob("words_*")) < 2 * size


# --- the same as reading everything

VOCABULARY = [
    "pump",
    "pumps",
    "water",
    "é",
    "کتاب‌ها",
    "کتاب",
    "می‌روم",
    "می",
    "روم",
    "搜索",
    "搜索引擎",
    "引",
    "a-b",
    "a",
    "b",
]
small_texts = st.lists(st.sampled_from(VOCABULARY), max_size=7).map(" ".join)
documents_strategy = st.builds(
    document,
    st.integers(1, 12),
    small_texts,
    subject=small_texts,
    author=st.sampled_from(["Ana Pump", "A B", ""]),
    address=st.sampled_from(["a@b.c", "pump@a.b", ""]),
    topic=st.integers(1, 4),
    lists=st.sampled_from([("garden",), ("Garden", "kitchen"), ()]),
    date=st.integers(1_704_067_198, 1_704_067_202),
)
pieces = st.one_of(
    st.sampled_from(VOCABULARY),
    st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=3).map(lambda found: f'"{" ".join(found)}"'),
    st.sampled_from(["from:pump", "from:a@b.c", 'from:"a b"', "subject:pump", 'subject:"a b"', "list:garden"]),
    st.sampled_from(["list:kitchen", "after:2024", "before:2024"]),
)
typed_queries = st.lists(
    st.tuples(st.booleans(), pieces).map(
        lambda pair: pair[1] if pair[0] or pair[1].startswith(("after", "before")) else "-" + pair[1]
    ),
    min_size=1,
    max_size=4,
).map(" ".join)


def same_answers(index: SearchIndex, typed: str) -> None:
    for sort, unit in WISHES:
        fast = index.search(query(typed), sort=sort, limit=5, unit=unit)
        slow = index.scan(query(typed), sort=sort, limit=5, unit=unit)
        assert (fast.total, fast.hits) == (slow.total, slow.hits)


@given(st.lists(documents_strategy, max_size=14), st.lists(documents_strategy, max_size=5), typed_queries)
@settings(deadline=None, max_examples=80)
def test_searching_is_reading_everything_only_faster(first: list[Document], then: list[Document], typed: str) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(writer, "SEGMENT_DOCUMENTS", 3)
        patch.setattr(writer, "PAGE", 2)
        patch.setattr(writer, "SEGMENTS_OF_A_SIZE", 3)
        index, archive = indexed(Path(folder) / "index", first)
        same_answers(index, typed)
        for each in then:
            archive.put(each)
        same_answers(index, typed)
        index.catch_up()
        same_answers(index, typed)
        assert index.check() == []


@given(st.lists(documents_strategy, max_size=10, unique_by=lambda each: each.post), st.randoms(), typed_queries)
@settings(deadline=None, max_examples=40)
def test_the_order_in_which_posts_came_does_not_matter(documents: list[Document], random: Random, typed: str) -> None:
    shuffled = documents.copy()
    random.shuffle(shuffled)
    with tempfile.TemporaryDirectory() as folder:
        one, _ = indexed(Path(folder) / "one", documents)
        other, _ = indexed(Path(folder) / "other", shuffled)
        for sort, unit in WISHES:
            left = one.search(query(typed), sort=sort, limit=20, unit=unit)
            right = other.search(query(typed), sort=sort, limit=20, unit=unit)
            assert (left.total, left.hits) == (right.total, right.hits)


def test_an_archive_that_grows_while_it_is_searched_does_not_make_the_index_seem_wrong(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index, archive = indexed(directory, [document(1, "pump")])
    changed = archive.changed

    def grows_just_after() -> int:
        monkeypatch.setattr(archive, "changed", changed)
        before = changed()
        archive.put(document(2, "pump"))
        index.catch_up()
        return before

    monkeypatch.setattr(archive, "changed", grows_just_after)
    assert found(index, "pump") == [2, 1]


def test_an_index_is_made_newest_first_and_searched_meanwhile(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "FIRST_DOCUMENTS", 10)
    monkeypatch.setattr(writer, "SEGMENT_DOCUMENTS", 40)
    archive = MemoryArchive(document(post, "pump") for post in range(1, 101))
    index = SearchIndex(directory, archive)
    told: list[tuple[int, int]] = []
    index.catch_up(lambda done, total: told.append((done, total)), lambda: bool(told) and told[-1][0] > 10)
    assert index.behind() == 90
    (answer,) = index.answers(query("pump"), Wish("newest", 100, "posts"), never)
    assert [hit.post for hit in answer.hits] == list(range(100, 90, -1))
    assert answer.behind == 90
    archive.put(document(5, "pump and bucket"))
    archive.put(document(101, "bucket"))
    assert index.catch_up() == 92
    assert told[-1][0] <= told[-1][1]
    assert index.behind() == 0
    assert found(index, "pump", limit=200) == list(range(100, 0, -1))
    assert found(index, "bucket") == [101, 5]


def test_words_in_a_sentence_without_end_or_spaces_are_found_and_begin_as_typed(directory: Path) -> None:
    sentence = "漢字仮名" * 500
    index, _ = indexed(directory, [document(1, sentence + "running"), document(2, sentence), document(3, "runs")])
    assert found(index, "名漢") == [2, 1]
    assert found(index, "running") == [3, 1]
    assert found(index, "runn*") == [3, 1]


def test_no_more_words_are_held_than_fit_wherever_a_page_ends(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "SEGMENT_WORDS", 100)
    documents = [
        document(post, " ".join(f"pump{post}word{nth}" for nth in range(60)) + " pump") for post in range(1, 21)
    ]
    index, _archive = indexed(directory, documents)
    assert index.behind() == 0
    assert found(index, "pump", limit=100) == list(range(20, 0, -1))
    assert found(index, "pump7word3") == [7]
    index.rebuild()
    assert found(index, "pump", limit=100) == list(range(20, 0, -1))
