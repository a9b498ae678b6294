"""The topics that search holds in memory are those in the archive, whatever happens and whoever did it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.archive.archive import Archive
from listforum.archive.arrival import understand
from listforum.errors import UsageError
from listforum.mail.structure import split
from mails import BEGAN, mail

NOW = BEGAN + 10_000 * 3600
STEPS = ("add", "split", "join", "unjoin", "forget", "rebuild")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "archive.sqlite3"


@pytest.fixture
def archive(path: Path) -> Iterator[Archive]:
    with Archive(path) as archive:
        yield archive


def add(archive: Archive, *raws: bytes) -> tuple[int, ...]:
    return archive.posts.add("open-data", [understand(split(raw)) for raw in raws], NOW).posts


def stored(path: Path) -> dict[int, int]:
    with closing(sqlite3.connect(path)) as connection:
        return dict(connection.execute("SELECT id, topic FROM post"))


def told(topics: Sequence[int]) -> dict[int, int]:
    return {post: topic for post, topic in enumerate(topics) if topic}


class TestTheyAreThoseOfTheArchive:
    def test_from_the_first_post_on(self, archive: Archive, path: Path) -> None:
        assert told(archive.topic_numbers.all()) == {}
        add(archive, mail(1))
        assert told(archive.topic_numbers.all()) == stored(path) != {}

    def test_when_a_late_parent_joins_two_topics(self, archive: Archive, path: Path) -> None:
        add(archive, mail(2, subject="Wells", answers=[1]), mail(3, subject="Pumps"), mail(4, answers=[1, 3]))
        archive.topic_numbers.all()
        add(archive, mail(1, subject="Wells"))
        assert told(archive.topic_numbers.all()) == stored(path)

    def test_when_the_person_decides_and_takes_it_back(self, archive: Archive, path: Path) -> None:
        first, answer, other = add(archive, mail(1), mail(2, answers=[1]), mail(3, subject="Seeds"))
        for act in (
            lambda: archive.threads.split(answer, NOW),
            lambda: archive.threads.join(other, first, NOW),
            lambda: archive.threads.unjoin(answer),
        ):
            before = archive.topic_numbers.all()
            act()
            assert told(archive.topic_numbers.all()) == stored(path) != told(before)

    def test_when_the_newest_post_is_taken_back(self, archive: Archive, path: Path) -> None:
        add(archive, mail(1))
        own = archive.posts.add_own("open-data", understand(split(mail(2))), NOW)
        assert archive.topic_numbers.all()[own]
        archive.posts.remove_unsent(own)
        assert own not in told(archive.topic_numbers.all())
        add(archive, mail(3), mail(4, answers=[1]))
        assert told(archive.topic_numbers.all()) == stored(path)

    def test_when_two_posts_turn_out_to_be_one(self, archive: Archive, path: Path) -> None:
        kept, other = add(archive, mail(1, text="One."), mail(1, text="Two."))
        archive.topic_numbers.all()
        archive.posts.merge(kept, other)
        assert told(archive.topic_numbers.all()) == stored(path)
        assert other not in stored(path)

    def test_when_everything_is_threaded_anew(self, archive: Archive, path: Path) -> None:
        posts = add(archive, *(mail(n, subject=f"Matter {n}") for n in range(1, 9)))
        archive.topic_numbers.all()
        with archive.transaction():
            for post in posts[1:]:
                archive.threads.join(post, posts[0], NOW)
            archive.rebuild(NOW, lambda _done, _total: None)
        assert set(told(archive.topic_numbers.all()).values()) == {posts[0]}

    def test_when_another_process_changed_them(self, archive: Archive, path: Path) -> None:
        first, second = add(archive, mail(1, subject="Wells"), mail(2, subject="Seeds"))
        archive.topic_numbers.all()
        with Archive(path) as other:
            other.threads.join(second, first, NOW)
            add(other, mail(3, answers=[2]))
        assert told(archive.topic_numbers.all()) == stored(path)

    def test_when_more_moved_than_is_written_down(self, archive: Archive, path: Path) -> None:
        add(archive, *(mail(n, subject=f"Matter {n}") for n in range(1, 9)))
        archive.topic_numbers.all()
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("UPDATE post SET topic = 99 WHERE id = 1")
            for step in range(1_500):  # of seven posts each
                connection.execute("UPDATE post SET topic = ? + id % 3 WHERE id > 1", (step + 100,))
            assert connection.execute("SELECT count(*) FROM moved").fetchone()[0] <= 10_000
        assert told(archive.topic_numbers.all()) == stored(path)

    def test_when_a_post_got_its_topic_later_than_its_number(self, archive: Archive, path: Path) -> None:
        add(archive, mail(1), mail(2, subject="Seeds"), mail(3, subject="Wells"))
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("UPDATE post SET topic = 0 WHERE id = 2")
        assert told(archive.topic_numbers.all()).keys() == {1}
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("UPDATE post SET topic = 2 WHERE id = 2")
        assert told(archive.topic_numbers.all()) == stored(path)

    @settings(deadline=None, max_examples=25)
    @given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 2**30))))
    def test_whatever_happens(self, tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]) -> None:
        path = tmp_path_factory.mktemp("home") / "archive.sqlite3"
        with Archive(path) as ours, Archive(path) as theirs:
            for step, seed in steps:
                with suppress(UsageError):
                    change(Random(seed).choice((ours, theirs)), step, Random(seed))
                assert told(ours.topic_numbers.all()) == stored(path)
                assert len(theirs.topic_numbers.all()) > max(stored(path), default=0)
            assert told(theirs.topic_numbers.all()) == stored(path)


def change(archive: Archive, step: str, random: Random) -> None:
    """Something that may come to an archive; UsageError where it may not."""
    there = [one for one in archive.words.after(0, 1_000) if one.lists]
    one, other = (random.choice(there).post, random.choice(there).post) if there else (0, 0)
    acts: dict[str, Callable[[], object]] = {
        "split": lambda: archive.threads.split(one, NOW),
        "join": lambda: archive.threads.join(one, other, NOW),
        "unjoin": lambda: archive.threads.unjoin(one),
        "forget": lambda: archive.posts.remove_unsent(one),
        "rebuild": lambda: archive.rebuild(NOW, lambda _done, _total: None),
    }
    if step == "add" or not there:
        numbers = [random.randrange(1, 30) for _ in range(random.randrange(1, 5))]
        add(archive, *(mail(n, subject=f"Matter {n % 5}", answers=[random.randrange(1, 30)]) for n in numbers))
    else:
        acts[step]()


class TestWhoHoldsThem:
    def test_what_was_answered_stays_as_it_was(self, archive: Archive) -> None:
        first, second = add(archive, mail(1), mail(2, subject="Seeds"))
        before = archive.topic_numbers.all()
        archive.threads.join(second, first, NOW)
        assert before[second] == second
        assert archive.topic_numbers.all()[second] == first

    def test_nothing_is_read_again_when_nothing_changed(self, archive: Archive) -> None:
        add(archive, mail(1))
        assert archive.topic_numbers.all() is archive.topic_numbers.all()

    def test_what_is_taken_back_is_not_remembered(self, archive: Archive, path: Path) -> None:
        first, second = add(archive, mail(1), mail(2, subject="Seeds"))
        archive.topic_numbers.all()
        with pytest.raises(KeyboardInterrupt), archive.transaction():
            archive.threads.join(second, first, NOW)
            assert archive.topic_numbers.all()[second] == first
            raise KeyboardInterrupt
        assert told(archive.topic_numbers.all()) == stored(path)

    def test_threads_that_ask_while_others_write_get_what_was_committed(self, archive: Archive, path: Path) -> None:
        first, second = add(archive, mail(1), mail(2, subject="Seeds"))
        done, wrong = threading.Event(), list[int]()

        def ask() -> None:
            while not done.is_set():
                topic = archive.topic_numbers.all()[second]
                if topic not in {first, second}:
                    wrong.append(topic)

        asking = [threading.Thread(target=ask) for _ in range(3)]
        for thread in asking:
            thread.start()
        for number in range(3, 23):
            archive.threads.join(second, first, NOW)
            archive.threads.split(second, NOW)
            add(archive, mail(number, answers=[2]))
        done.set()
        for thread in asking:
            thread.join()
        assert wrong == []
        assert told(archive.topic_numbers.all()) == stored(path)
