"""Which post answers which, where no header says so: what the archive makes of quotes and subjects."""

from __future__ import annotations

from base64 import b64encode
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digests import as_text
from listforum.archive.archive import Archive
from listforum.archive.arrival import understand
from listforum.errors import UsageError
from listforum.mail.structure import split
from listforum.model.forum import PostRecord
from listforum.model.mail import Piece
from mails import BEGAN, mail

NOW = BEGAN + 10_000 * 3600
ANA = "Ana Moreno <ana@example.org>"
JO = "Jo Lind <jo@example.org>"

HARVEST = """The harvest figures of the northern districts were put online this morning.
They are complete from 1952 to 1988, only the year of the flood is missing.
Somebody should compare them with the paper volumes before anyone builds on them."""
PUMPS = """Three of the five village pumps that we mapped last summer have run dry since.
The two that are left stand below the old mill, on land of the cooperative.
I can send the coordinates, but somebody has to walk there and look."""


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive.sqlite3")


def quoted(text: str, who: str = "Maria Silva", lines: slice = slice(None)) -> str:
    return "\n".join(
        [f"On Sun, Mar 1, 2026 at 9:00 AM {who} wrote:", *(f"> {line}" for line in text.split("\n")[lines])]
    )


def add(archive: Archive, *raws: bytes, to: str = "open-data") -> list[PostRecord]:
    posts = archive.posts.add(to, [understand(split(raw)) for raw in raws], NOW).posts
    return [archive.topics.post(post) for post in posts]


def add_at(archive: Archive, *mails: tuple[int, bytes]) -> list[PostRecord]:
    """Mails that a server took so many hours after the first."""
    arrivals = [understand(replace(split(raw), arrived=BEGAN + 3600 * hours)) for hours, raw in mails]
    return [archive.topics.post(post) for post in archive.posts.add("open-data", arrivals, NOW).posts]


def now(archive: Archive, record: PostRecord) -> PostRecord:
    return archive.topics.post(record.post)


class TestQuotes:
    def test_a_reply_without_headers_is_found_by_what_it_quotes(self, archive: Archive) -> None:
        first, other, reply = add(
            archive,
            mail(1, subject="Harvest", text=HARVEST),
            mail(2, subject="Pumps", text=PUMPS, author=ANA),
            mail(5, subject="Harvest", author=JO, text=f"{quoted(HARVEST)}\n\nI can do that on Friday."),
        )
        assert (reply.edge.parent, reply.edge.reason) == (first.post, "quote")
        assert reply.topic == first.topic != other.topic

    def test_its_grounds_are_told(self, archive: Archive) -> None:
        _first, reply = add(
            archive,
            mail(1, subject="Harvest", text=HARVEST),
            mail(5, subject="Re: Harvest", author=JO, text=f"{quoted(HARVEST)}\n\nI can do that on Friday."),
        )
        grounds = reply.edge.grounds
        assert grounds is not None
        assert (grounds.lines, grounds.author_named, grounds.moment_named, grounds.same_subject) == (
            3,
            True,
            True,
            True,
        )
        assert 0.9 < reply.edge.confidence < 1

    def test_the_parent_may_come_later(self, archive: Archive) -> None:
        (reply,) = add(archive, mail(5, subject="Other words", author=JO, text=f"{quoted(HARVEST)}\n\nOn Friday."))
        assert reply.edge.parent is None
        (first,) = add(archive, mail(1, subject="Harvest", text=HARVEST))
        assert now(archive, reply).edge.parent == first.post

    def test_a_header_that_names_a_post_that_is_here_is_believed_instead(self, archive: Archive) -> None:
        _first, second, reply = add(
            archive,
            mail(1, text=HARVEST),
            mail(2, text=PUMPS),
            mail(5, answers=[2], author=JO, text=f"{quoted(HARVEST)}\n\nBoth of you are right."),
        )
        assert (reply.edge.parent, reply.edge.reason) == (second.post, "in-reply-to")

    def test_the_parent_that_a_header_names_takes_it_back_when_it_comes(self, archive: Archive) -> None:
        first, reply = add(
            archive,
            mail(1, subject="Harvest", text=HARVEST),
            mail(5, subject="Harvest", answers=[2], author=JO, text=f"{quoted(HARVEST)}\n\nOn Friday."),
        )
        assert reply.edge.parent == first.post
        (named,) = add(archive, mail(2, subject="Harvest", author=ANA, text="Who compares them?"))
        assert (now(archive, reply).edge.parent, now(archive, reply).edge.reason) == (named.post, "in-reply-to")

    def test_what_everybody_says_proves_nothing(self, archive: Archive) -> None:
        polite = "Dear all, thank you very much for your help with this, and have a nice weekend everybody."
        *_others, reply = add(
            archive,
            *(mail(n, subject=f"Question {n} of somebody", text=polite) for n in range(1, 9)),
            mail(20, subject="Quite another thing", author=JO, text=f"> {polite}\n\nThe same to you."),
        )
        assert reply.edge.parent is None

    def test_nobody_slips_a_post_below_anothers_afterwards(self, archive: Archive) -> None:
        first, answer = add_at(
            archive,
            (1, mail(1, subject="Harvest", text=HARVEST)),
            (9, mail(9, subject="Harvest", author=JO, text=f"{quoted(HARVEST)}\n\nOn Friday.")),
        )
        add_at(
            archive, (50, mail(5, subject="Buy cheaper pumps", text=HARVEST, author="Mallory <mallory@example.com>"))
        )
        assert now(archive, answer).edge.parent == first.post
        archive.threads.rebuild()
        assert now(archive, answer).edge.parent == first.post

    def test_copies_that_come_later_do_not_unhook_it(self, archive: Archive) -> None:
        first, answer = add_at(
            archive,
            (1, mail(1, subject="Harvest", text=HARVEST)),
            (9, mail(9, subject="Harvest", author=JO, text=f"{quoted(HARVEST)}\n\nOn Friday.")),
        )
        add_at(archive, *((99 + n, mail(100 + n, hours=2, subject="Pills", text=f"{HARVEST} {n}")) for n in range(45)))
        archive.threads.rebuild()
        assert now(archive, answer).edge.parent == first.post

    def test_a_late_parent_is_found_beside_a_very_old_one(self, archive: Archive) -> None:
        add(
            archive,
            *(mail(n, subject=f"Topic {n}", text=f"> Line {n} of somebody long ago\n\nYes.") for n in range(200, 1300)),
        )
        (reply,) = add(archive, mail(1400, subject="Other", author=JO, text=f"{quoted(HARVEST)}\n\nOn Friday."))
        _old, parent = add(
            archive, mail(1, subject="Ancient", hours=-90_000), mail(1399, subject="Harvest", text=HARVEST)
        )
        assert now(archive, reply).edge.parent == parent.post

    def test_words_that_are_pasted_again_long_after_answer_nothing(self, archive: Archive) -> None:
        add(archive, mail(1, subject="Harvest", text=HARVEST))
        pasted = "> " + HARVEST.replace("\n", "\n> ")
        (late,) = add(archive, mail(2, subject="My screen says", hours=24 * 90, author=JO, text=f"{pasted}\n\nWhy?"))
        assert late.edge.parent is None
        assert archive.topics.sources([late.post])[late.post]

    def test_nothing_is_quoted_from_another_list(self, archive: Archive) -> None:
        add(archive, mail(1, subject="Harvest", text=HARVEST), to="maps")
        (reply,) = add(archive, mail(5, subject="Harvest", author=JO, text=f"{quoted(HARVEST)}\n\nOn Friday."))
        assert reply.edge.parent is None

    def test_a_quote_leads_to_the_post_it_was_taken_from(self, archive: Archive) -> None:
        first, second, reply = add(
            archive,
            mail(1, subject="Harvest", text=HARVEST),
            mail(2, subject="Harvest", text=PUMPS, author=ANA, answers=[1]),
            mail(
                5,
                subject="Harvest",
                author=JO,
                answers=[1, 2],
                text=f"{quoted(PUMPS, 'Ana Moreno')}\n\nI will walk.\n\n{quoted(HARVEST)}\n\nAnd this on Friday.",
            ),
        )
        sources = archive.topics.sources([reply.post])[reply.post]
        assert [(one.line, one.lines, one.post) for one in sources] == [(1, 3, second.post), (8, 3, first.post)]


class TestSubjects:
    def test_an_answer_that_quotes_nothing_stands_in_the_topic_of_its_subject(self, archive: Archive) -> None:
        first, reply = add(
            archive, mail(1, subject="Harvest figures"), mail(5, subject="Re: Harvest figures", author=JO, text="Yes.")
        )
        assert (reply.edge.parent, reply.edge.reason) == (first.post, "subject")
        assert reply.edge.confidence < 0.8

    def test_the_window_counts_from_the_first_post(self, archive: Archive) -> None:
        weeks = [
            mail(n, subject="Re: Harvest figures", hours=n * 24 * 12, text=f"Week {n}.", author=JO) for n in range(1, 6)
        ]
        first, *answers = add(archive, mail(0, subject="Harvest figures", hours=0), *weeks)
        assert [answer.topic == first.topic for answer in answers] == [True, True, False, False, False]

    def test_a_new_topic_of_an_old_subject_stays_one(self, archive: Archive) -> None:
        january, february = add(
            archive,
            mail(1, subject="Minutes of the monthly meeting", hours=0),
            mail(2, subject="Minutes of the monthly meeting", hours=24 * 28),
        )
        assert january.topic != february.topic

    def test_a_question_that_is_sent_again_answers_nothing(self, archive: Archive) -> None:
        first, again, reply = add(
            archive,
            mail(1, subject="Question about the harvest", text=HARVEST),
            mail(20, subject="Question about the harvest", text=f"{HARVEST}\nAnybody?", author=JO),
            mail(21, subject="Question about the harvest", text="I have them on paper.", author=ANA),
        )
        assert again.edge.parent is None
        assert reply.edge.parent in (first.post, again.post)

    def test_posts_without_a_subject_have_none_in_common(self, archive: Archive) -> None:
        first, second = add(
            archive, mail(1, subject="(no subject)"), mail(2, subject="Re: (no subject)", author=JO, text="Yes.")
        )
        assert first.topic != second.topic

    def test_two_posts_with_one_missing_parent_are_not_parted_by_their_subject(self, archive: Archive) -> None:
        first, one, other = add(
            archive,
            mail(1, subject="Harvest figures"),
            mail(5, subject="Re: Harvest figures", answers=["gone@example.org"], text="Yes."),
            mail(6, subject="Re: Harvest figures", answers=["gone@example.org"], text="No.", author=JO),
        )
        assert now(archive, one).topic == other.topic != first.topic

    def test_where_prefixes_are_lost_only_a_quote_tells_an_answer(self, archive: Archive) -> None:
        mails = [
            mail(1, subject="Harvest figures are here", text=HARVEST),
            mail(5, subject="Harvest figures are here", author=JO, text="Then I come on Friday."),
            mail(6, subject="Harvest figures are here", author=JO, text=f"{quoted(HARVEST, lines=slice(1))}\n\nDone."),
        ]
        first, bare, quoting = add(archive, *mails)
        assert bare.topic == quoting.topic == first.topic
        archive.lists.set_prefixes("open-data", "lost")
        archive.threads.rebuild()
        assert now(archive, bare).topic != first.topic
        assert now(archive, quoting).topic == first.topic

    def test_a_subject_that_changed_begins_a_branch(self, archive: Archive) -> None:
        first, turn, answer = add(
            archive,
            mail(1, subject="Harvest figures"),
            mail(2, subject="Who drives to the meeting in Porto?", answers=[1], author=JO),
            mail(3, subject="Re: Who drives to the meeting in Porto?", answers=[1, 2]),
        )
        assert (turn.edge.parent, turn.edge.branch) == (first.post, True)
        assert turn.topic == answer.topic != first.topic

    def test_nobody_names_a_topic_by_a_date_before_it_began(self, archive: Archive) -> None:
        answer, *_ = add_at(
            archive,
            (5, mail(5, subject="Re: Harvest figures", answers=["gone@example.org"])),
            (90, mail(1, subject="Buy pills", answers=["gone@example.org"], author=JO)),
        )
        assert archive.topics.root(answer.topic).post == answer.post

    def test_the_person_may_bring_a_branch_back(self, archive: Archive) -> None:
        first, turn = add(
            archive, mail(1, subject="Harvest figures"), mail(2, subject="Who drives to Porto?", answers=[1], author=JO)
        )
        archive.threads.join(turn.post, first.post, NOW)
        assert now(archive, turn).topic == first.topic
        archive.threads.unjoin(turn.post)
        assert now(archive, turn).topic != first.topic


class TestThreadIndex:
    def test_outlooks_place_in_the_conversation_tells_the_parent(self, archive: Archive) -> None:
        first, reply = add(
            archive,
            mail(1, subject="Harvest", fields=[f"Thread-Index: {_outlook(0)}"]),
            mail(5, subject="Other words", author=JO, fields=[f"Thread-Index: {_outlook(1)}"]),
        )
        assert (reply.edge.parent, reply.edge.reason) == (first.post, "thread-index")


class TestOrder:
    """What comes is the same forest, in whatever order and in whatever batches it comes."""

    MAILS = (
        mail(1, subject="Harvest", text=HARVEST),
        mail(2, subject="Pumps", text=PUMPS, author=ANA),
        mail(
            3, subject="Harvest", author=JO, text=f"{quoted(HARVEST)}\n\nI can do that on Friday, in the reading room."
        ),
        mail(4, subject="Re: Pumps", author=JO, text="I can walk there and look, if nobody is nearer."),
        mail(5, subject="Re: Harvest", author=ANA, answers=[3], text="Friday is a holiday here, take the week after."),
        mail(6, subject="Re: Pumps", text=f"{quoted(PUMPS, 'Ana Moreno', slice(1))}\n\nWhich of them?", answers=[77]),
        mail(7, subject="The holiday in May, who is here?", author=JO, answers=[3, 5], text="I am not, for one."),
        mail(8, subject="Re: Pumps", text="So do I, from the other side.", answers=[77, 6]),
    )

    @settings(max_examples=25, deadline=None)
    @given(order=st.permutations(range(8)), batch=st.integers(1, 8))
    def test_any_order_and_any_batches(
        self, tmp_path_factory: pytest.TempPathFactory, order: list[int], batch: int
    ) -> None:
        archive = Archive(tmp_path_factory.mktemp("order") / "archive.sqlite3")
        for begin in range(0, 8, batch):
            add(archive, *(self.MAILS[n] for n in order[begin : begin + batch]))
        came = forest(archive)
        archive.threads.rebuild()
        assert came == forest(archive) == EXPECTED
        archive.close()


class TestAnythingGoes:
    """Headers before texts, arrivals seen or not, copies, digests, and the person's word at any moment."""

    SUBJECTS = ("Opening hours", "Re: Opening hours", "The harvest festival", "Re: The harvest festival", "Pumps")

    @settings(max_examples=60, deadline=None)
    @given(chance=st.randoms(use_true_random=False))
    def test_what_came_piece_by_piece_is_what_a_rebuild_makes(
        self, tmp_path_factory: pytest.TempPathFactory, chance: Random
    ) -> None:
        archive = Archive(tmp_path_factory.mktemp("any") / "archive.sqlite3")
        mails = [self.any_mail(chance, number) for number in range(chance.randint(3, 8))]
        if chance.random() < 0.4:
            mails.append(as_text(chance.sample(mails, 2), message_id="digest@example.org"))
        waiting: list[tuple[int, bytes]] = []
        for raw in chance.sample(mails, len(mails)):
            self.come(archive, chance, raw, waiting)
            self.decide(archive, chance)
        for post, raw in waiting:
            self.fetch(archive, post, raw)
        came = self.everything(archive)
        archive.threads.rebuild()
        assert came == self.everything(archive)
        archive.close()

    def any_mail(self, chance: Random, number: int) -> bytes:
        text = f"These words are those of number {number} and of nobody else here."
        if chance.random() < 0.6:
            text = f"> {chance.choice((HARVEST, PUMPS))}".replace("\n", "\n> ") + f"\n\n{text}"
        return mail(
            number,
            subject=chance.choice(self.SUBJECTS),
            text=text if chance.random() < 0.7 else f"{chance.choice((HARVEST, PUMPS))}\n{number}",
            author=chance.choice((ANA, JO)),
            answers=[chance.choice((0, 1, 2, 3, 4, 77, 78)) for _ in range(chance.randint(0, 2))],
            hours=chance.randint(0, 50),
            fields=[f"Thread-Index: {_outlook(chance.randint(0, 2))}"] if chance.random() < 0.3 else [],
        )

    def come(self, archive: Archive, chance: Random, raw: bytes, waiting: list[tuple[int, bytes]]) -> None:
        received = replace(split(raw), arrived=BEGAN + 3600 * chance.randint(0, 60) if chance.random() < 0.7 else None)
        without_text = chance.random() < 0.5
        if without_text:
            received = replace(received, raw=None, parts=tuple(replace(part, content=None) for part in received.parts))
        (post,) = archive.posts.add(chance.choice(("open-data", "maps")), [understand(received)], NOW).posts
        if without_text:
            waiting.append((post, raw))

    def fetch(self, archive: Archive, post: int, raw: bytes) -> None:
        if archive.topics.post(post).state == "header":
            archive.posts.add_texts(
                [(post, [Piece(part.section, 0, part.content or b"") for part in split(raw).parts])]
            )

    def decide(self, archive: Archive, chance: Random) -> None:
        post, other = chance.choices(list(self.everything(archive)), k=2)
        action = chance.choice(("join", "split", "unjoin", "nothing", "nothing"))
        with suppress(UsageError):
            if action == "join" and post != other:
                archive.threads.join(post, other, NOW)
            elif action == "split":
                archive.threads.split(post, NOW)
            elif action == "unjoin":
                archive.threads.unjoin(post)

    def everything(self, archive: Archive) -> dict[int, PostRecord]:
        return archive.topics.records(range(1, 40))


def forest(archive: Archive) -> dict[int, tuple[int | None, str | None, bool]]:
    """By the number of each mail its parent's, why, and whether it is a branch."""
    records = [archive.topics.post(post) for post in range(1, 9)]
    names = {one.post: int(one.message_id.split("@")[0].split("-")[1]) for one in records}
    return {names[one.post]: (names.get(one.edge.parent or 0), one.edge.reason, one.edge.branch) for one in records}


EXPECTED = {
    1: (None, None, False),
    2: (None, None, False),
    3: (1, "quote", False),
    4: (2, "subject", False),
    5: (3, "in-reply-to", False),
    6: (2, "quote", False),
    7: (5, "in-reply-to", True),
    8: (6, "in-reply-to", False),
}


def _outlook(answers: int) -> str:
    """A Thread-Index: a time, a GUID, and five bytes for each answer on the way."""
    return b64encode(bytes(range(1, 23)) + b"\x00\x00\x00\x01\x10" * answers).decode()
