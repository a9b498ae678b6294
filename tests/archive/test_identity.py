"""Who is who: one mail is one post wherever it is met, and nobody can hide, replace or move what another wrote."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.archive.archive import Archive
from listforum.archive.arrival import Arrival, is_derived, understand
from listforum.mail.structure import split
from listforum.model.mail import Part, Piece, Received
from listforum.model.server import Place
from mails import BEGAN, identifier, mail

NOW = BEGAN + 10_000 * 3600
HOUR = 3600
EVE = "Eve <eve@example.net>"

FOOTERS = {
    "Mailman": "_______________________________________________\nMaps mailing list\nmaps@lists.example.org\n"
    "https://lists.example.org/listinfo/maps\n",
    "Google Groups": '-- \nYou received this message because you are subscribed to the Google Groups "maps" group.\n'
    "To unsubscribe from this group and stop receiving emails from it, send an email to maps+off@example.org.\n",
    "groups.io": "-=-=-=-=-=-=-=-=-=-=-=-\nGroups.io Links: You receive all messages sent to this group.\n"
    "View/Reply Online (#12): https://maps.groups.io/g/main/message/12\n-=-=-=-=-=-=-=-=-=-=-=-\n",
}


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive.sqlite3")


def add(archive: Archive, *raws: bytes, to: str = "open-data") -> list[int]:
    return list(archive.posts.add(to, [understand(split(raw)) for raw in raws], NOW).posts)


def seen(raw: bytes, uid: int, arrived: int) -> Arrival:
    """A mail as a server tells it: its header, its text, and when it came."""
    received = split(raw)
    return understand(Received(received.header, received.parts, None, arrived), Place("home", "INBOX", 7, uid))


def sync(archive: Archive, *arrivals: Arrival, to: str = "open-data") -> list[int]:
    return list(archive.posts.add(to, arrivals, NOW).posts)


def header_only(raw: bytes, uid: int, arrived: int = BEGAN) -> Arrival:
    received = split(raw)
    parts = tuple(Part(p.section, p.type, p.size, p.charset, p.encoding) for p in received.parts)
    return understand(Received(received.header, parts, None, arrived), Place("home", "INBOX", 7, uid))


class TestSeveralLists:
    @pytest.mark.parametrize("footer", FOOTERS.values(), ids=FOOTERS.keys())
    def test_the_same_words_with_each_lists_tag_and_footer_are_one_post(self, archive: Archive, footer: str) -> None:
        words = "The borders of 1952 are online.\n\nWho can check the names?\n"
        (here,) = add(archive, mail(1, subject="[open-data] Old borders", text=words))
        (there,) = add(archive, mail(1, subject="[maps #12] Old borders", text=f"{words}\n{footer}"), to="maps")
        assert here == there
        assert archive.topics.lists_of(here) == ("open-data", "maps")
        assert archive.topics.post(here).subject == "[open-data] Old borders"

    def test_a_list_that_hides_the_address_makes_no_second_post(self, archive: Archive) -> None:
        munged = mail(
            1,
            author='"Maria Silva via maps" <maps@lists.example.org>',
            fields=["Reply-To: Maria Silva <maria@example.org>"],
            list_id="maps.lists.example.org",
        ).replace(b"List-Post: <mailto:open-data@", b"List-Post: <mailto:maps@")
        (here,) = add(archive, mail(1))
        (there,) = add(archive, munged, to="maps")
        assert here == there

    def test_other_words_in_the_other_list_are_another_post(self, archive: Archive) -> None:
        (here,) = add(archive, mail(1, text="Meet at noon."))
        (there,) = add(archive, mail(1, text="Meet at midnight."), to="maps")
        assert here != there
        assert archive.topics.lists_of(here) == ("open-data",)

    def test_it_counts_in_both_and_is_read_in_both(self, archive: Archive) -> None:
        (post,) = add(archive, mail(1))
        add(archive, mail(1), to="maps")
        archive.marks.read([post])
        assert [(one.posts, one.unread) for one in archive.lists.all()] == [(1, 0), (1, 0)]


class TestWithoutAnId:
    @pytest.mark.parametrize("field", ["", "Message-ID: <>", "Message-ID: ", "Message-ID: <two words@example.org>"])
    def test_an_id_is_derived_and_the_same_each_time(self, archive: Archive, field: str) -> None:
        raw = mail(1).replace(b"Message-ID: <mail-1@example.org>\r\n", f"{field}\r\n".encode() if field else b"")
        first, again = add(archive, raw, raw)
        assert first == again
        assert is_derived(archive.topics.post(first).message_id)

    def test_a_derived_id_that_somebody_forges_owns_nothing(self, archive: Archive) -> None:
        (nameless,) = add(archive, mail(1, message_id=""))
        derived = archive.topics.post(nameless).message_id
        (forged,) = add(archive, mail(2, message_id=derived, author=EVE))
        assert forged != nameless


class TestForgedCopies:
    """Somebody sends a mail with another's Message-ID."""

    genuine = mail(1, subject="Meeting", text="We meet at noon.")
    answer = mail(2, subject="Re: Meeting", answers=[1], text="I will come.", author="Bo Li <bo@example.org>")
    forged = mail(1, subject="Meeting", text="It is cancelled.")
    by_eve = mail(1, subject="Meeting", text="It is cancelled.", author=EVE, answers=[7], hours=-900)

    @pytest.mark.parametrize("copy", [forged, by_eve], ids=["same author", "other author and thread"])
    def test_one_that_comes_afterwards_leaves_the_thread_alone(self, archive: Archive, copy: bytes) -> None:
        post, reply = sync(archive, seen(self.genuine, 1, BEGAN), seen(self.answer, 2, BEGAN + HOUR))
        (forged,) = sync(archive, seen(copy, 3, BEGAN + 2 * HOUR))
        assert len({post, reply, forged}) == 3
        assert archive.topics.post(reply).edge.parent == post
        assert archive.topics.root(archive.topics.post(post).topic).post == post
        assert archive.contents.own_words([post])[post].strip() == "We meet at noon."

    @pytest.mark.parametrize("copy", [forged, by_eve], ids=["same author", "other author and thread"])
    def test_one_that_comes_first_hides_nothing(self, archive: Archive, copy: bytes) -> None:
        (forged,) = sync(archive, seen(copy, 1, BEGAN))
        post, reply = sync(archive, seen(self.genuine, 2, BEGAN + HOUR), seen(self.answer, 3, BEGAN + 2 * HOUR))
        assert len({post, reply, forged}) == 3
        listed = {topic.topic for topic in archive.topics.window(archive.lists.id_of("open-data"), (), 9, 0)}
        assert {archive.topics.post(one).topic for one in (post, reply, forged)} <= listed
        assert archive.contents.own_words([post])[post].strip() == "We meet at noon."

    def test_one_of_which_only_the_header_came_takes_no_words_away(self, archive: Archive) -> None:
        (post,) = sync(archive, seen(self.genuine, 1, BEGAN))
        sync(archive, header_only(self.forged, 2))
        assert archive.topics.post(post).state == "text"
        assert archive.contents.own_words([post])[post].strip() == "We meet at noon."

    longer = mail(1, subject="Meeting", text="It is cancelled, and nobody needs to come to the hall before noon.")

    def texts(self, raw: bytes) -> list[Piece]:
        return [Piece(part.section, 0, part.content or b"") for part in split(raw).parts]

    @pytest.mark.parametrize("known", ["the header", "the text"])
    def test_one_of_another_size_in_the_same_folder_is_another_post(self, archive: Archive, known: str) -> None:
        (post,) = sync(archive, header_only(self.genuine, 1))
        if known == "the text":
            archive.posts.add_texts([(post, self.texts(self.genuine))])
        (forged,) = sync(archive, header_only(self.longer, 2))
        assert sync(archive, header_only(self.longer, 2)) == [forged]
        archive.posts.add_texts([(post, self.texts(self.genuine)), (forged, self.texts(self.longer))])
        words = archive.contents.own_words([post, forged])
        assert words[post].strip() == "We meet at noon."
        assert words[forged].startswith("It is cancelled")
        assert archive.posts.at("home", "INBOX", 7) == {1: post, 2: forged}

    def test_one_of_another_size_and_the_same_words_is_one_post_once_they_are_here(self, archive: Archive) -> None:
        footed = mail(1, subject="Meeting", text=f"We meet at noon.\n\n{FOOTERS['Mailman']}")
        (post,) = sync(archive, header_only(self.genuine, 1))
        (other,) = sync(archive, header_only(footed, 2))
        (answer,) = sync(archive, header_only(self.answer, 3))
        archive.posts.add_texts([(other, self.texts(footed)), (post, self.texts(self.genuine))])
        assert archive.posts.at("home", "INBOX", 7) == {1: post, 2: post, 3: answer}
        assert archive.lists.all()[0].posts == 2
        assert archive.topics.post(answer).edge.parent == post

    def test_a_direct_copy_without_the_lists_footer_is_one_post_from_the_start(self, archive: Archive) -> None:
        footed = mail(1, subject="[open-data] Meeting", text=f"We meet at noon.\n\n{FOOTERS['Mailman']}")
        direct = mail(1, subject="Meeting", text="We meet at noon.", list_id=None)
        (post,) = sync(archive, header_only(footed, 1))
        assert sync(archive, header_only(direct, 2)) == [post]

    def test_a_place_once_told_stays_that_posts(self, archive: Archive) -> None:
        post, forged = sync(archive, seen(self.genuine, 1, BEGAN), seen(self.forged, 2, BEGAN))
        assert archive.posts.at("home", "INBOX", 7) == {1: post, 2: forged}

    def test_an_original_id_that_somebody_claims_takes_no_answers(self, archive: Archive) -> None:
        claimed = mail(9, author=EVE, fields=[f"X-Microsoft-Original-Message-ID: <{identifier(1)}>"])
        post, reply = sync(archive, seen(self.genuine, 1, BEGAN), seen(self.answer, 2, BEGAN + HOUR))
        sync(archive, seen(claimed, 3, BEGAN + 2 * HOUR))
        assert archive.topics.post(reply).edge.parent == post


def with_script(raw: bytes, *fields: str) -> bytes:
    """The same mail with a file attached, and with other header fields where these are given."""
    head, _, body = raw.partition(b"\r\n\r\n")
    head = head.partition(b"MIME-Version")[0] + "".join(f"{field}\r\n" for field in fields).encode()
    return (
        head
        + b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
        + b"Content-Type: text/plain; charset=utf-8\r\n\r\n"
        + body
        + b"\r\n--b\r\nContent-Type: application/x-sh; name=run.sh\r\nContent-Disposition: attachment\r\n\r\n"
        + b"echo\r\n--b--\r\n"
    )


class TestWholeCopies:
    """The same words come again, with more than was here."""

    genuine = mail(2, subject="Root", text="The same words.", author="Bo Li <bo@example.org>")

    def names(self, archive: Archive, post: int) -> list[str]:
        return [part.name for part in archive.contents.received(post).parts if part.name]

    def test_what_one_list_stripped_another_one_gives(self, archive: Archive) -> None:
        (post,) = add(archive, self.genuine)
        assert add(archive, with_script(self.genuine), to="maps") == [post]
        assert self.names(archive, post) == ["run.sh"]

    @pytest.mark.parametrize("known", ["header", "text", "whole"])
    def test_one_that_answers_another_mail_adds_nothing_and_moves_nothing(self, archive: Archive, known: str) -> None:
        if known == "whole":
            (post,) = add(archive, self.genuine)
        else:
            (post,) = sync(archive, {"header": header_only, "text": seen}[known](self.genuine, 1, BEGAN))
        (pills,) = add(archive, mail(9, subject="Pills", author=EVE))
        assert add(archive, with_script(self.genuine, f"In-Reply-To: <{identifier(9)}>")) == [post]
        before = archive.topics.post(post)
        archive.rebuild(NOW, lambda _done, _all: None)
        assert archive.topics.post(post) == before
        assert before.edge.parent is None
        assert archive.contents.own_words([post])[post].strip() == "The same words."
        assert self.names(archive, post) == []
        assert archive.topics.post(pills).edge.parent is None

    @pytest.mark.parametrize("copies", [(0, 1), (1, 0)])
    def test_a_rebuild_reads_the_header_that_was_read(self, archive: Archive, copies: tuple[int, int]) -> None:
        answering = mail(2, subject="Root", text="The same words.", author="Bo Li <bo@example.org>", answers=[1])
        add(archive, mail(1, subject="Root"))
        raws = (self.genuine, answering)
        (post,) = sync(archive, header_only(raws[copies[0]], 1))
        assert add(archive, raws[copies[1]]) == [post]
        before = archive.topics.post(post)
        archive.rebuild(NOW, lambda _done, _all: None)
        assert archive.topics.post(post) == before
        assert (before.edge.parent is None) == (copies[0] == 0)


class TestForgedReferences:
    def test_they_join_nobody_but_who_wrote_them(self, archive: Archive) -> None:
        posts = add(
            archive, mail(1, subject="Wells"), mail(2, subject="Roads"), mail(3, subject="Re: Roads", answers=[2])
        )
        before = [archive.topics.post(post).topic for post in posts]
        add(archive, mail(9, subject="Both", author=EVE, answers=[3, 2, 1]))
        assert [archive.topics.post(post).topic for post in posts] == before

    def test_nor_do_those_to_posts_that_are_not_here(self, archive: Archive) -> None:
        posts = add(archive, mail(3, subject="Re: Wells", answers=[1]), mail(4, subject="Re: Roads", answers=[2]))
        before = [archive.topics.post(post).topic for post in posts]
        assert len(set(before)) == 2
        add(archive, mail(9, subject="Both", author=EVE, answers=[1, 2, 3]))
        assert [archive.topics.post(post).topic for post in posts] == before

    def test_nor_does_one_that_names_itself_or_goes_in_a_circle(self, archive: Archive) -> None:
        (post,) = add(archive, mail(1))
        add(archive, mail(8, author=EVE, answers=[9, 8, 1]), mail(9, author=EVE, answers=[8]))
        assert archive.topics.post(post).edge.parent is None


class TestOrder:
    @pytest.mark.parametrize(
        ("date", "arrived", "expected"),
        [
            ("Sun, 01 Mar 2026 08:00:00 +0000", BEGAN + HOUR, BEGAN),
            ("Sun, 01 Mar 2026 08:10:00 +0000", BEGAN, BEGAN + 600),
            ("Sun, 01 Mar 2026 09:00:00 +0000", BEGAN, BEGAN + 900),
            ("Fri, 01 Mar 2036 08:00:00 +0000", BEGAN, BEGAN + 900),
            ("Thu, 01 Jan 1970 00:00:00 +0000", BEGAN, 0),
            ("", BEGAN, BEGAN),
            ("the day before yesterday", BEGAN, BEGAN),
            ("Fri, 01 Mar 20366666 08:00:00 +0000", BEGAN, BEGAN),
            ("Sun, 01 Mar 0026 08:00:00 +0000", BEGAN, BEGAN),
        ],
    )
    def test_a_post_stands_where_its_date_says_but_not_after_it_came(
        self, archive: Archive, date: str, arrived: int, expected: int
    ) -> None:
        field, _, rest = mail(1).partition(b"\r\n")
        assert field.startswith(b"Date:")
        raw = b"Date: " + date.encode() + b"\r\n" + rest if date else rest
        (post,) = sync(archive, seen(raw, 1, arrived))
        assert archive.topics.post(post).date == expected

    def test_one_dated_2036_does_not_stay_on_top(self, archive: Archive) -> None:
        _, rest = mail(1, subject="From the future").split(b"\r\n", 1)
        sync(archive, seen(b"Date: Fri, 01 Mar 2036 08:00:00 +0000\r\n" + rest, 1, BEGAN))
        sync(archive, seen(mail(2, subject="Today"), 2, BEGAN + 2 * HOUR))
        topics = archive.topics.window(archive.lists.id_of("open-data"), (), 9, 0)
        assert [topic.subject for topic in topics] == ["Today", "From the future"]

    def test_an_imported_one_of_2036_is_no_newer_than_now(self, archive: Archive) -> None:
        _, rest = mail(1).split(b"\r\n", 1)
        (post,) = add(archive, b"Date: Fri, 01 Mar 2036 08:00:00 +0000\r\n" + rest)
        assert archive.topics.post(post).date == NOW

    def test_nor_does_a_rebuild_lift_it(self, archive: Archive) -> None:
        _, rest = mail(1).split(b"\r\n", 1)
        (post,) = add(archive, b"Date: Fri, 01 Mar 2036 08:00:00 +0000\r\n" + rest)
        archive.rebuild(NOW + 900 * HOUR, lambda _done, _all: None)
        assert archive.topics.post(post).date == NOW

    @pytest.mark.parametrize("arrivals", [(20, 10), (10, 20), (None, 20, 10)])
    def test_the_first_to_carry_an_id_gets_its_answers_however_late_that_is_known(
        self, archive: Archive, arrivals: tuple[int | None, ...]
    ) -> None:
        first = mail(1, subject="One", message_id="same@example.org")
        other = mail(2, subject="Two", message_id="same@example.org", text="Other words.")
        (later,) = sync(archive, seen(other, 1, BEGAN + 15 * HOUR))
        (answer,) = sync(archive, seen(mail(9, answers=["same@example.org"]), 2, BEGAN + 30 * HOUR))
        assert archive.topics.post(answer).edge.parent == later
        for hours in arrivals:
            arrived = None if hours is None else BEGAN + hours * HOUR
            received = split(first)
            (post,) = sync(archive, understand(Received(received.header, received.parts, received.raw, arrived)))
        assert archive.topics.post(answer).edge.parent == post


class TestAnyOrder:
    crossed = mail(1, subject="[maps] Census", text="Same words.\n\n" + FOOTERS["Mailman"])
    mails = (
        seen(mail(1, subject="Census", text="Same words."), 1, BEGAN + HOUR),
        seen(mail(1, subject="Census", text="Other words."), 2, BEGAN + 2 * HOUR),
        seen(crossed, 3, BEGAN + HOUR + 5),
        seen(mail(2, subject="Census", answers=[1], text="Yes."), 4, BEGAN + 3 * HOUR),
        seen(mail(3, subject="Census", answers=[1, 2], author=EVE), 5, BEGAN + 4 * HOUR),
        seen(mail(1, subject="Census", text="Same words.", author=EVE), 6, BEGAN + 5 * HOUR),
        seen(mail(4, subject="Census", message_id="", text="No name."), 7, BEGAN + 6 * HOUR),
    )

    @settings(max_examples=30, deadline=None)
    @given(order=st.permutations(range(7)), batch=st.integers(1, 7))
    def test_the_same_posts_and_topics(
        self, tmp_path_factory: pytest.TempPathFactory, order: list[int], batch: int
    ) -> None:
        def made(sequence: list[int], size: int) -> list[tuple[object, ...]]:
            with Archive(tmp_path_factory.mktemp("order") / "archive.sqlite3") as archive:
                for start in range(0, len(sequence), size):
                    sync(archive, *(self.mails[n] for n in sequence[start : start + size]))
                places = archive.posts.at("home", "INBOX", 7)
                records = {post: archive.topics.post(post) for post in places.values()}
                uids = {post: sorted(uid for uid, at in places.items() if at == post) for post in records}
                return sorted(
                    (
                        uids[post],
                        uids.get(record.edge.parent or 0),
                        [uids[one.post] for one in archive.topics.posts(record.topic)],
                    )
                    for post, record in records.items()
                )

        assert made(order, batch) == made(list(range(7)), 7)
