"""What somebody writes is kept as they write, however the writing ends."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from listforum.errors import HomeError
from listforum.forum.drafting import Drafting
from listforum.model.outgoing import SavedDraft
from listforum.tui.screens import compose
from listforum.tui.screens.compose import ComposeScreen
from listforum.tui.screens.topic import TopicScreen
from listforum.tui.writing import Keeper
from reader import Reader, forum_at, read
from tui.correspondent import answer, begin_answer, drafts, items, program, settle_down

SECONDS_OF_A_PAUSE = 1.5


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return settle_down(tmp_path / "home")


def own_words(home: Path) -> list[str]:
    """What the writer added to each draft."""
    return [draft.text.rpartition("\n\n")[2] for draft in drafts(home)]


def until(true: Callable[[], bool], seconds: float = 10) -> None:
    """Waits until something holds, and fails when it never does."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


# --- while writing ------------------------------------------------------------------------------------------------


def test_a_pause_keeps_what_was_written(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await answer(reader, "UTF-8")
        await reader.until(lambda: own_words(home) == ["UTF-8"], SECONDS_OF_A_PAUSE)
        await reader.type(", I think")
        await reader.until(lambda: own_words(home) == ["UTF-8, I think"], SECONDS_OF_A_PAUSE)

    read(home, script)


def test_who_types_on_without_a_pause_is_kept_too(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compose, "_LONGEST", 1.0)

    async def script(reader: Reader) -> None:
        await answer(reader)
        for letter in "abcdefgh":
            await reader.pilot.press(letter)
            await reader.pilot.pause(0.2)
        assert own_words(home)[0][:3] == "abc"

    read(home, script)


def test_keeping_makes_one_draft_of_one_text(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await answer(reader)
        for word in ("one", " two", " three"):
            await reader.type(word)
            await reader.pilot.pause(0.8)

    read(home, script)
    assert own_words(home) == ["one two three"]


def test_a_subject_alone_is_worth_keeping(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("c")
        await reader.type("Hack day")
        await reader.press("escape")

    read(home, script)
    (draft,) = drafts(home)
    assert (draft.kind, draft.subject, draft.list) == ("post", "Hack day", "open-data")


def test_where_nothing_can_be_kept_the_writer_is_told_and_not_sent_away(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_drafting: Drafting, _draft: SavedDraft) -> SavedDraft:
        raise HomeError("the disk is full")

    monkeypatch.setattr(Drafting, "save", full)

    async def script(reader: Reader) -> None:
        await answer(reader, "UTF-8")
        await reader.until(lambda: "NOT KEPT: the disk is full" in reader.rows[0], SECONDS_OF_A_PAUSE)
        await reader.press("escape")
        assert isinstance(reader.app.screen, ComposeScreen)
        assert "the disk is full" in reader.said
        monkeypatch.undo()
        await reader.type("!")
        await reader.until(lambda: "NOT KEPT" not in reader.rows[0], SECONDS_OF_A_PAUSE)
        await reader.press("escape")

    read(home, script)
    assert own_words(home) == ["UTF-8!"]


# --- leaving and coming back --------------------------------------------------------------------------------------


def test_leaving_keeps_the_draft_and_says_where_it_is(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await answer(reader, "UTF-8")
        await reader.press("escape")
        assert isinstance(reader.app.screen, TopicScreen)
        assert "Kept as a draft, in the outbox (o)." in reader.said

    read(home, script)
    assert own_words(home) == ["UTF-8"]


def test_an_answer_nobody_wrote_leaves_nothing_behind(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await answer(reader)
        await reader.pilot.pause(0.9)
        await reader.press("escape")
        assert reader.said == ""

    read(home, script)
    assert drafts(home) == ()


def test_an_unfinished_answer_is_continued_and_not_doubled(home: Path) -> None:
    async def begin(reader: Reader) -> None:
        await answer(reader, "UTF-8")
        await reader.press("escape")

    async def go_on(reader: Reader) -> None:
        await reader.press("enter") if not isinstance(reader.app.screen, TopicScreen) else None
        await reader.press("r")
        assert "UTF-8" in reader.text
        await reader.type(", surely")
        await reader.press("escape")

    read(home, begin)
    read(home, go_on)
    assert own_words(home) == ["UTF-8, surely"]


def test_a_private_answer_does_not_continue_a_public_one(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await answer(reader, "for all")
        await reader.press("escape", "R")
        assert "for all" not in reader.text
        await reader.type("for you")
        await reader.press("escape")

    read(home, script)
    assert sorted((draft.kind, draft.text.rpartition("\n")[2]) for draft in drafts(home)) == [
        ("private", "for you"),
        ("reply", "for all"),
    ]


def test_a_draft_whose_words_are_taken_out_again_is_none(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await answer(reader, "oh")
        await reader.until(lambda: len(drafts(home)) == 1, SECONDS_OF_A_PAUSE)
        await reader.press("backspace", "backspace", "escape")

    read(home, script)
    assert drafts(home) == ()


def test_leaving_the_program_keeps_the_draft(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await answer(reader, "UTF-8")
        await reader.pilot.press("ctrl+q")

    read(home, script)
    assert own_words(home) == ["UTF-8"]


def test_leaving_asks_where_the_draft_cannot_be_kept(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_drafting: Drafting, _draft: SavedDraft) -> SavedDraft:
        raise HomeError("the disk is full")

    monkeypatch.setattr(Drafting, "save", full)

    async def script(reader: Reader) -> None:
        await answer(reader, "UTF-8")
        await reader.press("ctrl+q")
        assert "the disk is full" in reader.text
        assert "it is lost" in reader.text
        await reader.press("escape")
        assert isinstance(reader.app.screen, ComposeScreen)
        assert "UTF-8" in reader.text
        await reader.press("ctrl+q")
        await reader.pilot.press("enter")
        await reader.until(lambda: reader.app.return_code == 0)

    read(home, script)
    assert own_words(home) == []


def test_throwing_away_asks_and_can_be_undone(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await answer(reader, "nonsense")
        await reader.press("ctrl+x")
        assert "Throw this draft away?" in reader.text
        await reader.press("escape")
        assert isinstance(reader.app.screen, ComposeScreen)
        await reader.press("ctrl+x", "enter")
        assert isinstance(reader.app.screen, TopicScreen)
        assert drafts(home) == ()
        await reader.press("u")
        assert "nonsense" in reader.text
        assert len(drafts(home)) == 1

    read(home, script)


def test_a_draft_that_was_thrown_away_elsewhere_is_kept_anew(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await answer(reader, "one")
        await reader.until(lambda: len(drafts(home)) == 1, SECONDS_OF_A_PAUSE)
        with forum_at(home) as other:
            other.drafting.discard(drafts(home)[0].draft)
        await reader.type(" two")
        await reader.press("escape")

    read(home, script)
    assert own_words(home) == ["one two"]


def test_whoever_comes_late_with_an_older_text_changes_nothing(home: Path) -> None:
    with forum_at(home) as forum:
        keeper = Keeper(forum.drafting, SavedDraft(0, "post", "open-data", None, "", "", 0))
        keeper.save(2, "s", "newer")
        keeper.save(1, "s", "older")
        assert [draft.text for draft in forum.drafting.all()] == ["newer"]
        item = keeper.queue(3, "s", "newest")
        keeper.save(4, "s", "after it was queued")
        assert forum.drafting.all() == ()
        assert forum.outgoing.item(item.item).state == "queued"


# --- other ends ---------------------------------------------------------------------------------------------------


def test_a_crash_keeps_the_draft(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_screen: ComposeScreen) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(ComposeScreen, "action_throw_away", fail)

    async def script(reader: Reader) -> None:
        await answer(reader, "UTF-8")
        await reader.pilot.press("ctrl+x")

    with pytest.raises(ZeroDivisionError):
        read(home, script)
    assert own_words(home) == ["UTF-8"]


def test_kill_costs_at_most_the_last_seconds(home: Path) -> None:
    with program(home) as session:
        begin_answer(session, "UTF-8, I think")
        session.quiet(1.5)
        session.send(" and")
        session.process.send_signal(signal.SIGKILL)
        session.exit_code()
    assert own_words(home)[0].startswith("UTF-8, I think")


# --- the person's own editor --------------------------------------------------------------------------------------


def test_the_editor_gets_the_text_and_gives_it_back(home: Path) -> None:
    editor = home.parent / "editor"
    editor.write_text("#!/bin/sh\necho 'from my editor' >> \"$1\"\n")
    editor.chmod(0o700)
    with program(home, {"EDITOR": str(editor)}) as session:
        begin_answer(session, "typed")
        session.send("\x0f")
        session.wait_for("from my editor")
        session.send("!")
        session.wait_for("from my editor!")
        session.send("\x1b")
        session.wait_for("Kept as a draft")
        session.send("\x11")
        assert session.exit_code() == 0
    (draft,) = drafts(home)
    assert draft.text.endswith("typed\nfrom my editor!")
    assert not list((home / "tmp").iterdir())


def test_what_the_editor_saves_is_kept_while_it_is_open(home: Path) -> None:
    editor = home.parent / "editor"
    editor.write_text("#!/bin/sh\necho 'from my editor' >> \"$1\"\nsleep 60\n")
    editor.chmod(0o700)
    with program(home, {"EDITOR": str(editor)}) as session:
        begin_answer(session, "typed")
        session.send("\x0f")
        until(lambda: any("from my editor" in draft.text for draft in drafts(home)))
        session.process.send_signal(signal.SIGKILL)
        session.exit_code()
    assert items(home) == ()


def test_an_editor_that_is_not_there_is_a_sentence_and_the_text_stays(home: Path) -> None:
    with program(home, {"EDITOR": "no-such-editor"}) as session:
        begin_answer(session, "typed")
        session.send("\x0f")
        session.wait_for("no-such-editor")
        session.send(" on")
        session.wait_for("typed on")
