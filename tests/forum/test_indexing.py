"""The index is written by a child; the screens search what is indexed, and are told how much is not."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from forum_home import Store, open_forum
from listforum.cancel import Cancel
from listforum.errors import Cancelled, HomeError, ListforumError
from listforum.forum import Forum
from listforum.home import Home
from listforum.search import index as search_index
from listforum.search import manifest
from listforum.search.index import SearchIndex
from listforum.search.query import FIELDS
from listforum.search.schema import FORMS
from listforum.search.segment import Segment
from listforum.search.writer import exclusive
from mails import mail

PARENT = """
import sys
from pathlib import Path
from listforum.forum import Forum
from listforum.home import Home
from listforum.cancel import Cancel
forum = Forum(Home(Path(sys.argv[1])), lambda: None)
forum.indexing.run(lambda done, total: print(done, flush=True), Cancel())
"""


def index(forum: Forum, told: list[tuple[int, int]] | None = None) -> int:
    progress = [] if told is None else told
    return forum.indexing.run(lambda done, total: progress.append((done, total)), Cancel())


def many(store: Store, count: int = 60) -> None:
    store(*(mail(number, subject=f"Topic {number}", text="Where are the wells?") for number in range(1, count + 1)))


def words_in_files(forum: Forum) -> set[bytes]:
    """Every term and form that stands in a file of the index."""
    directory = forum.home.index
    segments = [Segment(directory, record) for record in manifest.load(directory).segments]
    assert len(list(directory.glob("words_*"))) == 2 * len(segments)
    return {term for each in segments for name in (*FIELDS, FORMS) for term, _postings in each.every_term(name)}


def children() -> set[int]:
    """The processes that this one has started and that still run."""
    own = Path(f"/proc/{os.getpid()}/task")
    return {int(pid) for task in own.iterdir() for pid in (task / "children").read_text().split()}


class TestTheChild:
    def test_it_indexes_everything_and_says_how_far_it_is(self, forum: Forum, store: Store) -> None:
        many(store)
        told: list[tuple[int, int]] = []
        assert forum.indexing.behind() == 60
        assert index(forum, told) == 60
        assert told[-1] == (60, 60)
        assert forum.indexing.behind() == 0
        assert index(forum) == 0
        answer = forum.searching.search("wells")
        assert (answer.total, answer.behind) == (60, 0)

    def test_this_process_writes_no_index(self, forum: Forum, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        many(store, 3)
        index(forum)
        store(mail(99, text="More wells."))
        monkeypatch.setattr(SearchIndex, "catch_up", lambda *_: pytest.fail("the screens index nothing themselves"))
        answer = forum.searching.search("wells")
        assert (answer.total, answer.behind) == (4, 0)

    def test_without_it_a_search_catches_up_as_ever(self, forum: Forum, store: Store) -> None:
        many(store, 3)
        assert forum.searching.search("wells").total == 3
        assert forum.indexing.behind() == 0

    def test_a_cancel_ends_it_and_the_next_run_does_the_rest(self, forum: Forum, store: Store) -> None:
        many(store)
        cancel, before = Cancel(), children()
        began = time.monotonic()
        threading.Timer(0.05, cancel.cancel).start()
        with exclusive(forum.home.index), pytest.raises(Cancelled):  # it would wait for this lock longer
            forum.indexing.run(lambda _done, _total: None, cancel)
        assert time.monotonic() - began < 1.5
        assert children() == before
        assert index(forum) == 60

    def test_it_ends_when_its_parent_is_killed(self, forum: Forum, store: Store) -> None:
        many(store)
        with exclusive(forum.home.index):
            parent = subprocess.Popen([sys.executable, "-c", PARENT, str(forum.home.directory)])
            tasks = Path(f"/proc/{parent.pid}/task/{parent.pid}/children")
            deadline = time.monotonic() + 20
            while not (pids := tasks.read_text().split()):
                assert time.monotonic() < deadline
                time.sleep(0.02)
            parent.kill()
            parent.wait()
            while _alive(int(pids[0])):
                assert time.monotonic() < deadline
                time.sleep(0.02)

    def test_a_child_that_dies_is_told_in_words(
        self, forum: Forum, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        many(store, 3)
        monkeypatch.setattr(sys, "executable", "/bin/false")
        with pytest.raises(ListforumError, match="unexpectedly"):
            index(forum)

    def test_what_it_cannot_write_it_says(self, forum: Forum, store: Store) -> None:
        many(store, 3)
        forum.home.index.rmdir()
        forum.home.index.write_text("in the way")
        with pytest.raises(HomeError, match="search index"):
            index(forum)

    def test_the_progress_of_somebody_who_fails_leaves_no_child_behind(self, forum: Forum, store: Store) -> None:
        many(store)
        before = children()

        def fail(_done: int, _total: int) -> None:
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            forum.indexing.run(fail, Cancel())
        assert children() == before

    def test_nothing_of_search_is_loaded_to_see_that_there_is_no_index(self, home: Home) -> None:
        program = (
            "import sys; from pathlib import Path; from listforum.forum import Forum; from listforum.home import Home\n"
            "print(Forum(Home(Path(sys.argv[1])), lambda: None).indexing.behind(), 'whoosh' in sys.modules)"
        )
        done = subprocess.run(
            [sys.executable, "-c", program, str(home.directory)], capture_output=True, text=True, check=True
        )
        assert done.stdout == "0 False\n"


class TestBehind:
    def test_it_counts_posts_that_changed(self, forum: Forum, store: Store) -> None:
        many(store, 3)
        index(forum)
        store(mail(7, subject="Wells"), mail(8, subject="Wells again"))
        assert forum.indexing.behind() == 2

    def test_a_post_that_was_taken_back_leaves_not_a_word_in_the_index(self, forum: Forum, store: Store) -> None:
        many(store, 3)
        index(forum)
        item = forum.writing.post("open-data", "Maps", "Who has maps?")
        index(forum)
        assert {b"map", b"wells\x1fwell"} <= words_in_files(forum)
        forum.outgoing.settle(item.item, "drop")
        assert forum.searching.search("maps").total == 0
        assert forum.searching.search("wells").total == 3
        index(forum)
        assert forum.indexing.behind() == 0
        assert {b"map", b"maps\x1fmap"}.isdisjoint(words_in_files(forum))
        assert {b"well", b"wells\x1fwell"} <= words_in_files(forum)

    def test_an_index_of_another_archive_lacks_everything(self, forum: Forum, store: Store) -> None:
        many(store, 3)
        index(forum)
        forum.upkeep.rebuild(lambda _done, _total: None)
        assert forum.indexing.behind() == 3
        assert index(forum) == 3

    def test_a_damaged_index_lacks_everything(self, forum: Forum, store: Store) -> None:
        many(store, 3)
        index(forum)
        (forum.home.index / "meta.json").write_text("{")
        assert forum.indexing.behind() == 3
        assert index(forum) == 3
        assert forum.indexing.behind() == 0


class TestSearchingMeanwhile:
    def test_what_is_indexed_is_found_at_once_and_the_rest_is_told(
        self, forum: Forum, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        many(store, 3)
        index(forum)
        store(*(mail(number, text="More wells.") for number in range(10, 20)))
        monkeypatch.setattr(search_index, "MAX_LATER", 5)
        with exclusive(forum.home.index):  # as while a child writes
            began = time.monotonic()
            answer = forum.searching.search("wells")
            assert time.monotonic() - began < 1.5
        assert (answer.total, answer.behind) == (3, 10)

    def test_before_anything_is_indexed_nothing_is_found_and_it_says_so(self, forum: Forum, store: Store) -> None:
        many(store, 3)
        forum.indexing.in_charge = True
        answer = forum.searching.search("wells")
        assert (answer.total, answer.hits, answer.behind) == (0, (), 3)

    def test_another_run_at_the_same_time_does_no_harm(self, home: Home, forum: Forum, store: Store) -> None:
        many(store)
        with open_forum(home) as other:
            written: list[int] = []
            threads = [threading.Thread(target=lambda f=f: written.append(index(f))) for f in (forum, other)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert sum(written) == 60
        assert forum.searching.search("wells").total == 60
        assert forum.searching.problems() == []


@pytest.mark.parametrize(
    ("text", "query", "words"),
    [
        ("Wells and a well; swell.", "wells", ["Wells", "well"]),
        ("کتاب‌ها را بردم، كتابها", "کتابها", ["کتاب‌ها", "كتابها"]),
        ("公开数据", "公开", ["公开"]),
        ("Wells and maps", '"wells" -maps', ["Wells"]),
        ("Maria wrote of wells", "from:maria wells", ["wells"]),
        ("Wells", "maps", []),
    ],
)
def test_the_words_of_a_query_are_shown_where_they_stand(forum: Forum, text: str, query: str, words: list[str]) -> None:
    assert [text[start:end] for start, end in forum.searching.highlights(text, query)] == words


def _alive(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False
