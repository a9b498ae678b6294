"""Answering and writing new posts: where it goes is said first, and nothing goes out unasked."""

from __future__ import annotations

from pathlib import Path

import pytest

from forum_home import CONFIG_WITH_PASSWORD
from listforum.tui.screens.choice import ChoiceScreen
from listforum.tui.screens.compose import ComposeScreen
from listforum.tui.screens.confirm import ConfirmScreen
from listforum.tui.screens.topic import TopicScreen
from listforum.tui.screens.topics import TopicsScreen
from listforum.tui.writing import write_post
from mails import mail
from reader import Reader, fill, forum_at, read
from tui.correspondent import (
    OTHER_LIST,
    answer,
    drafts,
    items,
    open_topic,
    sent_text,
    settle_down,
)

MOVED = mail(
    9,
    subject="We have moved",
    list_id=None,
    fields=["List-Id: <open-data.lists.example.org>", "List-Post: <mailto:new-home@lists.example.org>"],
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return settle_down(tmp_path / "home")


# --- where it goes ------------------------------------------------------------------------------------------------


def test_an_answer_says_in_words_that_everyone_reads_it_and_who_writes(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await answer(reader)
        assert "To everyone on open-data (open-data@lists.example.org)" in reader.rows[1]
        assert "From Ana Lima <ana@example.org>" in reader.rows[2]
        assert "Subject: Re: The census files" in reader.rows[3]

    read(home, script)


def test_a_private_answer_names_its_one_reader(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await answer(reader, key="R")
        assert "Only to Samira Rahimi <samira@example.net>" in reader.rows[1].replace("\u200e", "")
        assert "open-data@" not in reader.text

    read(home, script)


def test_the_answered_text_stands_quoted_and_the_cursor_below_it(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await answer(reader, "UTF-8.")
        text = reader.app.screen.query_one("#text").text  # type: ignore[attr-defined]
        assert "> Which encoding are the census files in?\n> The readme does not say." in text
        assert text.splitlines()[0].startswith("Samira Rahimi")
        assert text.endswith("not say.\n\nUTF-8.")

    read(home, script)


def test_where_no_answer_can_go_a_sentence_says_why_and_no_screen_opens(tmp_path: Path) -> None:
    async def script(reader: Reader) -> None:
        await answer(reader)
        assert isinstance(reader.app.screen, TopicScreen)
        assert "config" in reader.said

    read(settle_down(tmp_path / "home", config=""), script)


def test_a_hidden_writer_cannot_be_answered_in_private(tmp_path: Path) -> None:
    wei = "Wei via open-data <open-data@lists.example.org>"
    munged = mail(2, subject="Encodings", author=wei, text="Which encoding, you ask?", hours=9)

    async def script(reader: Reader) -> None:
        await open_topic(reader)
        await reader.press("R")
        assert isinstance(reader.app.screen, TopicScreen)
        assert reader.said

    read(settle_down(tmp_path / "home", mails=[munged]), script)


# --- queueing -----------------------------------------------------------------------------------------------------


def test_an_answer_is_queued_and_stands_in_the_topic(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await answer(reader, "UTF-8.")
        await reader.press("ctrl+s")
        assert isinstance(reader.app.screen, TopicScreen)
        assert "Queued: it goes out with the next sync (s). u takes it back." in reader.said
        assert "2 posts" in reader.rows[0]

    read(home, script)
    (item,) = items(home)
    assert (item.state, item.public, item.to) == ("queued", True, ("open-data@lists.example.org",))
    assert drafts(home) == ()
    with forum_at(home) as forum:
        assert sent_text(forum, item).rstrip().endswith("UTF-8.")


def test_queueing_twice_in_a_hurry_queues_once(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await answer(reader, "UTF-8.")
        await reader.pilot.press("ctrl+s", "ctrl+s")
        await reader.settled()
        assert isinstance(reader.app.screen, TopicScreen)
        assert "draft" not in reader.said

    read(home, script)
    assert len(items(home)) == 1


def test_what_lies_over_a_text_that_was_queued_goes_first(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await answer(reader, "UTF-8.")
        await reader.pilot.press("ctrl+s", "f1")
        await reader.settled()
        await reader.press("escape")
        assert isinstance(reader.app.screen, TopicScreen)

    read(home, script)
    assert len(items(home)) == 1


def test_a_text_that_cannot_be_queued_stays_to_be_changed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("listforum.forum.writing.MOST_TEXT", 100)

    async def script(reader: Reader) -> None:
        await answer(reader, "UTF-8. " * 10)
        await reader.press("ctrl+s")
        assert "too long" in reader.said
        await reader.press("escape")

    read(home, script)
    assert items(home) == ()
    assert len(drafts(home)) == 1


def test_undo_takes_a_queued_answer_back_and_opens_it_again(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await answer(reader, "UTF-8.")
        await reader.press("ctrl+s", "u")
        assert isinstance(reader.app.screen, ComposeScreen)
        await reader.type(" I think.")
        assert "UTF-8. I think." in reader.text
        await reader.press("ctrl+s")

    read(home, script)
    (item,) = items(home)
    with forum_at(home) as forum:
        assert sent_text(forum, item).rstrip().endswith("UTF-8. I think.")


def test_undo_before_the_sync_leaves_a_draft_and_nothing_to_send(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await answer(reader, "UTF-8.")
        await reader.press("ctrl+s", "u", "escape")

    read(home, script)
    assert items(home) == ()
    (draft,) = drafts(home)
    assert draft.text.rstrip().endswith("UTF-8.")


def test_a_private_answer_to_a_public_post_is_queued_after_a_question_only(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await answer(reader, "Between us: UTF-8.", key="R")
        await reader.press("ctrl+s")
        assert isinstance(reader.app.screen, ConfirmScreen)
        assert "was written to everyone" in reader.text
        await reader.press("escape")
        assert isinstance(reader.app.screen, ComposeScreen)
        await reader.press("ctrl+s", "enter")
        assert isinstance(reader.app.screen, TopicScreen)

    read(home, script)
    (item,) = items(home)
    assert (item.public, item.to) == (False, ("samira@example.net",))


def test_nothing_but_the_quote_is_asked_about(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await answer(reader)
        await reader.press("ctrl+s")
        assert "nothing in it but the quote" in reader.text
        await reader.press("escape")
        assert isinstance(reader.app.screen, ComposeScreen)

    read(home, script)
    assert items(home) == ()


def test_an_empty_text_is_not_queued(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await answer(reader)
        reader.app.screen.query_one("#text").text = " \n"  # type: ignore[attr-defined]
        await reader.press("ctrl+s")
        assert "nothing written yet" in reader.said
        assert isinstance(reader.app.screen, ComposeScreen)

    read(home, script)
    assert items(home) == ()


def test_much_quotation_is_said_once(tmp_path: Path) -> None:
    long = "\n".join(f"Which encoding has table {n}?" for n in range(40))
    home = settle_down(tmp_path / "home", mails=[mail(5, subject="Tables", text=long)])

    async def script(reader: Reader) -> None:
        await answer(reader, "All of them UTF-8.")
        await reader.press("ctrl+s")
        assert "More than half of this is quotation" in reader.text
        await reader.press("escape")
        await reader.press("ctrl+s")
        assert isinstance(reader.app.screen, TopicScreen)

    read(home, script)
    assert len(items(home)) == 1


def test_a_short_answer_with_a_longer_quote_goes_out_unasked(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await answer(reader, "UTF-8.")
        await reader.press("ctrl+s")
        assert isinstance(reader.app.screen, TopicScreen)

    read(home, script)


def test_when_the_list_moves_while_one_writes_nothing_goes_where_one_was_not_told(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await answer(reader, "UTF-8.")
        fill(home, "open-data", [MOVED])
        await reader.press("ctrl+s")
        assert isinstance(reader.app.screen, ComposeScreen)
        assert "new-home@lists.example.org" in reader.rows[1]
        assert "elsewhere" in reader.said
        assert items(home) == ()
        await reader.press("ctrl+s")
        assert items(home)[0].to == ("new-home@lists.example.org",)

    read(home, script)


# --- new posts ----------------------------------------------------------------------------------------------------


def test_a_new_post_has_a_subject_and_says_so(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("c")
        assert "To everyone on open-data" in reader.rows[1]
        await reader.press("tab")
        await reader.type("The new files are out.")
        await reader.press("ctrl+s")
        assert "needs a subject" in reader.said
        assert reader.focused is not None
        assert reader.focused.id == "subject"
        await reader.type("New: files [/x]")
        assert "New: files [/x]" in reader.text
        await reader.press("ctrl+s")
        assert isinstance(reader.app.screen, TopicsScreen)
        assert "New: files [/x]" in reader.text

    read(home, script)
    (item,) = items(home)
    assert (item.subject, item.public) == ("New: files [/x]", True)


def test_enter_goes_from_the_subject_to_the_text(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("c")
        assert "Write here." in reader.text
        await reader.type("Wells")
        assert "Subject: Wells" in " ".join(reader.rows[3].split())
        await reader.press("enter")
        await reader.type("Where are they?")
        await reader.press("ctrl+s")

    read(home, script)
    (item,) = items(home)
    assert item.subject == "Wells"


def test_the_key_of_the_help_types_nothing_where_one_writes(home: Path) -> None:
    async def script(reader: Reader) -> None:
        assert "? help" in reader.rows[-1]
        for screen, told in (("c", "Everywhere"), ("slash", "these words in this order")):
            await reader.press(screen)
            assert "f1 help" in reader.rows[-1]
            await reader.press("f1")
            assert told in reader.text
            await reader.press("escape", "escape")

    read(home, script)


def test_where_there_are_several_lists_a_view_asks_which(tmp_path: Path) -> None:
    home = settle_down(tmp_path / "home", config=CONFIG_WITH_PASSWORD + OTHER_LIST)

    async def script(reader: Reader) -> None:
        write_post(reader.app, None)
        await reader.settled()
        assert isinstance(reader.app.screen, ChoiceScreen)
        assert "On which list?" in reader.text
        await reader.press("down", "enter")
        assert "To everyone on gardens (gardens@lists.example.org)" in reader.rows[1]

    read(home, script)


def test_leaving_the_question_about_the_list_writes_nothing(tmp_path: Path) -> None:
    home = settle_down(tmp_path / "home", config=CONFIG_WITH_PASSWORD + OTHER_LIST)

    async def script(reader: Reader) -> None:
        write_post(reader.app, None)
        await reader.settled()
        await reader.press("escape")
        assert isinstance(reader.app.screen, TopicsScreen)

    read(home, script)


def test_where_there_is_one_list_nobody_is_asked(home: Path) -> None:
    async def script(reader: Reader) -> None:
        write_post(reader.app, None)
        await reader.settled()
        assert "To everyone on open-data" in reader.rows[1]

    read(home, script)


# --- typing -------------------------------------------------------------------------------------------------------


def test_every_letter_is_the_writers_also_those_that_are_keys_elsewhere(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await answer(reader)
        await reader.press("q", "colon", "question_mark", "s", "space", "slash", "u")
        assert "q:?s /u" in reader.text

    read(home, script)


def test_words_of_mails_are_shown_as_they_are_and_never_as_markup(tmp_path: Path) -> None:
    hostile = mail(
        2,
        subject="[/x] [@click=app.quit]now[/] \x1b]0;t\x07",
        author="Samira [b] <samira@example.net>",
        text="Which encoding, [/home]?",
        hours=9,
    )

    async def script(reader: Reader) -> None:
        await answer(reader, "[PATCH 3/7]", key="R")
        assert "[/x] [@click=app.quit]now[/]" in reader.rows[3]
        assert "[PATCH 3/7]" in reader.text
        assert "\x1b" not in reader.text

    read(settle_down(tmp_path / "home", mails=[hostile]), script)
