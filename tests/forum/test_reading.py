"""What screens ask of reading: numbers of topics, rows by number, finding while typing, counts, and posts in bulk."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forum_home import Store
from listforum.archive.archive import Archive
from listforum.archive.arrival import understand
from listforum.archive.database import Database, Row
from listforum.errors import UnknownItem
from listforum.forum import Forum
from listforum.forum.finding import Finder
from listforum.mail.structure import split
from mails import BEGAN, mail


def one_topic_each(store: Store, *subjects: str) -> tuple[int, ...]:
    return store(*(mail(number, subject=subject) for number, subject in enumerate(subjects, 1)))


def numbers(forum: Forum, name: str | None, *views: str) -> list[int]:
    return list(forum.reading.topic_numbers_in(name, views))  # type: ignore[arg-type]


def without_text(forum: Forum, *numbers_of_mails: int) -> tuple[int, ...]:
    """Posts whose header fields alone have come."""
    arrivals = []
    for number in numbers_of_mails:
        received = split(mail(number))
        parts = tuple(replace(part, content=None) for part in received.parts)
        arrivals.append(understand(replace(received, raw=None, parts=parts)))
    return forum.archive.posts.add("open-data", arrivals, BEGAN * 2).posts


class TestNumbers:
    def test_the_newest_activity_comes_first(self, forum: Forum, store: Store) -> None:
        first, second, _answer = store(mail(1), mail(2, subject="Trains"), mail(3, answers=[1]))
        assert numbers(forum, "open-data", "all") == [first, second]
        assert forum.reading.topic_numbers_in("open-data", ["all"]).typecode == "q"

    def test_all_lists_together_hold_each_topic_once(self, forum: Forum, store: Store) -> None:
        both = mail(1)
        [shared] = store(both)
        store(both, name="maps")
        [other] = store(mail(2, subject="Trains"), name="maps")
        assert numbers(forum, None, "all") == [other, shared]
        assert numbers(forum, "open-data", "all") == [shared]

    def test_views_narrow_each_other(self, forum: Forum, store: Store) -> None:
        read, muted, followed, plain = one_topic_each(store, "Read", "Muted", "Followed", "Plain")
        forum.marking.read([read])
        forum.marking.mark("mute", str(muted))
        forum.marking.mark("follow", str(followed))
        for name in ("open-data", None):
            assert numbers(forum, name, "unread") == [plain, followed, muted]
            assert numbers(forum, name, "unread", "unmuted") == [plain, followed]
            assert numbers(forum, name, "unread", "followed") == [followed]
            assert numbers(forum, name, "unanswered", "unmuted") == [plain, followed, read]

    def test_only_what_is_unread_and_here_is_readable(self, forum: Forum, store: Store) -> None:
        [here] = store(mail(1))
        [waiting] = without_text(forum, 2)
        [read] = store(mail(3, subject="Trains"))
        forum.marking.read([read])
        assert numbers(forum, "open-data", "readable") == [here]
        assert waiting in numbers(forum, "open-data", "unread")

    def test_a_read_post_that_is_here_makes_no_waiting_topic_readable(self, forum: Forum, store: Store) -> None:
        [here] = store(mail(1))
        forum.marking.read([here])
        received = split(mail(2, answers=[1]))
        parts = tuple(replace(part, content=None) for part in received.parts)
        forum.archive.posts.add("open-data", [understand(replace(received, raw=None, parts=parts))], BEGAN * 2)
        assert numbers(forum, "open-data", "unread") == [here]
        assert numbers(forum, "open-data", "readable") == []

    def test_an_unknown_list_is_refused(self, forum: Forum) -> None:
        with pytest.raises(UnknownItem, match="maps"):
            forum.reading.topic_numbers_in("maps", ["all"])


class TestRows:
    def test_rows_are_those_of_the_list(self, forum: Forum, store: Store) -> None:
        topics = one_topic_each(store, "Census", "Trains")
        forum.marking.mark("star", str(topics[0]))
        rows = forum.reading.summaries([*topics, 999])
        assert list(rows) == sorted(topics)
        assert tuple(rows[topic] for topic in reversed(topics)) == forum.reading.topics("open-data", ["all"], 9, 0)
        assert rows[topics[0]].starred

    def test_nothing_that_steers_a_terminal_is_in_them(self, forum: Forum, store: Store) -> None:
        [topic] = store(mail(1, subject="Red \x1b[31m\u202eeye", author="\x1b]0;x\x07Eve <eve@example.org>"))
        row = forum.reading.summaries([topic])[topic]
        assert row.subject.endswith("eye")
        assert row.starter.endswith("Eve")
        assert (row.subject + row.starter).isprintable()

    def test_counts_leave_muted_topics_out_but_not_followed_ones(self, forum: Forum, store: Store) -> None:
        first, muted, _third = one_topic_each(store, "Census", "Trains", "Maps")
        forum.marking.mark("mute", str(muted))
        forum.marking.mark("follow", str(muted))
        forum.marking.read([first])
        counts = forum.reading.counts()
        assert (counts.unread, counts.unanswered, counts.followed) == (1, 2, 1)
        assert (counts.outbox, counts.drafts) == (0, 0)

    def test_the_outbox_counts_what_is_not_settled(self, forum: Forum, store: Store) -> None:
        [post] = store(mail(1))
        item = forum.writing.reply_to_list(post, "Thank you.")
        forum.writing.reply_to_list(post, "And again.")
        assert forum.reading.counts().outbox == 2
        for step in ("sending", "uncertain", "sent"):
            forum.archive.outbox.move(item.item, step)  # type: ignore[arg-type]
        assert forum.reading.counts().outbox == 1

    def test_today_is_what_the_ledger_has_of_today(self, forum: Forum) -> None:
        from listforum.model.traffic import Bytes, Paid

        now = int(time.time())
        forum.archive.ledger.add(now, "open-data", {"text": Paid(Bytes(10, 200))})
        forum.archive.ledger.add(now - 2 * 24 * 3600, "open-data", {"text": Paid(Bytes(1, 2))})
        assert forum.expenses.spending().today == Bytes(10, 200)


class TestFinding:
    @pytest.mark.parametrize(
        ("subject", "typed"),
        [
            ("The census files", "CENS"),
            ("The census files", "files census"),
            ("Información pública", "informacion publ"),
            ("كتاب‌ها و نقشه‌ها", "کتابها"),
            ("کتابخانهٔ ملی ۱۴۰۳", "کتابخانه 1403"),
            ("نقشه‌ها", "نقشه ها"),
            ("نقشه ها", "نقشه‌ها"),
            ("ПОЕЗДА и расписание ещё", "поезда еще"),
            ("数据公开问题", "公开"),
            ("[open-data] The census files", "census"),
            ("A patch for v0.5", "v0.5"),
        ],
    )
    def test_letter_forms_do_not_matter(self, forum: Forum, store: Store, subject: str, typed: str) -> None:
        wanted, _other = store(mail(1, subject=subject), mail(2, subject="Something else"))
        found = forum.reading.finder(forum.reading.topic_numbers_in("open-data", ["all"])).matching(typed)
        assert list(found) == [wanted]

    def test_the_one_who_began_it_is_found_too(self, forum: Forum, store: Store) -> None:
        topic, _other = store(mail(1, author="Zoë Müller <z@example.org>"), mail(2, subject="Trains"))
        finder = forum.reading.finder(forum.reading.topic_numbers_in("open-data", ["all"]))
        assert list(finder.matching("muller census")) == [topic]

    def test_nothing_typed_finds_all_in_their_order(self, forum: Forum, store: Store) -> None:
        one_topic_each(store, "Census", "Trains", "Maps")
        topics = forum.reading.topic_numbers_in("open-data", ["all"])
        assert forum.reading.finder(topics).matching("  !") == topics

    def test_five_thousand_topics_are_looked_through_between_two_keys(self) -> None:
        titles = {number: (f"The census files of province {number}", "Maria Silva") for number in range(5_000)}
        finder = Finder(range(5_000), lambda _: titles)
        finder.matching("c")
        began = time.process_time()
        for _ in range(10):
            assert len(finder.matching("census maria 4999")) == 1
        assert (time.process_time() - began) / 10 < 0.01

    @given(st.text(max_size=20))
    @settings(deadline=None, max_examples=100)
    def test_every_title_is_found_by_itself(self, title: str) -> None:
        assert list(Finder([7], lambda _: {7: (title,)}).matching(title)) == [7]


class TestOpening:
    def test_an_outline_is_the_topic_without_its_texts(self, forum: Forum, store: Store) -> None:
        first, _second = store(mail(1), mail(2, answers=[1, "gone\x1b[2J@example.org"], subject="Re: The census files"))
        topic, outline = forum.reading.topic(first), forum.reading.outline(first)
        assert (outline.topic, outline.subject, outline.list) == (topic.topic, topic.subject, topic.list)
        assert outline.posts == tuple(view.record for view in topic.posts)

    def test_posts_come_in_the_order_they_are_asked_for(self, forum: Forum, store: Store) -> None:
        first, second, third = store(mail(1), mail(2, answers=[1]), mail(3, answers=[2]))
        [waiting] = without_text(forum, 4)
        views = forum.reading.posts_of([third, first, 999, waiting])
        assert [view.record.post for view in views] == [third, first, waiting]
        assert views[0].text is not None
        assert "number 3" in views[0].text
        assert views[2].text is None
        assert views[:2] == (forum.reading.topic(first).posts[2], forum.reading.topic(first).posts[0])
        assert second in [view.record.post for view in forum.reading.topic(first).posts]

    def test_many_posts_cost_as_few_questions_as_one(
        self, forum: Forum, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        posts = store(mail(1), *(mail(number, answers=[1]) for number in range(2, 41)))
        asked: list[str] = []
        rows = Database.rows

        def counted(database: Database, statement: str, values: Sequence[object] = ()) -> list[Row]:
            asked.append(statement)
            return rows(database, statement, values)

        monkeypatch.setattr(Database, "rows", counted)
        forum.reading.posts_of(posts[:1])
        for_one = len(asked)
        assert len(forum.reading.posts_of(posts)) == 40
        assert len(asked) == 2 * for_one


class TestMarking:
    def test_it_answers_what_changed_so_that_it_can_be_undone(self, forum: Forum, store: Store) -> None:
        first, second, third = store(mail(1), mail(2, answers=[1]), mail(3, answers=[2]))
        assert forum.marking.read([second]) == (second,)
        assert forum.marking.read([third, second, first, 999]) == (first, third)
        assert forum.marking.unread((first, third)) == (first, third)
        assert [view.record.read for view in forum.reading.topic(first).posts] == [False, True, False]
        assert forum.reading.summaries([first])[first].unread == 2
        assert forum.marking.read(()) == ()


def test_the_archive_says_the_same_to_every_thread(forum: Forum, store: Store) -> None:
    from concurrent.futures import ThreadPoolExecutor

    store(*(mail(number, subject=f"Topic {number}") for number in range(1, 30)))
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: forum.reading.topic_numbers_in("open-data", ["unread"]), range(12)))
    assert all(answer == answers[0] for answer in answers)
    assert isinstance(forum.archive, Archive)
