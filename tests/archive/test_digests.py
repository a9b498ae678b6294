"""A digest is its mails: each is one post, however often, and in whatever order, it came in a digest or singly."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digests import ID, SUBJECT, as_parts, as_text, ids
from listforum.archive.archive import Archive
from listforum.archive.arrival import Arrival, is_derived, understand
from listforum.archive.salvage import salvage
from listforum.mail.structure import split
from listforum.model.forum import TopicSummary
from listforum.model.mail import Part, Piece, Received
from listforum.model.server import Place
from mails import BEGAN, identifier, mail

NOW = BEGAN + 10_000 * 3600
NAMELESS = ("Date", "From", "Subject")

MAILS = (
    mail(1, subject="[open-data] Wells", text="Are the wells open?\n\n-- \nMaria"),
    mail(2, subject="[open-data] Re: Wells", text="> Are the wells open?\n\nTwo of them are.", answers=[1]),
    mail(3, subject="Old borders", text="The borders of 1952 are online.", author='"Li, Bo" <bo@example.org>'),
)

KINDS = {
    "text": as_text(MAILS),
    "text without ids": as_text(MAILS, told=NAMELESS),
    "parts": as_parts(MAILS),
}


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive.sqlite3")


@pytest.fixture(params=KINDS.values(), ids=KINDS.keys())
def digest(request: pytest.FixtureRequest) -> bytes:
    assert isinstance(request.param, bytes)
    return request.param


def add(archive: Archive, *raws: bytes, to: str = "open-data") -> list[int]:
    return list(archive.posts.add(to, [understand(split(raw)) for raw in raws], NOW).posts)


def fetched_header(raw: bytes, uid: int, arrived: int = BEGAN) -> Arrival:
    """What a sync brings first: header fields, a description of the text, and a place."""
    received = split(raw)
    parts = tuple(Part(p.section, p.type, p.size, p.charset, p.encoding, heading=p.heading) for p in received.parts)
    return understand(Received(received.header, parts, None, arrived), Place("home", "INBOX", 7, uid))


def texts(raw: bytes) -> list[Piece]:
    return [Piece(part.section, 0, part.content or b"") for part in split(raw).parts if part.heading is None]


def listed(archive: Archive, of: str = "open-data") -> tuple[TopicSummary, ...]:
    return archive.topics.window(archive.lists.id_of(of), (), 99, 0)


def posts_of(archive: Archive) -> dict[int, str]:
    """Every post that is listed, with its own words."""
    posts = [record.post for topic in listed(archive) for record in archive.topics.posts(topic.topic)]
    return {post: (archive.contents.own_words([post]).get(post) or "").strip() for post in posts}


def rebuild(archive: Archive) -> tuple[int, int]:
    return archive.rebuild(NOW, lambda _done, _all: None)


class TestBursting:
    def test_its_mails_are_listed_and_it_is_not(self, archive: Archive, digest: bytes) -> None:
        (post,) = add(archive, digest)
        assert sorted(posts_of(archive).values()) == [
            "Are the wells open?",
            "The borders of 1952 are online.",
            "Two of them are.",
        ]
        assert SUBJECT not in {topic.subject for topic in listed(archive)}
        assert archive.lists.all()[0].posts == 3
        assert archive.lists.all()[0].unread == 3
        assert post not in archive.topics.posts_in_list(archive.lists.id_of("open-data"))

    def test_its_mails_are_read_as_if_they_had_come_singly(self, archive: Archive, digest: bytes) -> None:
        (post,) = add(archive, digest)
        first, _second, third = (archive.topics.post(one) for one in archive.digests.members_of(post))
        assert (first.author, first.date) == ("Maria Silva", BEGAN + 3600)
        assert (third.author, third.subject) == ("Li, Bo", "Old borders")
        assert {first.state, third.state} == {"text"}

    def test_an_address_is_proven_by_the_mail_itself_and_by_no_digest(self, archive: Archive, digest: bytes) -> None:
        (post,) = add(archive, digest)
        members = archive.digests.members_of(post)
        rebuild(archive)
        assert [archive.topics.post(one).address for one in members] == [None] * 3
        add(archive, MAILS[0])
        rebuild(archive)
        assert [archive.topics.post(one).address for one in members] == ["maria@example.org", None, None]

    def test_a_told_id_is_theirs_and_another_one_is_derived(self, archive: Archive) -> None:
        told, nameless = (
            add(archive, KINDS["text"]),
            add(archive, as_text([mail(9)], told=NAMELESS, message_id="x@y.z")),
        )
        assert {archive.topics.post(one).message_id for one in archive.digests.members_of(told[0])} == ids([1, 2, 3])
        (member,) = archive.digests.members_of(nameless[0])
        assert is_derived(archive.topics.post(member).message_id)

    def test_mails_with_all_their_header_fields_answer_one_another(self, archive: Archive) -> None:
        (post,) = add(archive, KINDS["parts"])
        first, second, _third = archive.digests.members_of(post)
        assert archive.topics.post(second).edge.parent == first

    def test_an_answer_to_a_digest_is_no_digest(self, archive: Archive) -> None:
        answer = as_text(MAILS).replace(b"List-Id:", b"In-Reply-To: <digest-3@example.org>\r\nList-Id:", 1)
        (post,) = add(archive, answer)
        assert archive.digests.members_of(post) == ()
        assert list(posts_of(archive)) == [post]

    def test_a_digest_in_which_nothing_can_be_told_apart_is_a_post(self, archive: Archive) -> None:
        (post,) = add(archive, mail(1, subject=SUBJECT, text="There was a time when\n\nnothing was ruled.\n"))
        assert list(posts_of(archive)) == [post]

    def test_a_digest_that_a_member_makes_up_is_theirs(self, archive: Archive, digest: bytes) -> None:
        made_up = digest.replace(b"From: open-data-request@lists.example.org", b"From: Eve <eve@example.net>")
        (post,) = add(archive, made_up)
        assert list(posts_of(archive)) == [post]
        assert archive.topics.post(post).author == "Eve"

    def test_mails_that_a_person_forwards_together_stay_her_post(self, archive: Archive) -> None:
        forwarded = as_parts(MAILS, subject="Three mails you should read").replace(
            b"From: open-data-request@lists", b"From: ana@people"
        )
        (post,) = add(archive, forwarded)
        assert list(posts_of(archive)) == [post]

    def test_it_keeps_its_place_and_is_not_fetched_again(self, archive: Archive, digest: bytes) -> None:
        arrival = understand(split(digest), Place("home", "INBOX", 7, 4))
        (post,) = archive.posts.add("open-data", [arrival], NOW).posts
        assert archive.posts.at("home", "INBOX", 7) == {4: post}
        assert archive.posts.known_ids([ID]) == {ID}
        assert archive.contents.received(post).raw == digest
        assert archive.waiting.texts(archive.lists.id_of("open-data"), "home", "INBOX", 7) == ()

    def test_in_a_second_list_its_mails_are_posts_of_both(self, archive: Archive, digest: bytes) -> None:
        add(archive, digest)
        (post,) = add(archive, digest, to="maps")
        assert {archive.topics.lists_of(one) for one in archive.digests.members_of(post)} == {("open-data", "maps")}

    def test_the_index_is_told_its_mails_and_nothing_of_it(self, archive: Archive, digest: bytes) -> None:
        (post,) = add(archive, digest)
        told = {one.post: one for one in archive.words.after(0, 99)}
        assert (told[post].subject, told[post].own_words, told[post].lists) == ("", "", ())
        assert sum("wells" in one.own_words for one in told.values()) == 1


class TestFetched:
    def test_it_bursts_when_its_text_comes(self, archive: Archive, digest: bytes) -> None:
        (post,) = archive.posts.add("open-data", [fetched_header(digest, 4)], NOW).posts
        assert [topic.subject for topic in listed(archive)] == [SUBJECT]
        archive.posts.add_texts([(post, texts(digest))])
        assert len(posts_of(archive)) == 3
        assert post not in posts_of(archive)

    def test_what_a_server_tells_of_its_mails_is_enough(self, archive: Archive) -> None:
        (post,) = archive.posts.add("open-data", [fetched_header(KINDS["parts"], 4)], NOW).posts
        archive.posts.add_texts([(post, texts(KINDS["parts"]))])
        first, second, third = (archive.topics.post(one) for one in archive.digests.members_of(post))
        assert [first.message_id, second.message_id, third.message_id] == [identifier(n) for n in (1, 2, 3)]
        assert second.edge.parent == first.post
        assert third.author == "Li, Bo"

    def test_mails_of_a_digest_that_was_read_are_read(self, archive: Archive, digest: bytes) -> None:
        (post,) = archive.posts.add("open-data", [fetched_header(digest, 4)], NOW).posts
        archive.marks.read([post])
        archive.posts.add_texts([(post, texts(digest))])
        assert archive.lists.all()[0].unread == 0
        assert all(topic.unread == 0 for topic in listed(archive))

    def test_of_a_beginning_the_whole_mails_are_posts_and_the_rest_when_it_comes(self, archive: Archive) -> None:
        digest = KINDS["text"]
        (content,) = [piece.content for piece in texts(digest)]
        cut = content.index(b"1952")
        (post,) = archive.posts.add("open-data", [fetched_header(digest, 4)], NOW).posts
        archive.posts.add_texts([(post, [Piece("1", 0, content[:cut])])])
        assert len(archive.digests.members_of(post)) == 2
        assert post in posts_of(archive)
        before = archive.digests.members_of(post)
        archive.posts.add_texts([(post, [Piece("1", cut, content[cut:])])])
        assert archive.digests.members_of(post)[:2] == before
        assert len(posts_of(archive)) == 3
        assert post not in posts_of(archive)


class TestOnce:
    """A mail that came in a digest and singly is one post."""

    def test_a_mail_that_came_singly_before_keeps_its_number(self, archive: Archive, digest: bytes) -> None:
        singles = add(archive, *MAILS)
        (post,) = add(archive, digest)
        assert list(archive.digests.members_of(post)) == singles
        assert archive.contents.received(singles[0]).raw == MAILS[0]

    def test_one_that_comes_singly_afterwards_gives_the_post_all_it_has(self, archive: Archive, digest: bytes) -> None:
        (post,) = add(archive, digest)
        before = archive.digests.members_of(post)
        archive.marks.read(before[:1])
        singles = add(archive, *MAILS)
        assert tuple(singles) == before
        records = [archive.topics.post(one) for one in singles]
        assert [record.message_id for record in records] == [identifier(n) for n in (1, 2, 3)]
        assert [record.state for record in records] == ["whole"] * 3
        assert [record.read for record in records] == [True, False, False]
        assert records[1].edge.parent == before[0]
        assert archive.contents.received(before[1]).raw == MAILS[1]

    def test_one_whose_header_came_first_is_the_same_when_its_text_agrees(
        self, archive: Archive, digest: bytes
    ) -> None:
        (single,) = archive.posts.add("open-data", [fetched_header(MAILS[0], 5)], NOW).posts
        (post,) = add(archive, digest)
        archive.posts.add_texts([(single, texts(MAILS[0]))])
        assert archive.digests.members_of(post)[0] == single
        assert len(posts_of(archive)) == 3

    def test_one_whose_header_came_later_is_fetched_and_the_same(self, archive: Archive, digest: bytes) -> None:
        (post,) = add(archive, digest)
        first = archive.digests.members_of(post)[0]
        (single,) = archive.posts.add("open-data", [fetched_header(MAILS[0], 5)], NOW).posts
        assert [text.post for text in archive.waiting.texts(archive.lists.id_of("open-data"), "home", "INBOX", 7)] == [
            single
        ]
        archive.posts.add_texts([(single, texts(MAILS[0]))])
        assert archive.digests.members_of(post)[0] == first
        assert archive.posts.at("home", "INBOX", 7) == {5: first}
        assert archive.topics.post(first).message_id == identifier(1)
        assert archive.contents.received(first).header == split(MAILS[0]).header
        assert len(posts_of(archive)) == 3

    def test_until_the_text_of_one_comes_what_the_digest_told_is_read(self, archive: Archive, digest: bytes) -> None:
        (post,) = add(archive, digest)
        before = posts_of(archive)
        records = [archive.topics.post(one) for one in before]
        archive.posts.add("open-data", [fetched_header(MAILS[0], 5)], NOW)
        assert posts_of(archive) == before
        assert [archive.topics.post(one) for one in before] == records
        assert archive.lists.all()[0].posts == 3
        rebuild(archive)
        assert posts_of(archive) == before
        assert [archive.topics.post(one) for one in before] == records
        assert set(archive.digests.members_of(post)) == before.keys()

    def test_one_that_says_something_else_is_another_post(self, archive: Archive, digest: bytes) -> None:
        forged = mail(1, subject="[open-data] Wells", text="The wells are poisoned.")
        (post,) = add(archive, digest)
        (other,) = add(archive, forged)
        assert other not in archive.digests.members_of(post)
        assert set(posts_of(archive).values()) >= {"The wells are poisoned.", "Are the wells open?"}

    def test_one_whose_header_comes_twice_is_asked_for_once(self, archive: Archive, digest: bytes) -> None:
        (post,) = add(archive, digest)
        waiting = [archive.posts.add("open-data", [fetched_header(MAILS[0], uid)], NOW).posts for uid in (5, 5, 6)]
        assert len(set(waiting)) == 1
        archive.posts.add_texts([(waiting[0][0], texts(MAILS[0]))])
        first = archive.digests.members_of(post)[0]
        assert archive.posts.at("home", "INBOX", 7) == {5: first, 6: first}
        assert len(posts_of(archive)) == 3

    def test_a_forged_header_takes_no_words_away(self, archive: Archive, digest: bytes) -> None:
        forged = mail(1, subject="[open-data] Wells", text="The wells are poisoned.")
        (post,) = add(archive, digest)
        first = archive.digests.members_of(post)[0]
        (single,) = archive.posts.add("open-data", [fetched_header(forged, 5)], NOW).posts
        assert archive.contents.own_words([first])[first].strip() == "Are the wells open?"
        archive.posts.add_texts([(single, texts(forged))])
        words = posts_of(archive)
        assert (words[first], words[single]) == ("Are the wells open?", "The wells are poisoned.")
        assert archive.digests.members_of(post)[0] == first
        assert archive.posts.at("home", "INBOX", 7) == {5: single}

    def test_the_words_of_a_whole_copy_may_be_others_than_the_digest_told(
        self, archive: Archive, digest: bytes
    ) -> None:
        forged = mail(1, subject="[open-data] Wells", text="The wells are poisoned.")
        archive.posts.add("open-data", [fetched_header(forged, 5)], NOW)
        add(archive, digest)
        add(archive, forged)
        words = posts_of(archive)
        assert set(words.values()) >= {"The wells are poisoned.", "Are the wells open?"}
        rebuild(archive)
        assert posts_of(archive) == words

    def test_another_author_in_a_digest_is_another_post(self, archive: Archive) -> None:
        singles = add(archive, MAILS[0])
        forged = MAILS[0].replace(b"Maria Silva <maria@example.org>", b"Eve <eve@example.net>")
        (post,) = add(archive, as_text([forged]))
        assert not set(archive.digests.members_of(post)) & set(singles)

    def test_marks_and_verdicts_stay_with_the_post(self, archive: Archive, digest: bytes) -> None:
        (post,) = add(archive, digest)
        first, _second, third = archive.digests.members_of(post)
        archive.marks.put("follow", [archive.topics.post(third).topic])
        archive.threads.join(third, first, NOW)
        add(archive, *MAILS)
        assert archive.topics.post(third).edge.reason == "person"
        assert [topic.followed for topic in listed(archive) if topic.posts > 1] == [True]

    def test_ones_own_mail_in_a_digest_is_ones_own_post(self, archive: Archive, digest: bytes) -> None:
        own = archive.posts.add_own("open-data", understand(split(MAILS[2])), NOW)
        (post,) = add(archive, digest)
        assert archive.digests.members_of(post)[2] == own


class TestRebuild:
    def test_it_changes_nothing(self, archive: Archive, digest: bytes) -> None:
        add(archive, MAILS[1], digest)
        before = posts_of(archive)
        posts, topics = rebuild(archive)
        assert posts_of(archive) == before
        assert (posts, topics) == (3, len(listed(archive)))

    def test_it_bursts_what_older_rules_left_alone(self, archive: Archive, digest: bytes, tmp_path: Path) -> None:
        (post,) = add(archive, digest)
        with closing(sqlite3.connect(tmp_path / "archive.sqlite3")) as older:
            older.execute("PRAGMA foreign_keys = ON")
            older.execute("DELETE FROM post WHERE id IN (SELECT post FROM member)")
            older.execute("UPDATE post SET burst = 0, read = 1")
            older.commit()
        assert rebuild(archive)[0] == 3
        assert [archive.topics.post(one).read for one in archive.digests.members_of(post)] == [True] * 3

    def test_what_a_salvaged_archive_lost_of_a_digest_comes_back(self, archive: Archive, tmp_path: Path) -> None:
        (post,) = add(archive, KINDS["text"])
        add(archive, MAILS[0])
        before = posts_of(archive)
        members = archive.digests.members_of(post)
        archive.close()
        salvage(tmp_path / "archive.sqlite3", lambda _done, _all: None)
        with Archive(tmp_path / "archive.sqlite3") as saved:
            rebuild(saved)
            assert posts_of(saved) == before
            assert saved.digests.members_of(post) == members


class TestAnyOrder:
    @settings(max_examples=40, deadline=None)
    @given(
        order=st.permutations([*KINDS.values(), *MAILS, KINDS["text"], MAILS[0]]),
        batch=st.integers(1, 8),
    )
    def test_the_same_posts_whatever_comes_first(
        self, tmp_path_factory: pytest.TempPathFactory, order: Sequence[bytes], batch: int
    ) -> None:
        def made(sequence: Sequence[bytes], size: int) -> list[tuple[object, ...]]:
            path = tmp_path_factory.mktemp("order") / "archive.sqlite3"
            with Archive(path) as archive:
                for start in range(0, len(sequence), size):
                    add(archive, *(sequence[start : start + size]))
                posts = posts_of(archive)
                records = [archive.topics.post(post) for post in posts]
                names = {record.post: record.message_id for record in records}
                return sorted(
                    (
                        r.message_id,
                        r.subject,
                        r.author,
                        r.date,
                        r.state,
                        names.get(r.edge.parent or 0, ""),
                        posts[r.post],
                    )
                    for r in records
                )

        assert made(order, batch) == made([*MAILS, *KINDS.values()], 6)

    @settings(max_examples=40, deadline=None)
    @given(
        order=st.permutations([("text", n) for n in range(3)] + [("parts", n) for n in range(3)]),
        batch=st.integers(1, 6),
    )
    def test_the_same_posts_from_overlapping_digests(
        self, tmp_path_factory: pytest.TempPathFactory, order: Sequence[tuple[str, int]], batch: int
    ) -> None:
        def made(sequence: Sequence[tuple[str, int]], size: int) -> list[tuple[object, ...]]:
            raws = [
                as_text(MAILS[n : n + 2], told=NAMELESS, message_id=f"t{n}@example.org")
                if kind == "text"
                else as_parts(MAILS[n : n + 2], message_id=f"p{n}@example.org")
                for kind, n in sequence
            ]
            with Archive(tmp_path_factory.mktemp("order") / "archive.sqlite3") as archive:
                for start in range(0, len(raws), size):
                    add(archive, *raws[start : start + size])
                posts = posts_of(archive)
                records = [archive.topics.post(post) for post in posts]
                names = {record.post: record.message_id for record in records}
                return sorted(
                    (r.message_id, r.subject, r.author, r.date, names.get(r.edge.parent or 0, ""), posts[r.post])
                    for r in records
                )

        assert made(order, batch) == made(sorted(order), 6)

    @settings(max_examples=60, deadline=None)
    @given(steps=st.permutations([n for n in range(6) for _ in ("header", "text")]))
    def test_the_same_posts_however_headers_and_texts_come(
        self, tmp_path_factory: pytest.TempPathFactory, steps: Sequence[int]
    ) -> None:
        """Of each mail the header comes first, its text some time later, between whatever comes of the others."""
        digests = (raw.replace(ID.encode(), f"{n}-{ID}".encode()) for n, raw in enumerate(KINDS.values()))
        raws = [*MAILS, *digests]
        with Archive(tmp_path_factory.mktemp("steps") / "archive.sqlite3") as archive:
            at: dict[int, int] = {}
            for n in steps:
                if n in at:
                    archive.posts.add_texts([(at[n], texts(raws[n]))])
                else:
                    archive.posts.add("open-data", [fetched_header(raws[n], n + 1)], NOW)
                at = {uid - 1: post for uid, post in archive.posts.at("home", "INBOX", 7).items()}
            assert posts_of(archive) == {
                at[0]: "Are the wells open?",
                at[1]: "Two of them are.",
                at[2]: "The borders of 1952 are online.",
            }
            assert all(archive.digests.members_of(at[n]) == (at[0], at[1], at[2]) for n in range(3, 6))
            assert not any(archive.digests.is_alone(at[n]) for n in range(3))
            assert archive.topics.post(at[1]).edge.parent == at[0]
