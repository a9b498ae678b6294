"""The outbox: what each state means in words, and what can be done about it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.model.outgoing import OutboxItem, OutboxState, SavedDraft
from listforum.tui.layout.cells import width
from listforum.tui.layout.outbox import outbox_rows
from listforum.tui.screens.compose import ComposeScreen
from listforum.tui.screens.confirm import ConfirmScreen
from listforum.tui.screens.outbox import OutboxScreen
from reader import Reader, forum_at, read
from tui.correspondent import answer, drafts, items, settle_down

NOW = 1_800_000_000
STATES: tuple[OutboxState, ...] = ("queued", "sending", "uncertain", "sent", "on the list", "failed")
UNCERTAIN = (
    "It may have been sent; it is not sent again by itself. It settles when the list shows it; "
    "or say: y it arrived, a send it again, d drop it."
)
STEPS: dict[OutboxState, tuple[OutboxState, ...]] = {
    "queued": (),
    "sending": ("sending",),
    "uncertain": ("sending", "uncertain"),
    "failed": ("sending", "failed"),
    "sent": ("sending", "uncertain", "sent"),
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return settle_down(tmp_path / "home")


def written(home: Path, state: OutboxState, subject: str = "Hack day", error: str | None = None) -> int:
    """A post of one's own, in a state."""
    with forum_at(home) as forum:
        item = forum.writing.post("open-data", subject, "Who comes?").item
        for step in STEPS[state]:
            assert forum.archive.outbox.move(item, step, error=error)
        return item


def item(state: OutboxState = "queued", subject: str = "Hack day", error: str | None = None) -> OutboxItem:
    to = ("open-data@lists.example.org",)
    return OutboxItem(
        1, "home", "ana@example.org", "open-data", state, to, True, subject, "x@y", 1, error, NOW - 7200, None
    )


def words(rows: Sequence[object]) -> str:
    """All rows as text, without what keeps columns in place."""
    lines = [line.text for _entry, lines in rows for line in lines]  # type: ignore[attr-defined]
    return " ".join(" ".join(lines).replace("\u200e", "").split())


async def open_outbox(reader: Reader) -> None:
    await reader.press("o")
    assert isinstance(reader.app.screen, OutboxScreen)


def states(home: Path) -> list[str]:
    return [one.state for one in items(home)]


# --- in words -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("queued", "It goes out with the next sync (s). enter takes it back to change it, d drops it."),
        ("sending", "It is going out just now."),
        ("sent", "The server took it; the list has not shown it yet."),
        ("on the list", "The list has it."),
        ("failed", "It was not sent. enter changes it, a sends it again, d drops it."),
        ("uncertain", UNCERTAIN),
    ],
)
def test_each_state_says_what_it_means_and_what_can_be_done(state: OutboxState, told: str) -> None:
    assert told in words(outbox_rows((), (item(state),), 80, NOW))


def test_who_reads_it_how_old_it_is_and_what_the_server_said_stand_there() -> None:
    told = words(outbox_rows((), (item("failed", error="550 5.7.1 only members\x1b[2J may post"),), 80, NOW))
    assert "To everyone on open-data (open-data@lists.example.org)" in told
    assert "2 h" in told
    assert "550 5.7.1 only members may post" in told
    assert "\x1b" not in told


def test_drafts_stand_first_then_what_is_open_then_what_is_settled() -> None:
    draft = SavedDraft(3, "private", "open-data", 1, "Re: Census", "words", NOW - 60)
    many = [
        OutboxItem(n, "home", "a@b.c", "l", state, ("x@y",), True, state, "", 1, None, NOW)
        for n, state in enumerate(("on the list", "queued", "failed", "uncertain", "sent"), 1)
    ]
    rows = outbox_rows((draft,), many, 80, NOW)
    assert [(entry.kind, entry.number) for entry, _lines in rows] == [
        ("draft", 3), ("item", 4), ("item", 3), ("item", 2), ("item", 5), ("item", 1),
    ]  # fmt: skip
    assert "A private answer to one person, from open-data" in words(rows)


@given(st.text(max_size=60), st.sampled_from(STATES), st.integers(20, 200), st.text(max_size=200) | st.none())
@settings(deadline=None, max_examples=60)
def test_no_row_is_wider_than_the_screen(subject: str, state: OutboxState, room: int, error: str | None) -> None:
    for _entry, lines in outbox_rows((), (item(state, subject, error),), room, NOW):
        assert all(width(line.text) <= room for line in lines)


def test_an_empty_outbox_says_so_and_how_to_fill_it(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await open_outbox(reader)
        assert "Nothing to send, and no drafts. In a topic, r answers and c begins a post." in reader.text
        await reader.press("e", "d", "a", "y")
        assert isinstance(reader.app.screen, OutboxScreen)

    read(home, script)


# --- at the keys --------------------------------------------------------------------------------------------------


def test_a_draft_is_opened_and_written_on(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await answer(reader, "UTF-8")
        await reader.press("escape", "o")
        assert "draft" in reader.text
        await reader.press("enter")
        await reader.type(", I think")
        await reader.press("ctrl+s")
        assert isinstance(reader.app.screen, OutboxScreen)
        assert "queued" in reader.text
        assert "draft" not in reader.text

    read(home, script)
    assert states(home) == ["queued"]


def test_a_draft_can_be_read_even_when_it_cannot_be_sent(home: Path) -> None:
    async def begin(reader: Reader) -> None:
        await answer(reader, "UTF-8")
        await reader.press("escape")

    async def look(reader: Reader) -> None:
        await reader.press("o", "e")
        assert "It cannot be sent as things are" in reader.text
        assert "UTF-8" in reader.text
        await reader.press("ctrl+s")
        assert isinstance(reader.app.screen, ComposeScreen)

    read(home, begin)
    (home / "config.toml").unlink()
    read(home, look)
    assert len(drafts(home)) == 1


def test_what_is_queued_is_taken_back_to_be_changed(home: Path) -> None:
    written(home, "queued")

    async def script(reader: Reader) -> None:
        await open_outbox(reader)
        await reader.press("e")
        assert "Who comes?" in reader.text
        await reader.type(" Me!")
        await reader.press("escape")
        assert "draft" in reader.text

    read(home, script)
    assert items(home) == ()
    assert drafts(home)[0].text.endswith("Who comes? Me!")


def test_a_refused_post_shows_the_servers_words_and_is_sent_again(home: Path) -> None:
    written(home, "failed", error="550 not a member")

    async def script(reader: Reader) -> None:
        await open_outbox(reader)
        assert "550 not a member" in reader.text
        await reader.press("a")
        assert "queued" in reader.text
        assert "550" not in reader.text

    read(home, script)
    assert states(home) == ["queued"]


def test_an_uncertain_post_is_sent_again_only_after_a_question(home: Path) -> None:
    written(home, "uncertain")

    async def script(reader: Reader) -> None:
        await open_outbox(reader)
        await reader.press("a")
        assert "gets it twice" in reader.text
        await reader.press("escape")
        assert states(home) == ["uncertain"]
        await reader.press("a", "enter")

    read(home, script)
    assert states(home) == ["queued"]


def test_an_uncertain_post_is_called_sent_after_a_question(home: Path) -> None:
    written(home, "uncertain")

    async def script(reader: Reader) -> None:
        await open_outbox(reader)
        await reader.press("y")
        assert isinstance(reader.app.screen, ConfirmScreen)
        await reader.press("enter")
        assert "The server took it" in reader.text

    read(home, script)
    assert states(home) == ["sent"]


def test_what_surely_was_not_sent_is_dropped_and_comes_back_as_a_draft(home: Path) -> None:
    written(home, "queued")

    async def script(reader: Reader) -> None:
        await open_outbox(reader)
        await reader.press("d")
        assert "It is not sent." in reader.text
        await reader.press("enter")
        assert items(home) == ()
        assert drafts(home) == ()
        await reader.press("u")
        assert "Who comes?" in reader.text

    read(home, script)
    assert [draft.subject for draft in drafts(home)] == ["Hack day"]


def test_dropping_what_may_have_been_sent_says_that_it_cannot_be_undone(home: Path) -> None:
    written(home, "uncertain")

    async def script(reader: Reader) -> None:
        await open_outbox(reader)
        await reader.press("d")
        assert "cannot be taken back" in " ".join(reader.text.split())
        await reader.press("enter")
        await reader.press("u")
        assert "nothing to take back" in reader.said

    read(home, script)
    assert items(home) == ()
    with forum_at(home) as forum:
        assert "Hack day" in [topic.subject for topic in forum.reading.topics("open-data", (), 50, 0)]


def test_a_draft_is_thrown_away_after_a_question_and_brought_back(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await answer(reader, "UTF-8")
        await reader.press("escape", "o", "d", "enter")
        assert drafts(home) == ()
        assert "Nothing to send" in reader.text
        await reader.press("u")
        assert "UTF-8" in reader.text

    read(home, script)
    assert len(drafts(home)) == 1


@pytest.mark.parametrize(("state", "key"), [("sent", "e"), ("queued", "a"), ("queued", "y"), ("sent", "a")])
def test_what_a_state_does_not_allow_is_said_and_not_done(home: Path, state: OutboxState, key: str) -> None:
    written(home, state)

    async def script(reader: Reader) -> None:
        await open_outbox(reader)
        await reader.press(key)
        assert isinstance(reader.app.screen, OutboxScreen)
        assert "This one is" in reader.said

    read(home, script)
    assert states(home) == [state]


def test_the_outbox_shows_what_a_run_has_changed_and_stays_where_one_is(home: Path) -> None:
    for n in range(3):
        written(home, "queued", f"Hack day {n}")

    async def script(reader: Reader) -> None:
        await open_outbox(reader)
        await reader.press("down")
        with forum_at(home) as other:
            for step in ("sending", "uncertain"):
                other.archive.outbox.move(1, step)  # type: ignore[arg-type]
        reader.app.archive_changed()
        await reader.settled()
        assert "uncertain" in reader.text
        await reader.press("e")
        assert "Hack day 1" in reader.text

    read(home, script)
