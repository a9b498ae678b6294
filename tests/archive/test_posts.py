"""Which mails are the same post, and what the archive keeps of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.archive.archive import Archive
from listforum.archive.arrival import Arrival, understand
from listforum.mail.structure import split
from listforum.model.mail import Part, Piece, Received
from listforum.model.server import Place
from mails import BEGAN, identifier, mail

NOW = BEGAN + 10_000 * 3600


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive.sqlite3")


def arrival(raw: bytes) -> Arrival:
    return understand(split(raw))


def header_only(raw: bytes, uid: int, arrived: int = BEGAN) -> Arrival:
    """What a sync brings first: header fields, a description of the text, and a place."""
    received = split(raw)
    parts = tuple(Part(p.section, p.type, p.size, p.charset, p.encoding) for p in received.parts)
    return understand(Received(received.header, parts, None, arrived), Place("home", "INBOX", 7, uid))


def add(archive: Archive, *raws: bytes, to: str = "open-data") -> list[int]:
    return list(archive.posts.add(to, [arrival(raw) for raw in raws], NOW).posts)


class TestIdentity:
    def test_the_same_mail_twice_is_one_post(self, archive: Archive) -> None:
        first, again = add(archive, mail(1), mail(1))
        assert first == again

    def test_a_cross_posted_mail_is_one_post_of_both_lists(self, archive: Archive) -> None:
        footer = "\n_______________________________________________\nMaps mailing list\nmaps@lists.example.org\n"
        words = "The borders of 1952 are online."
        (first,) = add(archive, mail(1, subject="[open-data] Old borders", text=words))
        (second,) = add(archive, mail(1, subject="[maps] Old borders", text=words + footer), to="maps")
        assert first == second
        assert set(archive.topics.lists_of(first)) == {"open-data", "maps"}

    def test_the_same_id_with_other_words_is_another_post(self, archive: Archive) -> None:
        genuine, forged = add(archive, mail(1, text="Meet at noon."), mail(1, text="Meet at midnight."))
        assert genuine != forged
        assert archive.topics.posts(archive.topics.post(genuine).topic)[0].post == genuine

    def test_the_same_id_by_another_author_is_another_post(self, archive: Archive) -> None:
        words = "Same words."
        posts = add(archive, mail(1, text=words), mail(1, text=words, author="Eve <eve@example.net>"))
        assert len(set(posts)) == 2

    def test_mails_without_an_id_are_told_apart_by_what_they_say(self, archive: Archive) -> None:
        nameless = [mail(n, message_id="", hours=1, text=f"words {n}") for n in (1, 2, 1)]
        first, second, again = add(archive, *nameless)
        assert first == again != second

    def test_a_mail_seen_by_its_header_first_and_imported_later_is_one_whole_post(self, archive: Archive) -> None:
        fetched = archive.posts.add("open-data", [header_only(mail(1), 4)], NOW).posts[0]
        (imported,) = add(archive, mail(1))
        assert imported == fetched
        assert archive.topics.post(fetched).state == "whole"
        assert archive.contents.received(fetched).raw == mail(1)

    def test_the_same_mail_in_two_folders_is_one_post_with_two_places(self, archive: Archive) -> None:
        one = header_only(mail(1), 4)
        other = understand(one.received, Place("work", "Lists", 3, 9))
        added = archive.posts.add("open-data", [one, other], NOW)
        assert len(set(added.posts)) == 1
        assert {place.account for place in archive.posts.places(added.posts[0])} == {"home", "work"}


class TestOrder:
    def test_a_mail_dated_in_the_future_is_not_on_top(self, archive: Archive) -> None:
        (post,) = add(archive, mail(1, hours=100_000))
        assert archive.topics.post(post).date == NOW

    def test_a_mail_dated_after_its_arrival_is_ordered_by_its_arrival(self, archive: Archive) -> None:
        late = archive.posts.add("open-data", [header_only(mail(1, hours=500), 4, arrived=BEGAN)], NOW).posts[0]
        assert archive.topics.post(late).date == BEGAN + 15 * 60

    def test_a_mail_without_a_date_takes_its_arrival(self, archive: Archive) -> None:
        raw = mail(1).replace(b"Date: ", b"X-Date: ")
        post = archive.posts.add("open-data", [header_only(raw, 4, arrived=BEGAN + 5)], NOW).posts[0]
        assert archive.topics.post(post).date == BEGAN + 5


class TestTexts:
    def test_a_fetched_text_completes_a_post(self, archive: Archive) -> None:
        post = archive.posts.add("open-data", [header_only(mail(1, text="Water quality in Recife."), 4)], NOW).posts[0]
        assert [part.section for part in archive.contents.unfinished(post)] == ["1"]
        archive.posts.add_texts([(post, [Piece("1", 0, b"Water quality in Recife.\r\n")])])
        assert archive.topics.post(post).state == "text"
        assert archive.contents.own_words([post])[post].strip() == "Water quality in Recife."
        assert archive.contents.unfinished(post) == ()

    def test_change_numbers_never_go_back_not_even_when_a_post_is_taken_back(self, archive: Archive) -> None:
        add(archive, mail(1))
        own = archive.posts.add_own("open-data", arrival(mail(2)), NOW)
        before = archive.words.changed()
        archive.posts.remove_unsent(own)
        assert archive.words.changed() == before + 1
        (next_post,) = add(archive, mail(3))
        told = archive.words.after(before, 10)
        assert [(one.post, one.lists) for one in told] == [(own, ()), (next_post, ("open-data",))]
        assert archive.words.changed_after(before) == 2
        assert archive.words.after(before, 1) == told[:1]

    def test_a_post_that_lies_twice_in_a_folder_waits_for_its_text_once(self, archive: Archive) -> None:
        twice = [header_only(mail(1), 4), header_only(mail(1), 9)]
        post = archive.posts.add("open-data", twice, NOW).posts[0]
        row = archive.lists.id_of("open-data")
        assert [waiting.post for waiting in archive.waiting.texts(row, "home", "INBOX", 7)] == [post]

    def test_a_changed_text_is_told_to_the_index(self, archive: Archive) -> None:
        post = archive.posts.add("open-data", [header_only(mail(1), 4)], NOW).posts[0]
        before = archive.words.changed()
        archive.posts.add_texts([(post, [Piece("1", 0, b"New words.\r\n")])])
        assert [one.post for one in archive.words.after(before, 10)] == [post]


class TestThreads:
    def test_a_reply_that_came_first_finds_its_parent_later(self, archive: Archive) -> None:
        (reply,) = add(archive, mail(2, answers=[1]))
        assert archive.topics.post(reply).edge.missing == identifier(1)
        (parent,) = add(archive, mail(1))
        assert archive.topics.post(reply).edge.parent == parent
        assert archive.topics.post(reply).topic == archive.topics.post(parent).topic

    def test_replies_to_a_post_that_is_not_here_share_a_topic(self, archive: Archive) -> None:
        first, second = add(archive, mail(2, answers=[1]), mail(3, answers=[1]))
        assert archive.topics.post(first).topic == archive.topics.post(second).topic

    def test_the_persons_word_outranks_the_headers_and_survives_a_rebuild(self, archive: Archive) -> None:
        root, reply, other = add(archive, mail(1), mail(2, answers=[1]), mail(3, subject="Another matter"))
        archive.threads.join(other, reply, NOW)
        archive.threads.split(reply, NOW)
        archive.rebuild(NOW, lambda done, total: None)
        assert archive.topics.post(other).edge.parent == reply
        assert archive.topics.post(other).edge.reason == "person"
        assert archive.topics.post(reply).topic != archive.topics.post(root).topic
        archive.threads.unjoin(reply)
        assert archive.topics.post(reply).edge.parent == root

    @settings(max_examples=30, deadline=None)
    @given(
        order=st.permutations(range(8)),
        answers=st.lists(st.lists(st.integers(0, 9), max_size=3), min_size=8, max_size=8),
        batch=st.integers(1, 8),
    )
    def test_any_order_and_any_batches_give_the_same_forest(
        self, tmp_path_factory: pytest.TempPathFactory, order: list[int], answers: list[list[int]], batch: int
    ) -> None:
        mails = [mail(n, answers=[a for a in answers[n] if a != n], subject=f"Subject {n % 3}") for n in range(8)]

        def forest(sequence: list[int], size: int) -> tuple[dict[str, str | None], set[frozenset[str]]]:
            archive = Archive(tmp_path_factory.mktemp("order") / "archive.sqlite3")
            for begin in range(0, 8, size):
                add(archive, *(mails[n] for n in sequence[begin : begin + size]))
            records = [archive.topics.post(post) for post in range(1, 9)]
            names = {record.post: record.message_id for record in records}
            parents = {r.message_id: names.get(r.edge.parent) if r.edge.parent else None for r in records}
            topics = {frozenset(r.message_id for r in records if r.topic == topic.topic) for topic in records}
            archive.close()
            return parents, topics

        assert forest(order, batch) == forest(list(range(8)), 8)


class TestMarks:
    def test_marks_follow_their_posts_when_topics_are_joined_and_split(self, archive: Archive) -> None:
        first, second = add(archive, mail(1), mail(2, subject="Another matter"))
        archive.marks.put("follow", [archive.topics.post(second).topic])
        archive.threads.join(second, first, NOW)
        row = archive.lists.id_of("open-data")
        assert [topic.followed for topic in archive.topics.window(row, (), 9, 0)] == [True]
        archive.threads.unjoin(second)
        followed = {topic.topic: topic.followed for topic in archive.topics.window(row, (), 9, 0)}
        assert followed == {first: False, second: True}

    def test_unread_counts_follow_the_marks(self, archive: Archive) -> None:
        posts = add(archive, mail(1), mail(2, answers=[1]))
        row = archive.lists.id_of("open-data")
        assert archive.marks.read(posts) == tuple(sorted(posts))
        assert archive.marks.read(posts) == ()
        assert archive.topics.window(row, ["unread"], 9, 0) == ()
        archive.marks.unread(posts[:1])
        assert archive.topics.window(row, ["unread"], 9, 0)[0].unread == 1


class TestAttachments:
    @staticmethod
    def with_attachments(*names: str, message_id: str | None = None) -> bytes:
        head = mail(1, message_id=message_id).partition(b"MIME-Version")[0]
        lines = ["MIME-Version: 1.0", 'Content-Type: multipart/mixed; boundary="b"', "", "--b", "", "See the pages."]
        for name in names:
            lines += ["--b", f'Content-Type: application/pdf; name="{name}"', "", f"the bytes of {name}"]
        return head + "\r\n".join([*lines, "--b--", ""]).encode()

    def test_the_same_words_with_other_attachments_are_another_post(self, archive: Archive) -> None:
        posts = add(archive, self.with_attachments("page1.pdf"), self.with_attachments("page2.pdf"))
        assert len(set(posts)) == 2

    def test_a_list_that_strips_attachments_makes_no_second_post_and_loses_none(self, archive: Archive) -> None:
        stripped, whole = self.with_attachments(), self.with_attachments("page1.pdf")
        posts = add(archive, stripped, whole, stripped)
        assert len(set(posts)) == 1
        assert archive.contents.received(posts[0]).raw == whole

    def test_mails_without_an_id_are_told_apart_by_their_attachments_too(self, archive: Archive) -> None:
        nameless = [self.with_attachments(*names, message_id="") for names in ((), ("page1.pdf",))]
        assert len(set(add(archive, *nameless))) == 2
