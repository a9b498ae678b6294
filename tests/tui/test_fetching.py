"""Fetching what waits, at the keys: its price first, then the text is there to read and the file is on the disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from listforum.tui.screens.ask import AskScreen
from listforum.tui.screens.confirm import ConfirmScreen
from listforum.tui.screens.topic import TopicScreen
from mails import mail
from reader import Reader, fill, forum_at, read
from tui.subscriber import at_rest, posts, with_file, world

CONTENT = "year;people\n" * 400


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home that is not the person's own, which is elsewhere and has a directory for downloads."""
    (tmp_path / "person" / "Downloads").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(tmp_path / "person"))
    return tmp_path / "home"


def fetch_headers(home: Path) -> None:
    """Syncs all headers, and no text."""
    from listforum.cancel import Cancel
    from listforum.forum.syncing import Wanted

    with forum_at(home) as forum:
        forum.syncing.sync((), Wanted("headers"), ask=str, cancel=Cancel(), progress=lambda _progress: None)


def fetch_all(home: Path) -> None:
    """Syncs headers and texts."""
    from listforum.cancel import Cancel
    from listforum.forum.syncing import Wanted

    with forum_at(home) as forum:
        forum.syncing.sync((), Wanted(), ask=str, cancel=Cancel(), progress=lambda _progress: None)


async def on_the_file(reader: Reader) -> None:
    """Opens the topic and puts the cursor on the line of its file."""
    await reader.press("enter")
    for _row in range(12):
        screen = reader.app.screen
        assert isinstance(screen, TopicScreen)
        if screen._view.target_here.kind == "attachment":
            return
        await reader.press("down")
    raise AssertionError(f"there is no file on the screen:\n{reader.text}")


def test_a_waiting_text_has_a_price_and_comes_after_a_yes(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("enter", "d")
        assert isinstance(reader.app.screen, ConfirmScreen)
        assert "Fetch the text of 1 post? About" in reader.text
        assert "for the connection" in " ".join(reader.text.replace("│", " ").split())
        await reader.press("enter")
        await at_rest(reader)
        assert isinstance(reader.app.screen, TopicScreen)
        assert "Words of the post. 3" in reader.text

    with world(home, posts(3)):
        fetch_headers(home)
        read(home, script)


def test_a_no_fetches_nothing(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("enter", "d", "escape")
        assert isinstance(reader.app.screen, TopicScreen)
        assert reader.app.link.exchange is None
        assert "Words of the post" not in reader.text

    with world(home, posts(1)):
        fetch_headers(home)
        read(home, script)


def test_all_texts_of_a_topic_come_in_one_run(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("enter", "D")
        assert "Fetch the texts of 3 posts?" in reader.text
        await reader.press("y")
        await at_rest(reader)
        for number in (1, 2, 3):
            assert f"These are the words of mail number {number}." in reader.text
        await reader.press("D")
        assert "Every text of this topic is here." in reader.said

    with world(home, [mail(1), mail(2, answers=[1]), mail(3, answers=[2])]):
        fetch_headers(home)
        read(home, script)


def test_a_file_is_fetched_at_its_price_and_saved_where_the_person_says(home: Path, tmp_path: Path) -> None:
    place = tmp_path / "person" / "Downloads"

    async def script(reader: Reader) -> None:
        await on_the_file(reader)
        await reader.press("enter")
        assert "Fetch census.csv? About" in reader.text
        await reader.press("enter")
        await reader.until(lambda: isinstance(reader.app.screen, AskScreen))
        await reader.settled()
        assert "Save census.csv" in reader.text
        assert not list(place.iterdir())
        await reader.press("enter")
        assert f"Saved as {place / 'census.csv'}" in reader.said
        assert "kB, here)" in reader.text
        assert "on the server" not in reader.text

    with world(home, [with_file(1)]):
        fetch_all(home)
        read(home, script)
    assert (place / "census.csv").read_text().replace("\r\n", "\n").strip() == CONTENT.strip()


def test_who_went_on_reading_is_not_asked_where_to_save_but_told(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await on_the_file(reader)
        running.link.use("2G")
        await reader.press("d", "enter", "escape")
        assert isinstance(reader.app.screen, TopicScreen)
        running.link.use("fast")
        await at_rest(reader)
        assert isinstance(reader.app.screen, TopicScreen)
        assert "census.csv is here: d saves it." in reader.said

    with world(home, [with_file(1)]) as running:
        fetch_all(home)
        read(home, script)


def test_a_file_that_is_here_costs_nothing_and_goes_where_the_last_one_went(home: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "person" / "papers"
    fill(home, "open-data", [with_file(1)])

    async def script(reader: Reader) -> None:
        await on_the_file(reader)
        await reader.press("d")
        assert isinstance(reader.app.screen, AskScreen)
        for _letter in range(200):
            await reader.pilot.press("backspace")
        await reader.type(str(elsewhere))
        await reader.press("enter")
        assert f"Saved as {elsewhere / 'census.csv'}" in reader.said
        await reader.press("d", "enter")
        assert f"Saved as {elsewhere / 'census (2).csv'}" in reader.said
        assert reader.app.link.exchange is None

    read(home, script)


def test_a_name_that_would_lead_elsewhere_stays_in_the_directory(home: Path, tmp_path: Path) -> None:
    fill(home, "open-data", [with_file(1, name="../../.profile [/b]")])

    async def script(reader: Reader) -> None:
        await on_the_file(reader)
        await reader.press("d", "enter")

    read(home, script)
    (saved,) = (tmp_path / "person" / "Downloads").iterdir()
    assert saved.parent == tmp_path / "person" / "Downloads"
    assert not (tmp_path / "person" / ".profile").exists()


def test_a_directory_that_cannot_be_made_is_told(home: Path, tmp_path: Path) -> None:
    fill(home, "open-data", [with_file(1)])
    (tmp_path / "person" / "Downloads" / "taken").write_text("a file")

    async def script(reader: Reader) -> None:
        await on_the_file(reader)
        await reader.press("d", "end")
        await reader.type("/taken/deep")
        await reader.press("enter")
        assert "cannot be saved" in reader.said

    read(home, script)


def test_a_list_without_an_account_says_that_there_is_nothing_to_fetch_from(home: Path) -> None:
    with world(home, posts(1)):
        fetch_headers(home)
    path = home / "config.toml"
    path.write_text(path.read_text().replace("[lists.open-data]", "[lists.other]"))

    async def script(reader: Reader) -> None:
        await reader.press("enter", "d")
        if isinstance(reader.app.screen, ConfirmScreen):
            await reader.press("enter")
            await at_rest(reader)
        assert "no server" in reader.said + " ".join(reader.text.split())

    read(home, script)


def test_without_a_config_fetching_says_so(home: Path) -> None:
    with world(home, posts(1)):
        fetch_headers(home)
    (home / "config.toml").unlink()

    async def script(reader: Reader) -> None:
        await reader.press("enter", "d")
        assert "no config" in reader.said

    read(home, script)


def test_where_nothing_waits_it_says_what_to_do(home: Path) -> None:
    fill(home, "open-data", [mail(1)])

    async def script(reader: Reader) -> None:
        await reader.press("enter", "d")
        assert "put the cursor on its line" in reader.said

    read(home, script)


def test_a_cut_on_the_way_keeps_the_dialog_that_says_so(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("enter", "D", "enter")
        running.link.cut(30)
        await at_rest(reader)
        assert "s goes on from there" in " ".join(reader.text.replace("│", " ").split()) or "Fetching" in reader.text

    with world(
        home, [mail(n, answers=[n - 1] if n > 1 else [], text="long words " * 900) for n in range(1, 30)]
    ) as running:
        fetch_headers(home)
        running.link.use("2G")
        read(home, script)
