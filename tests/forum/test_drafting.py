"""A text is a draft or in the outbox: never both, never neither."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from email import message_from_bytes

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from forum_home import Store, open_forum
from listforum.archive.database import Database
from listforum.archive.outbox import Outbox
from listforum.errors import BusyError, ConfigError, HomeError, ListforumError, NoAddressError, UnknownItem, UsageError
from listforum.forum import Forum
from listforum.forum.writing import sendable
from listforum.home import Home
from listforum.model.outgoing import SavedDraft
from mails import LIST_ADDRESS, mail

REPLY = SavedDraft(0, "reply", "open-data", 1, "Re: The census files", "They moved.\n\nSee the portal.", 0)
PIECES = ("سلام‌ها ", "word ", "\n", "\n\n", "-- \n", " code", "x" * 90, "> quoted\n")
NEW = SavedDraft(0, "post", "open-data", None, "Wells", "Where are the wells?", 0)


def states(forum: Forum) -> tuple[int, list[str]]:
    """How many drafts there are, and the states of the outbox."""
    return len(forum.drafting.all()), [item.state for item in forum.outgoing.items()]


class TestKeeping:
    def test_a_draft_is_saved_over_itself(self, forum: Forum) -> None:
        first = forum.drafting.save(NEW)
        assert first.draft
        assert first.saved
        second = forum.drafting.save(replace(first, text="Where are all the wells?"))
        assert second.draft == first.draft
        assert forum.drafting.all() == (second,)
        assert forum.drafting.get(first.draft) == second

    def test_the_newest_comes_first_and_a_restart_loses_none(self, home: Home, forum: Forum) -> None:
        drafts = [forum.drafting.save(replace(NEW, subject=str(n))).draft for n in range(3)]
        with open_forum(home) as again:
            assert [draft.draft for draft in again.drafting.all()] == drafts[::-1]
            assert again.reading.counts().drafts == 3

    @given(st.text())
    @settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_every_text_comes_back_as_it_was(self, forum: Forum, text: str) -> None:
        assert forum.drafting.get(forum.drafting.save(replace(NEW, text=text)).draft).text == text

    def test_even_half_a_character_is_kept(self, forum: Forum) -> None:
        kept = forum.drafting.save(replace(NEW, text="\udcff", subject="\udcff"))
        assert forum.drafting.get(kept.draft).text == "\udcff"

    def test_a_discarded_draft_does_not_come_back(self, forum: Forum) -> None:
        draft = forum.drafting.save(NEW)
        forum.drafting.discard(draft.draft)
        forum.drafting.discard(draft.draft)
        with pytest.raises(UnknownItem):
            forum.drafting.get(draft.draft)
        with pytest.raises(UnknownItem, match="thrown away"):
            forum.drafting.save(draft)
        assert forum.drafting.save(NEW).draft > draft.draft

    def test_no_config_is_needed_to_write(self, home: Home, forum: Forum) -> None:
        home.config_file.unlink()
        draft = forum.drafting.save(NEW)
        with pytest.raises(ConfigError):
            forum.drafting.queue(draft.draft)
        assert states(forum) == (1, [])

    def test_a_home_that_can_only_be_read_says_so_and_is_written_as_soon_as_it_can_be(
        self, home: Home, forum: Forum, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store(mail(1))
        item = forum.writing.post("open-data", "Wells", "Where?").item
        draft = forum.drafting.save(NEW).draft
        open_file = Database._open

        def refuse(database: Database, mode: str) -> sqlite3.Connection:
            if mode == "rwc":
                raise sqlite3.OperationalError("unable to open database file")
            return open_file(database, mode)

        monkeypatch.setattr(Database, "_open", refuse)
        with open_forum(home) as reader:
            for change in (
                lambda: reader.drafting.save(NEW),
                lambda: reader.drafting.discard(draft),
                lambda: reader.drafting.queue(draft),
                lambda: reader.drafting.reopen(item),
            ):
                with pytest.raises(HomeError, match="can only be read"):
                    change()
            assert states(reader) == (1, ["queued"])
            monkeypatch.undo()
            with ThreadPoolExecutor(1) as other:
                other.submit(reader.drafting.save, NEW).result()
            assert states(reader) == (2, ["queued"])
            reader.drafting.discard(draft)
            assert states(reader) == (1, ["queued"])


class TestQueueing:
    def test_the_draft_becomes_an_item(self, forum: Forum, store: Store) -> None:
        [post] = store(mail(1))
        draft = forum.drafting.save(replace(REPLY, post=post))
        item = forum.drafting.queue(draft.draft)
        assert (item.state, item.public, item.to) == ("queued", True, (LIST_ADDRESS,))
        assert states(forum) == (0, ["queued"])
        assert len(forum.reading.topic(post).posts) == 2

    def test_each_kind_goes_where_it_says(self, forum: Forum, store: Store) -> None:
        [post] = store(mail(1))
        private = forum.drafting.queue(forum.drafting.save(replace(REPLY, kind="private", post=post)).draft)
        new = forum.drafting.queue(forum.drafting.save(NEW).draft)
        assert (private.to, private.public) == (("maria@example.org",), False)
        assert (new.to, new.subject) == ((LIST_ADDRESS,), "Wells")

    @pytest.mark.parametrize(
        ("draft", "error"),
        [
            (replace(NEW, text="  \n"), UsageError),
            (replace(NEW, subject=""), UsageError),
            (replace(NEW, list="maps"), ListforumError),
            (replace(REPLY, post=None), UsageError),
        ],
    )
    def test_what_cannot_be_queued_stays_a_draft(
        self, forum: Forum, store: Store, draft: SavedDraft, error: type[ListforumError]
    ) -> None:
        store(mail(1))
        kept = forum.drafting.save(draft)
        with pytest.raises(error):
            forum.drafting.queue(kept.draft)
        assert forum.drafting.all() == (kept,)
        assert forum.outgoing.items() == ()

    def test_a_failure_after_the_item_was_made_takes_it_back(
        self, forum: Forum, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        [post] = store(mail(1))
        draft = forum.drafting.save(replace(REPLY, post=post)).draft
        queue = Outbox.queue

        def full(outbox: Outbox, *told: object) -> object:
            queue(outbox, *told)  # type: ignore[arg-type]
            raise HomeError("the disk is full")

        monkeypatch.setattr(Outbox, "queue", full)
        with pytest.raises(HomeError):
            forum.drafting.queue(draft)
        assert states(forum) == (1, [])
        assert len(forum.reading.topic(post).posts) == 1

    def test_of_many_who_queue_one_draft_one_succeeds(self, forum: Forum, store: Store) -> None:
        store(mail(1))
        draft = forum.drafting.save(NEW).draft
        together = threading.Barrier(4)

        def queue(_: int) -> bool:
            together.wait()
            try:
                forum.drafting.queue(draft)
            except UnknownItem:
                return False
            return True

        with ThreadPoolExecutor(4) as pool:
            assert sorted(pool.map(queue, range(4))) == [False, False, False, True]
        assert states(forum) == (0, ["queued"])


class TestReopening:
    def test_an_item_comes_back_as_the_draft_it_was(self, forum: Forum, store: Store) -> None:
        [post] = store(mail(1))
        for draft in (replace(REPLY, post=post), replace(REPLY, kind="private", post=post), NEW):
            item = forum.drafting.queue(forum.drafting.save(draft).draft)
            back = forum.drafting.reopen(item.item)
            assert replace(back, draft=0, saved=0) == draft
            assert states(forum) == (1, [])
            assert len(forum.reading.topic(post).posts) == 1
            forum.drafting.discard(back.draft)

    def test_a_failed_item_can_be_mended_and_queued_again(self, forum: Forum, store: Store) -> None:
        store(mail(1))
        item = forum.drafting.queue(forum.drafting.save(NEW).draft)
        for step in ("sending", "failed"):
            forum.archive.outbox.move(item.item, step)  # type: ignore[arg-type]
        back = forum.drafting.reopen(item.item)
        again = forum.drafting.queue(forum.drafting.save(replace(back, text="Where are they?")).draft)
        assert again.message_id != item.message_id
        assert b"Where are they?" in forum.archive.outbox.mail(again.item)[1]

    @pytest.mark.parametrize("steps", [("uncertain",), ("uncertain", "sent"), ("uncertain", "on the list")])
    def test_what_may_have_gone_out_stays(self, forum: Forum, store: Store, steps: tuple[str, ...]) -> None:
        store(mail(1))
        item = forum.drafting.queue(forum.drafting.save(NEW).draft)
        for step in ("sending", *steps):
            forum.archive.outbox.move(item.item, step)  # type: ignore[arg-type]
        with pytest.raises(UsageError, match=steps[-1]):
            forum.drafting.reopen(item.item)
        assert states(forum) == (0, [steps[-1]])
        assert forum.outgoing.item(item.item).post is not None

    def test_while_somebody_sends_nothing_is_taken_back(self, home: Home, forum: Forum, store: Store) -> None:
        store(mail(1))
        item = forum.drafting.queue(forum.drafting.save(NEW).draft)
        forum.archive.outbox.move(item.item, "sending")
        with home.lock("sending"), pytest.raises(BusyError):
            forum.drafting.reopen(item.item)
        assert states(forum) == (0, ["sending"])
        assert forum.drafting.reopen(item.item).text == NEW.text  # nobody sends any more: the run was interrupted

    def test_an_unknown_item_is_refused(self, forum: Forum) -> None:
        with pytest.raises(UnknownItem):
            forum.drafting.reopen(7)

    @given(st.lists(st.sampled_from(PIECES), max_size=30))
    @example(["x" * 100, "سلام\u200cها ", "> quoted\n"])
    @settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_a_text_survives_the_way_there_and_back(self, forum: Forum, store: Store, pieces: list[str]) -> None:
        store(mail(1))
        text = sendable("begin\n" + "".join(pieces) + "\nend")
        back = forum.drafting.reopen(forum.drafting.queue(forum.drafting.save(replace(NEW, text=text)).draft).item)
        forum.drafting.discard(back.draft)
        assert [line.rstrip() for line in back.text.split("\n")] == [line.rstrip() for line in text.split("\n")]


class TestDestinations:
    def test_an_answer_to_the_list_goes_to_everyone(self, forum: Forum, store: Store) -> None:
        [post] = store(mail(1))
        told = forum.writing.reply_destination(post)
        assert (told.list, told.to, told.public, told.changes_class) == ("open-data", LIST_ADDRESS, True, False)
        assert told.sender == "Ana Lima <ana@example.org>"
        assert forum.writing.post_destination("open-data") == told

    def test_a_private_answer_to_what_was_public_changes_class(self, forum: Forum, store: Store) -> None:
        public, private = store(
            mail(1),
            mail(2, list_id=None).replace(b"To: open-data@lists.example.org", b"To: ana@example.org"),
        )
        told = forum.writing.private_destination(public)
        assert (told.to, told.public, told.changes_class) == ("maria@example.org", False, True)
        assert not forum.writing.private_destination(private).changes_class

    def test_what_would_be_refused_is_refused_before_anything_is_written(self, forum: Forum, store: Store) -> None:
        writing = forum.writing
        private, robot, own, accented = store(
            mail(1, list_id=None).replace(b"To: open-data@lists.example.org", b"To: ana@example.org"),
            mail(2, author="Robot <noreply@example.org>", subject="2"),
            mail(3, author="Ana Lima <ana@example.org>", subject="3"),
            mail(4, author="Jos\u00e9 <jos\u00e9@example.org>", subject="4"),
        )
        for tell, do in (
            (lambda: writing.reply_destination(private), lambda: writing.reply_to_list(private, "x")),
            (lambda: writing.private_destination(robot), lambda: writing.reply_privately(robot, "x")),
            (lambda: writing.private_destination(own), lambda: writing.reply_privately(own, "x")),
            (
                lambda: writing.private_destination(accented),
                lambda: writing.reply_privately(accented, "x"),
            ),
            (lambda: writing.reply_destination(999), lambda: writing.reply_to_list(999, "x")),
            (lambda: writing.reply_destination(own, "maps"), lambda: writing.reply_to_list(own, "x", "maps")),
            (lambda: writing.post_destination("maps"), lambda: writing.post("maps", "s", "x")),
        ):
            with pytest.raises(ListforumError) as told:
                tell()
            with pytest.raises(ListforumError) as done:
                do()
            assert (type(told.value), str(told.value)) == (type(done.value), str(done.value))
        assert forum.outgoing.items() == ()

    def test_a_list_that_says_nowhere_to_post_is_refused(self, forum: Forum) -> None:
        with pytest.raises(NoAddressError, match="where to post"):
            forum.writing.post_destination("open-data")


class TestQuotes:
    TEXT = "The files have moved.\n\nSee the portal.\n\n-- \nMaria\nhttps://example.org/maria"

    def test_a_quote_has_the_words_and_no_signature(self, forum: Forum, store: Store) -> None:
        [post] = store(mail(1, text=self.TEXT))
        assert forum.writing.quote(post) == "Maria Silva wrote:\n> The files have moved.\n>\n> See the portal."

    def test_a_blank_text_gives_no_quote(self, forum: Forum, store: Store) -> None:
        [post] = store(mail(1, text=" \n "))
        assert forum.writing.quote(post) == ""

    def test_a_text_that_is_not_here_cannot_be_quoted(self, forum: Forum, store: Store) -> None:
        from listforum.archive.arrival import understand
        from listforum.mail.structure import split
        from mails import BEGAN

        received = split(mail(1))
        parts = tuple(replace(part, content=None) for part in received.parts)
        [post] = forum.archive.posts.add(
            "open-data", [understand(replace(received, raw=None, parts=parts))], BEGAN * 2
        ).posts
        with pytest.raises(UsageError, match="not been fetched"):
            forum.writing.quote(post)

    def test_the_subject_of_an_answer_says_re_once(self, forum: Forum, store: Store) -> None:
        first, second = store(mail(1), mail(2, subject="RE: AW: The census files"))
        assert forum.writing.reply_subject_of(first) == "Re: The census files"
        assert forum.writing.reply_subject_of(second) == "Re: The census files"
        item = forum.writing.reply_to_list(second, "Thank you.")
        assert message_from_bytes(forum.archive.outbox.mail(item.item)[1])["Subject"] == "Re: The census files"
