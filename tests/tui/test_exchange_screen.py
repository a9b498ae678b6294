"""A run on the link, at the keys: its price before, progress while, a summary after, and a stop at any moment."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from cut_session import without_pauses
from listforum.archive.posts import Posts
from listforum.model.mail import Piece
from listforum.tui.layout.cells import width
from listforum.tui.screens.exchange import ExchangeScreen
from listforum.tui.screens.secret import SecretScreen
from listforum.tui.screens.topics import TopicsScreen
from listforum.tui.worker import Worker
from lists import noise
from mails import mail
from reader import Reader, forum_at, read
from tui.subscriber import at_rest, posts, priced, synced, world


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def stored(home: Path) -> int:
    with forum_at(home) as forum:
        return sum(info.posts for info in forum.reading.lists())


def test_the_price_comes_first_and_enter_fetches(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("s")
        await priced(reader)
        assert "open-data: 12 new posts, about" in reader.text
        assert stored(home) == 0
        await reader.press("enter")
        await at_rest(reader)
        assert "open-data: 12 new posts, 12 texts" in reader.text
        assert "down," in reader.text
        await reader.press("escape")
        assert isinstance(reader.app.screen, TopicsScreen)
        assert "Topic 12" in reader.text

    with world(home, posts(12)):
        read(home, script)
    assert stored(home) == 12


def test_headings_only_leaves_the_texts_on_the_server(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("s")
        await priced(reader)
        assert "h headings only" in reader.text
        assert "The headings alone: about" in reader.text
        await reader.press("h")
        await at_rest(reader)
        assert "open-data: 12 new posts, 0 texts; 12 texts wait" in reader.text
        await reader.press("h")
        assert isinstance(reader.app.screen, TopicsScreen)

    with world(home, posts(12)):
        read(home, script)
    assert stored(home) == 12


def test_a_budget_fetches_what_it_bears_and_the_rest_waits(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("s")
        await priced(reader)
        await reader.press("b")
        assert "the rest waits on the server" in reader.text
        await reader.type("20 kB")
        await reader.press("enter")
        await at_rest(reader)
        assert "The budget is used up. What came is kept" in reader.text
        exchange = reader.app.link.exchange
        assert exchange is not None
        assert exchange.spent.total < 30_000

    with world(home, [mail(n, subject=f"Topic {n}", text=noise(n, 3_000)) for n in range(1, 41)]):
        read(home, script)
    assert stored(home) > 0


def test_what_is_no_budget_is_told_and_the_price_stands_again(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("s")
        await priced(reader)
        await reader.press("b")
        await reader.type("!")
        await reader.press("enter")
        assert "an amount is a number and kB" in reader.said
        assert "open-data: 3 new posts, about" in reader.text
        await reader.press("b", "escape")
        await reader.press("enter")
        await at_rest(reader)
        assert "open-data: 3 new posts, 3 texts" in reader.text

    with world(home, posts(3)):
        read(home, script)


def test_muted_topics_are_in_no_price_and_followed_ones_are_named(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("s")
        await priced(reader)
        await reader.press("h")
        await at_rest(reader)
        await reader.press("escape")
        topics = {one.subject: one.topic for one in reader.app.forum.reading.topics("open-data", (), 10, 0)}
        reader.app.forum.marking.mark("mute", str(topics["Topic 1"]))
        reader.app.forum.marking.mark("follow", str(topics["Topic 2"]))
        await reader.press("s")
        await priced(reader)
        told = " ".join(reader.text.replace("│", " ").split())
        assert "open-data: nothing new; the texts that wait, about" in told
        assert "of it for followed topics" in told
        assert "1 text of a muted topic stays on the server" in told
        await reader.press("enter")
        await at_rest(reader)
        assert "open-data: 0 new posts, 3 texts" in reader.text
        assert "1 text of a muted topic stays on the server" in reader.text

    with world(home, posts(4)):
        read(home, script)


def test_the_days_bytes_stand_against_the_budget(home: Path) -> None:
    async def script(reader: Reader) -> None:
        assert "0 B of 200 kB today" in reader.rows[0]
        await reader.press("s")
        await priced(reader)
        await reader.press("enter")
        await at_rest(reader)
        assert "Against the budget:" in reader.text
        await reader.press("escape")
        assert "kB of 200 kB today" in reader.rows[0]
        assert "0 B of" not in reader.rows[0]

    with world(home, posts(4)):
        path = home / "config.toml"
        path.write_text(path.read_text().replace("[sync]", '[sync]\nbudget = "200 kB/day"'))
        read(home, script)


def test_esc_at_the_price_fetches_nothing(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("s")
        await priced(reader)
        await reader.press("escape")
        await at_rest(reader)
        assert isinstance(reader.app.screen, TopicsScreen)
        await synced(reader)

    with world(home, posts(3)):
        read(home, _refused)
        assert stored(home) == 0
        read(home, script)
    assert stored(home) == 3


async def _refused(reader: Reader) -> None:
    await reader.press("s")
    await priced(reader)
    await reader.press("escape")
    await at_rest(reader)


def test_texts_that_cost_far_more_than_they_seemed_to_are_asked_for_again(home: Path) -> None:
    long = [mail(n, subject=f"Topic {n}", text="Every stop, with its times.\n" * 400) for n in range(1, 6)]

    async def script(reader: Reader) -> None:
        await reader.press("s")
        await priced(reader)
        assert "open-data: 5 new posts, about" in reader.text
        await reader.press("enter")
        await reader.until(lambda: "The headings are here." in reader.text)
        assert "open-data: 5 texts, about 5" in reader.text
        assert "Esc leaves them on the server" in reader.text
        await reader.press("enter")
        await at_rest(reader)
        assert "open-data: 5 new posts, 5 texts" in reader.text

    with world(home, long):
        read(home, script)


def test_nothing_new_is_said_and_costs_no_question(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await synced(reader)
        await reader.press("s")
        await at_rest(reader)
        assert "Nothing new." in reader.text
        assert "down," in reader.text

    with world(home, posts(2)):
        read(home, script)


def test_esc_while_it_runs_goes_back_to_reading_and_the_run_goes_on(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("s")
        await priced(reader)
        running.link.use("2G")
        await reader.press("enter", "escape")
        assert isinstance(reader.app.screen, TopicsScreen)
        assert reader.app.link.busy
        await reader.until(lambda: "open-data:" in reader.rows[0])
        running.link.use("fast")
        await at_rest(reader)
        assert "today" in reader.rows[0]
        assert "Topic 40" in reader.text

    with world(home, posts(40)) as running:
        read(home, script)
    assert stored(home) == 40


def test_s_while_it_runs_shows_it_again_and_x_stops_it(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("s")
        await priced(reader)
        running.link.use("2G")
        await reader.press("enter", "escape", "s")
        assert isinstance(reader.app.screen, ExchangeScreen)
        await reader.press("x")
        await at_rest(reader)
        assert "Stopped" in reader.text or "Nothing was fetched" in reader.text

    with world(home, posts(200)) as running:
        read(home, script)
        assert stored(home) < 200


def test_a_cut_costs_nothing_and_s_goes_on_from_there(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("s")
        await priced(reader)
        running.link.use("2G")
        await reader.press("enter")
        await reader.until(lambda: reader.app.link.exchange.progress is not None)  # type: ignore[union-attr]
        running.link.cut(30)
        await at_rest(reader)
        assert "The link was cut. What came is kept; s goes on from there." in " ".join(reader.text.split())
        assert "Nothing new" not in reader.text
        running.link.cut(0)
        running.link.use("fast")
        await reader.press("s")
        await priced(reader)
        await reader.press("enter")
        await at_rest(reader)
        assert "s goes on from there" not in reader.text
        await reader.press("escape")
        assert isinstance(reader.app.screen, TopicsScreen)

    with without_pauses(), world(home, posts(150)) as running:
        read(home, script)
    assert stored(home) == 150


def test_a_queued_post_is_sent_first_and_said_so(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await synced(reader)
        post = reader.app.forum.reading.topics("open-data", (), 1, 0)[0].topic
        reader.app.forum.writing.reply_to_list(post, "An answer.", None)
        await reader.press("s")
        await reader.until(
            lambda: reader.app.link.exchange is not None and reader.app.link.exchange.phase != "connecting"
        )
        if reader.app.link.exchange is not None and reader.app.link.exchange.phase == "price":
            await reader.press("enter")
        await at_rest(reader)
        assert "1 post sent." in reader.text

    with world(home, posts(2)):
        read(home, script)


def test_a_wrong_password_is_told_in_words(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("s")
        await at_rest(reader)
        assert "password" in reader.text
        assert isinstance(reader.app.screen, ExchangeScreen)

    with world(home, posts(1)):
        path = home / "config.toml"
        path.write_text(path.read_text().replace('password = "demo"', 'password = "wrong"'))
        read(home, script)


def test_a_password_that_is_asked_for_is_never_shown(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("s")
        await reader.until(lambda: "Password" in reader.text)
        await reader.type("demo")
        assert "demo" not in reader.text.replace("account demo", "")
        await reader.press("enter")
        await priced(reader)
        await reader.press("enter")
        await at_rest(reader)

    with world(home, posts(1)):
        path = home / "config.toml"
        path.write_text(path.read_text().replace('password = "demo"', 'password = "ask"'))
        read(home, script)
    assert stored(home) == 1


def test_a_run_that_is_stopped_waits_for_no_password(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.pilot.press("s")
        await reader.until(lambda: isinstance(reader.app.screen, SecretScreen))
        exchange = reader.app.link.exchange
        assert exchange is not None
        exchange.stop()
        await reader.until(lambda: not reader.app.link.busy)
        await reader.until(lambda: not isinstance(reader.app.screen, SecretScreen))

    with world(home, posts(3)):
        path = home / "config.toml"
        path.write_text(path.read_text().replace('password = "demo"', 'password = "ask"'))
        read(home, script)


def test_who_gives_no_password_is_asked_nothing_more(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("s")
        await reader.until(lambda: "Password" in reader.text)
        await reader.press("escape")
        await at_rest(reader)
        assert "fetched" in reader.text or "Stopped" in reader.text

    with world(home, posts(1)):
        path = home / "config.toml"
        path.write_text(path.read_text().replace('password = "demo"', 'password = "ask"'))
        read(home, script)
    assert stored(home) == 0


def test_leaving_while_it_runs_stops_it_at_once(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("s")
        await priced(reader)
        running.link.use("2G")
        await reader.press("enter", "ctrl+q")
        assert reader.app.return_code == 0

    with world(home, posts(100)) as running:
        read(home, script)


def test_the_first_topics_can_be_read_while_their_texts_are_on_their_way(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("s")
        await priced(reader)
        running.link.use("3G")
        await reader.press("enter", "escape")
        await reader.until(lambda: re.search(r"texts \d+ of 60", reader.text) is not None)
        assert "Topic 60" in reader.text
        assert "No topics yet" not in reader.text

    with world(home, posts(60, "Words of the post. " * 40)) as running:
        read(home, script)


def test_who_leaves_keeps_what_came_and_what_it_cost(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Posts.add_texts

    def store_slowly(archive: Posts, texts: Sequence[tuple[int, Sequence[Piece]]]) -> None:
        time.sleep(0.7)
        store(archive, texts)

    monkeypatch.setattr(Posts, "add_texts", store_slowly)
    networks: list[Worker] = []

    async def script(reader: Reader) -> None:
        networks.append(reader.app.network)
        await reader.press("s")
        await priced(reader)
        running.link.use("3G")
        await reader.press("enter")
        await reader.until(lambda: re.search(r"texts ([3-9]|[1-9]\d) of 100", reader.text) is not None)
        await reader.press("escape", "ctrl+q")

    with world(home, posts(100, "Words of the post. " * 40)) as running:
        read(home, script)
        assert networks[0].idle(0)  # the program ends now
    with forum_at(home) as forum:
        assert forum.archive.ledger.lately("text", "open-data").times >= 3


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (160, 50)])
def test_the_price_fits_every_screen(home: Path, size: tuple[int, int]) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("s")
        await priced(reader)
        assert "open-data: 4 new posts" in reader.text
        assert "fetch" in reader.text
        assert all(width(row) <= size[0] for row in reader.rows)
        await reader.press("escape")

    with world(home, [*posts(3), mail(4, subject="[/b] markup")]):
        read(home, script, size)


def test_who_went_on_reading_hears_what_came_of_it(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("s")
        await priced(reader)
        running.link.use("2G")
        await reader.press("enter", "escape")
        running.link.use("fast")
        await at_rest(reader)
        assert "6 new posts came." in reader.said

    with world(home, posts(6)) as running:
        read(home, script)
