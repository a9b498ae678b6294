"""The demo's first minutes, key by key: what a sync costs, a cut, reading on, a search, an answer, and its way back."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo.journey import ANSWER, NEW_POSTS, QUESTION, TO_THE_LIST, TYPED, WRITTEN, Ear, play
from listforum.demo.stage import Stage
from reader import Reader


@pytest.fixture
def ear(monkeypatch: pytest.MonkeyPatch) -> Ear:
    ear = Ear()
    ear.listen(monkeypatch.setattr)
    return ear


def test_the_whole_journey(tmp_path: Path, ear: Ear) -> None:
    async def script(reader: Reader, stage: Stage) -> None:
        await the_price_is_shown_first(reader, stage)
        await a_cut_in_the_middle_costs_nothing(reader, stage, ear)
        await space_reads_on(reader)
        await a_word_is_found_in_the_other_letters(reader)
        await why_is_told_on_a_key(reader)
        await the_newcomer_is_answered(reader, stage)
        await the_answer_is_sent_and_seen_on_the_list(reader, stage)

    play(tmp_path, script)
    assert list(tmp_path.iterdir()) == []


async def the_price_is_shown_first(reader: Reader, stage: Stage) -> None:
    assert f"{NEW_POSTS} new posts wait behind a slow link. Press s" in advice(reader)
    assert "2G · 0.0 kB" in reader.rows[0]
    stage.world.link.use("3G")
    before = posts(stage)
    await reader.press("s")
    await reader.until(lambda: f"open-data: {NEW_POSTS} new posts, about" in reader.text)
    assert "kB with their texts" in reader.text
    assert posts(stage) == before


async def a_cut_in_the_middle_costs_nothing(reader: Reader, stage: Stage, ear: Ear) -> None:
    before = posts(stage)
    ear.forget()
    ear.on_headers = lambda count: stage.world.link.cut(60) if count >= 10 else None
    await reader.press("enter")
    await reader.until(lambda: "trying again" in words(reader))
    kept = posts(stage) - before
    assert 10 <= kept < NEW_POSTS
    came = ear.came
    ear.forget()
    ear.on_headers = lambda _count: None
    stage.world.link.cut(0)
    await reader.until(lambda: f"{NEW_POSTS} new posts, {NEW_POSTS} texts" in reader.text)
    assert ear.asked_again(came) == []
    await reader.press("escape")
    assert QUESTION in reader.text
    assert "space reads on" in advice(reader)


async def space_reads_on(reader: Reader) -> None:
    reading = reader.app.forum.reading
    unread = reading.counts().unread
    await reader.press("g", "space")
    assert QUESTION in reader.rows[0]
    assert reading.counts().unread == unread, "its end has not been on the screen"
    await reader.press("space", "space")
    assert QUESTION not in reader.rows[0]
    assert reading.counts().unread == unread - 1
    await reader.press("escape")
    assert f"/ searches offline. Try: {TYPED}" in advice(reader)


async def a_word_is_found_in_the_other_letters(reader: Reader) -> None:
    await reader.until(lambda: not reader.app.forum.indexing.behind())
    await reader.press("slash")
    await reader.type(TYPED)
    await reader.until(lambda: all(word in "\n".join(reader.rows[3:-2]) for word in (TYPED, WRITTEN[0])))
    assert "topics found" in reader.rows[2]
    assert "Found in the other spelling" in advice(reader)
    await reader.press("enter")
    await reader.press("enter")
    assert any(written in "\n".join(reader.rows[1:-2]) for written in WRITTEN)
    assert "y says why" in advice(reader)


async def why_is_told_on_a_key(reader: Reader) -> None:
    await reader.press("n", "y")
    assert "Why this post is here" in reader.text
    assert "In-Reply-To names the post of" in words(reader)
    await reader.press("escape", "escape", "escape")
    assert "A newcomer's question has no answer: tab, Unanswered" in advice(reader)


async def the_newcomer_is_answered(reader: Reader, stage: Stage) -> None:
    await reader.press("tab", "down", "down", "down", "enter")
    assert "Unanswered" in reader.rows[0]
    assert QUESTION in reader.rows[2]
    await reader.press("enter", "r")
    assert TO_THE_LIST in reader.text
    await reader.type(ANSWER)
    await reader.press("ctrl+s")
    assert [item.state for item in stage.forum.outgoing.items()] == ["queued"]
    assert "It is queued, and safe. s sends it" in advice(reader)


async def the_answer_is_sent_and_seen_on_the_list(reader: Reader, stage: Stage) -> None:
    assert copies(stage) == 0
    await reader.press("s")
    await reader.until(lambda: "open-data: 1 new post, about" in reader.text)
    assert copies(stage) == 1
    await reader.press("enter")
    await reader.until(lambda: "1 post sent." in reader.text)
    await reader.until(lambda: "down," in reader.text)
    assert copies(stage) == 1
    assert [item.state for item in stage.forum.outgoing.items()] == ["on the list"]
    await reader.press("escape")
    assert "That was the tour: your answer is on the list." in advice(reader)
    await reader.press("escape", "o")
    assert "on the list" in reader.text
    assert TO_THE_LIST in words(reader)


# --- eyes -----------------------------------------------------------------------------------------------------------


def plain(reader: Reader) -> str:
    """The screen without the edges of dialogs."""
    return "\n".join(row.replace("│", "").strip() for row in reader.rows)


def words(reader: Reader) -> str:
    """The words on the screen, wherever lines break."""
    return " ".join(plain(reader).split())


def advice(reader: Reader) -> str:
    """The guide's line, which stands above the keys."""
    return reader.app.companion.advice() if reader.app.companion is not None else ""


def posts(stage: Stage) -> int:
    return sum(info.posts for info in stage.forum.reading.lists())


def copies(stage: Stage) -> int:
    """How many mails with the answer lie on the server."""
    inbox = stage.forum.home.directory / "demo" / "inbox"
    return sum(ANSWER.encode() in path.read_bytes() for path in inbox.glob("*.eml"))
