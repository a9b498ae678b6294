"""A run on the link in words, for each way it can stand and each way it can end."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.archive.aside import SetAside
from listforum.cancel import Cancel
from listforum.errors import BusyError, Cancelled, LoginError
from listforum.forum.offering import Wanted
from listforum.forum.run import StoppedBy, SyncReport
from listforum.forum.sending import Sent
from listforum.forum.told import duration
from listforum.model.outgoing import OutboxItem, OutboxState
from listforum.model.traffic import Bytes, Progress, Spending
from listforum.sync.push import SendReport
from listforum.sync.report import ListReport
from listforum.tui.exchange import Exchange, Outcome
from listforum.tui.layout.cells import width
from listforum.tui.layout.exchange import Known, bar, clean, ending, exchange_lines, link_words
from listforum.tui.pace import Pace

NEW = ListReport("open-data", new_headers=36, waiting_bytes=51_000)
MORE = ListReport("gardens", new_headers=1, waiting_bytes=2_400)


@dataclass
class Told:
    """A run, and what is known beside it."""

    known: Known = field(default_factory=lambda: Known(Pace()))
    exchange: Exchange = field(default_factory=lambda: Exchange(str, lambda: None, Cancel(), "Syncing"))

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in exchange_lines(self.exchange, self.known, 72))

    def ended(self, outcome: Outcome) -> str:
        self.exchange.end(outcome)
        return self.text


def item(number: int, state: OutboxState, error: str | None = None) -> OutboxItem:
    return OutboxItem(
        number, "home", "Ana", "open-data", state, ("open-data@lists.example.org",), True, "Bus stops", "", 7, error, 0
    )


def at_pace(bytes_a_second: int) -> Pace:
    pace = Pace()
    pace.note(0, 10.0)
    pace.note(bytes_a_second * 10, 20.0)
    return pace


def synced(*lists: ListReport, stopped_by: StoppedBy | None = None, errors: list[str] | None = None) -> SyncReport:
    return SyncReport(list(lists), Bytes(1_000, 20_000), 4.25, stopped_by, errors or [])


class TestBefore:
    def test_connecting_says_what_it_costs_and_that_nothing_is_fetched_unasked(self) -> None:
        told = Told(Known(Pace(), connecting=3_100))
        assert "Connecting. That alone costs about 3.1 kB." in told.text
        assert "before you have seen the price" in told.text

    def test_connecting_without_any_history_promises_no_number(self) -> None:
        assert "Connecting.\n" in Told().text

    def test_the_price_of_each_list_and_of_all(self) -> None:
        told = Told()
        told.exchange.show_price((NEW, MORE))
        assert "open-data: 36 new posts, about 51.0 kB with their texts" in told.text
        assert "gardens: 1 new post, about 2.4 kB with its text" in told.text
        assert "In all about 53.4 kB." in told.text
        assert "Enter fetches it. Esc leaves it on the server" in told.text

    def test_one_list_has_no_sum(self) -> None:
        told = Told()
        told.exchange.show_price((NEW,))
        assert "In all" not in told.text

    def test_a_list_with_nothing_new_is_not_in_the_price(self) -> None:
        told = Told()
        told.exchange.show_price((NEW, ListReport("quiet")))
        assert "quiet" not in told.text

    def test_a_list_that_could_not_be_priced_says_why(self) -> None:
        told = Told()
        told.exchange.show_price((NEW, ListReport("gardens", error="There is no folder Gardens.")))
        assert "gardens: There is no folder Gardens." in told.text

    def test_texts_that_wait_from_before_are_not_called_new_posts(self) -> None:
        told = Told()
        told.exchange.show_price((ListReport("open-data", waiting_texts=3, waiting_bytes=9_000),))
        assert "open-data: nothing new; the texts that wait, about 9.0 kB" in told.text

    def test_the_time_is_told_only_where_the_link_is_known(self) -> None:
        told = Told(Known(at_pace(4_000)))
        told.exchange.show_price((NEW,))
        assert "On this link that takes about 13 s." in told.text
        unknown = Told()
        unknown.exchange.show_price((NEW,))
        assert "On this link" not in unknown.text

    def test_a_price_that_is_asked_again_says_what_is_here_and_what_the_texts_cost(self) -> None:
        told = Told()
        told.exchange.show_price((NEW, ListReport("quiet")))
        told.exchange.agree(Wanted())
        told.exchange.show_price(
            (ListReport("open-data", waiting_texts=36, waiting_bytes=730_000), ListReport("quiet"))
        )
        assert "The headings are here. Their texts cost more than they seemed to:" in told.text
        assert "open-data: 36 texts, about 730 kB" in told.text
        assert "nothing new" not in told.text
        assert "Enter fetches them. Esc leaves them on the server; the headings are kept." in told.text

    def test_the_price_of_another_account_is_not_taken_for_one_that_is_asked_again(self) -> None:
        told = Told()
        told.exchange.show_price((NEW,))
        told.exchange.agree(Wanted())
        told.exchange.show_price((MORE,))
        assert "gardens: 1 new post, about 2.4 kB with its text" in told.text
        assert "The headings are here" not in told.text


class TestTheAnswer:
    def test_a_yes_to_one_account_is_none_to_the_next(self) -> None:
        exchange = Told().exchange
        exchange.show_price((NEW,))
        exchange.agree(Wanted())
        assert exchange.wait_for_answer()
        exchange.show_price((MORE,))
        threading.Timer(0.05, exchange.stop).start()
        assert not exchange.wait_for_answer()

    def test_a_stop_after_a_yes_holds_for_all_that_is_asked_later(self) -> None:
        exchange = Told().exchange
        exchange.show_price((NEW,))
        exchange.agree(Wanted())
        exchange.stop()
        assert [exchange.wait_for_answer(), exchange.wait_for_answer()] == [None, None]

    def test_a_yes_before_the_price_is_none(self) -> None:
        exchange = Told().exchange
        exchange.agree(Wanted())
        exchange.stop()
        assert not exchange.wait_for_answer()


class TestWhile:
    def test_progress_has_a_bar_a_count_bytes_and_the_time_left(self) -> None:
        told = Told()
        told.exchange.show_progress(Progress("open-data: headers", 12, 36, Bytes(1_000, 13_200), 8.4))
        assert "open-data: headers 12 of 36" in told.text
        assert "[#############..........................." in told.text
        assert "14.2 kB so far, about 8 s left" in told.text

    def test_without_a_rate_no_time_is_promised(self) -> None:
        told = Told()
        told.exchange.show_progress(Progress("open-data: headers", 0, 36, Bytes(0, 900)))
        assert "900 B so far\n" in told.text

    def test_a_pause_after_a_cut_has_neither_count_nor_bar(self) -> None:
        told = Told()
        told.exchange.show_progress(Progress("the link broke; trying again", 0, 0, Bytes(0, 900), 3.0))
        assert told.text.startswith("the link broke; trying again\n900 B so far, the next try in 3 s\n")
        assert link_words(told.exchange, Spending()) == "the link broke; trying again · 900 B"

    def test_stopping_says_that_nothing_is_lost(self) -> None:
        told = Told()
        told.exchange.stop()
        assert told.text == "Stopping. What has come is kept."

    @given(done=st.integers(0, 10_000), total=st.integers(0, 10_000), cells=st.integers(1, 300))
    @settings(max_examples=100, deadline=None)
    def test_the_bar_is_as_wide_as_it_should_be_and_full_only_at_the_end(
        self, done: int, total: int, cells: int
    ) -> None:
        drawn = bar(done, total, cells)
        assert len(drawn) == cells + 2
        assert (drawn == f"[{'#' * cells}]") == (done >= total)

    @pytest.mark.parametrize(
        ("seconds", "words"), [(0.2, "1 s"), (13.4, "13 s"), (89, "89 s"), (95, "2 min"), (600, "10 min")]
    )
    def test_times_are_told_roughly(self, seconds: float, words: str) -> None:
        assert duration(seconds) == words


class TestAfter:
    def test_what_came_what_waits_and_what_it_cost(self) -> None:
        text = Told().ended(
            Outcome(synced=synced(ListReport("open-data", 36, 30, waiting_texts=6, waiting_bytes=12_000, done=True)))
        )
        assert "open-data: 36 new posts, 30 texts; 6 texts wait (12.0 kB)" in text
        assert "20.0 kB down, 1.0 kB up, 4.2 s" in text

    def test_a_clean_run_without_anything_new_says_so(self) -> None:
        text = Told().ended(Outcome(synced=synced(ListReport("open-data", done=True))))
        assert text.startswith("Nothing new.\n")

    def test_older_posts_and_what_the_server_could_not_give_are_told(self) -> None:
        report = ListReport(
            "open-data", 2, 2, older=500, older_bytes=1_000_000, missing=(SetAside(9, "mail", 1),), done=True
        )
        text = Told().ended(Outcome(synced=synced(report)))
        assert "500 older posts stay on the server: about 1.0 MB" in text
        assert "1 mail did not come from the server (UID 9)" in text

    def test_what_a_first_sync_left_on_the_server_is_not_told_after_every_sync(self) -> None:
        report = ListReport("open-data", older=500, older_bytes=1_000_000, done=True)
        text = Told().ended(Outcome(synced=synced(report)))
        assert text.startswith("Nothing new.\n")
        assert "older" not in text

    def test_what_is_missing_is_told_with_the_name_of_its_list(self) -> None:
        gardens = ListReport("gardens", missing=(SetAside(9, "mail", 1),), done=True)
        rows = Told().ended(Outcome(synced=synced(ListReport("open-data", 2, 2), gardens))).splitlines()
        at = next(at for at, row in enumerate(rows) if "did not come" in row)
        assert rows[at - 1].startswith("gardens: ")

    def test_a_post_that_the_list_has_brought_back_is_named(self) -> None:
        told = Told(Known(Pace(), outbox={1: item(1, "on the list"), 2: item(2, "sent")}))
        text = told.ended(Outcome(Sent(SendReport(sent=[1, 2])), synced()))
        assert "2 posts sent." in text
        assert text.count("“Bus stops” is on the list.") == 1

    @pytest.mark.parametrize(
        ("stopped_by", "words"),
        [
            ("link", "The link was cut. What came is kept; s goes on from there."),
            ("deadline", "The server took too long to answer. What came is kept; s goes on from there."),
            ("budget", "The budget is used up. What came is kept; the rest waits on the server, with its price."),
            ("cancel", "Stopped. What came is kept; s goes on from there."),
        ],
    )
    def test_what_stopped_it(self, stopped_by: StoppedBy, words: str) -> None:
        told = Told()
        assert words in told.ended(Outcome(synced=synced(ListReport("open-data", 3), stopped_by=stopped_by)))
        assert ending(told.exchange) == words
        assert not clean(told.exchange.outcome)

    def test_a_budget_that_paid_for_nothing_says_so(self) -> None:
        text = Told().ended(Outcome(synced=synced(ListReport("open-data"), stopped_by="budget")))
        assert "The budget is too small for what comes next. Nothing was fetched: it waits on the server." in text

    def test_a_server_that_was_never_reached_cut_nothing(self) -> None:
        words = "open-data: 127.0.0.1 refuses connections on port 993"
        never = SyncReport([ListReport("open-data", error=words)], Bytes(), 0.1, "link", [words])
        text = Told().ended(Outcome(synced=never))
        assert "There is no link to the server. Nothing was lost; s tries again." in text
        assert words in text
        assert "cut" not in text

    def test_what_a_cut_kept_back_is_not_told_mail_by_mail(self) -> None:
        kept_back, left_out = SetAside(9, "mail", 1), SetAside(10, "mail", 9)
        report = ListReport("open-data", 3, missing=(kept_back, left_out))
        text = Told().ended(Outcome(synced=synced(report, stopped_by="link")))
        assert "UID 9" not in text
        assert "1 mail cannot be had from the server (UID 10): it was left out" in text

    def test_a_price_that_was_refused_is_no_failure(self) -> None:
        text = Told().ended(Outcome(synced=synced(ListReport("open-data"), stopped_by="cancel")))
        assert "Nothing was fetched. s asks again." in text
        assert "Nothing new" not in text

    def test_a_refused_login_is_told_in_its_own_words(self) -> None:
        words = "open-data: The server refused the password of ana."
        text = Told().ended(
            Outcome(synced=synced(ListReport("open-data", error="x"), stopped_by="login", errors=[words]))
        )
        assert words in text
        assert "The link was cut" not in text

    def test_what_kept_it_from_beginning(self) -> None:
        told = Told()
        assert "Another listforum is syncing." in told.ended(Outcome(error=BusyError("Another listforum is syncing.")))
        assert ending(told.exchange) == "Another listforum is syncing."

    def test_a_password_that_was_not_given_is_a_stop(self) -> None:
        assert "Stopped." in Told().ended(Outcome(error=Cancelled("Stopped.")))

    def test_what_was_sent_before_something_else_failed_is_told(self) -> None:
        text = Told().ended(Outcome(Sent(SendReport(sent=[1, 2])), error=LoginError("The password is wrong.")))
        assert "2 posts sent." in text
        assert "The password is wrong." in text

    def test_posts_that_were_refused_or_are_uncertain_are_named(self) -> None:
        items = {1: item(1, "failed", "550 not a member"), 2: item(2, "uncertain")}
        told = Told(Known(Pace(), outbox=items))
        text = told.ended(Outcome(Sent(SendReport(failed=[1], uncertain=[2]), complete=False), synced()))
        assert "“Bus stops” was refused: 550 not a member" in text
        assert "“Bus stops” may have been sent or not. It is not sent again by itself" in text

    def test_posts_that_still_wait_are_counted(self) -> None:
        sent = Sent(SendReport(waiting=[4]), errors=["home: The server is away."], complete=False)
        text = Told().ended(Outcome(sent, synced(ListReport("open-data", 1, 1))))
        assert "home: The server is away." in text
        assert "1 post still waits in the outbox." in text

    def test_words_of_a_server_cannot_command_the_terminal(self) -> None:
        words = "open-data: NO \x1b]52;c;cm0=\x07\x1b[31mred [/b] \x9b0m"
        text = Told().ended(Outcome(synced=synced(stopped_by="login", errors=[words])))
        assert "open-data: NO red [/b]" in text
        assert not set(text) & set("\x1b\x07\x9b")

    def test_in_passing_it_is_one_sentence(self) -> None:
        told = Told()
        told.exchange.end(Outcome(synced=synced(ListReport("open-data", 36, 36), ListReport("gardens", 1, 1))))
        assert ending(told.exchange) == "37 new posts came."
        quiet = Told()
        quiet.exchange.end(Outcome(synced=synced(ListReport("open-data"))))
        assert ending(quiet.exchange) == "Nothing new."


class TestInTheTitleLine:
    def test_idle_it_is_what_the_day_has_cost(self) -> None:
        assert link_words(None, Spending(Bytes(400, 12_000))) == "12.4 kB today"

    def test_running_it_is_how_far_the_run_is(self) -> None:
        exchange = Told().exchange
        assert link_words(exchange, Spending()) == "connecting"
        exchange.show_progress(Progress("open-data: headers", 12, 36, Bytes(1_000, 13_200)))
        assert link_words(exchange, Spending()) == "open-data: headers 12 of 36 · 14.2 kB"
        exchange.stop()
        assert link_words(exchange, Spending()) == "stopping"

    def test_a_price_that_waits_for_its_answer_says_where_it_is(self) -> None:
        exchange = Told().exchange
        exchange.show_price((NEW,))
        assert link_words(exchange, Spending()) == "the price is known: s"


class TestPace:
    def test_too_little_tells_nothing(self) -> None:
        pace = Pace()
        pace.note(0, 0.0)
        pace.note(500, 0.1)
        assert pace.seconds_for(1_000) is None

    def test_a_pause_is_not_counted(self) -> None:
        pace = at_pace(4_000)
        pace.begin()
        pace.note(40_000, 500.0)
        pace.note(48_000, 502.0)
        assert pace.seconds_for(8_000) == pytest.approx(2.0)


@given(name=st.text(max_size=40), done=st.integers(0, 99), room=st.integers(20, 120))
@settings(max_examples=60, deadline=None)
def test_no_name_breaks_the_bar(name: str, done: int, room: int) -> None:
    told = Told()
    told.exchange.show_progress(Progress(name, done, 99, Bytes(1, 1)))
    lines = exchange_lines(told.exchange, told.known, room)
    assert width(lines[1].text) <= room
    assert lines[1].text.startswith("[")
