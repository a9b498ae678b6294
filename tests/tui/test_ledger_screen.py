"""What the link has cost, at the keys and in words: against the budget, and for what."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.model.traffic import Bytes, Paid, Spending
from listforum.tui.layout.cells import LRM, width
from listforum.tui.layout.ledger import Books, ledger_lines
from listforum.tui.screens.ledger import LedgerScreen
from listforum.tui.screens.topics import TopicsScreen
from mails import mail
from reader import Reader, fill, forum_at, read

SPENT = Books(
    Spending(Bytes(3_000, 80_000), Bytes(10_000, 900_000), 200_000, "day"),
    (("connect", Bytes(1, 20_000)), ("text", Bytes(1, 700_000))),
    (("gardens", Bytes(1, 100_000)), ("open-data", Bytes(9_998, 800_000))),
    (("2026-03-01", Bytes(7_000, 820_000)), ("2026-03-02", Bytes(3_000, 80_000))),
)


def told(books: Books, room: int = 72) -> str:
    return "\n".join(line.text.replace(LRM, "").rstrip() for line in ledger_lines(books, room))


class TestInWords:
    def test_today_and_this_month_stand_against_the_budget(self) -> None:
        text = told(SPENT)
        assert "Today 83.0 kB, this month 910 kB." in text
        assert "83.0 kB of 200 kB today; 117 kB are left." in text
        assert "[################........................]" in text

    def test_a_budget_of_a_month_is_measured_by_the_month(self) -> None:
        text = told(Books(Spending(Bytes(0, 1), Bytes(0, 900_000), 800_000, "month"), (), (), SPENT.days))
        assert "900 kB of 800 kB this month; 0 B are left." in text

    def test_without_a_budget_it_says_how_to_have_one(self) -> None:
        text = told(Books(Spending(Bytes(0, 5), Bytes(0, 5)), SPENT.purposes, SPENT.lists, SPENT.days))
        assert 'budget = "200 kB/day"' in text
        assert "left" not in text

    def test_the_dearest_come_first_and_the_newest_day(self) -> None:
        rows = told(SPENT).splitlines()
        assert [row.strip() for row in rows if row.endswith(("connect", "text"))] == [
            "700 kB  text",
            "20.0 kB  connect",
        ]
        assert rows.index("  810 kB  open-data") < rows.index("  100 kB  gardens")
        assert rows.index(" 83.0 kB  2026-03-02") < rows.index("  827 kB  2026-03-01")

    def test_before_anything_was_paid_it_says_so(self) -> None:
        assert told(Books(Spending(), (), (), ())) == "Nothing went over the wire yet."

    @given(st.text(max_size=90), st.integers(0, 10**12), st.integers(20, 120))
    @settings(deadline=None, max_examples=60)
    def test_no_name_is_wider_than_the_page_or_commands_the_terminal(self, name: str, count: int, room: int) -> None:
        books = Books(Spending(), (), ((name, Bytes(0, count)),), (("2026-03-01", Bytes(0, count)),))
        tables = told(books, room).partition("For which list")[2].partition("On which day")[0]
        assert all(width(row) <= room for row in tables.splitlines())
        assert not set(tables) & set("\x1b\x07\x9b")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home whose link has cost something today."""
    home = tmp_path / "home"
    fill(home, "open-data", [mail(1)])
    with forum_at(home) as forum:
        forum.expenses.learn_pace(Bytes(0, 40_000), 10.0)
        today = 1_790_000_000
        forum.archive.ledger.add(today, "open-data", {"text": Paid(Bytes(100, 5_000), 3, 9_000)})
    return home


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (160, 50)])
def test_a_key_opens_it_and_esc_leads_back(home: Path, size: tuple[int, int]) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("dollar_sign")
        assert isinstance(reader.app.screen, LedgerScreen)
        assert "What the link has cost" in reader.text
        assert all(width(row) <= size[0] for row in reader.rows)
        await reader.press("G")
        await reader.press("escape")
        assert isinstance(reader.app.screen, TopicsScreen)

    read(home, script, size)


def test_the_palette_finds_it(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("ctrl+p")
        await reader.type("cost")
        await reader.press("enter")
        assert "open-data" in reader.text
        assert "5.1 kB" in reader.text

    read(home, script)


def test_the_pace_of_earlier_runs_is_known_to_the_next(home: Path) -> None:
    with forum_at(home) as forum:
        assert forum.expenses.pace() == 4_000
        forum.expenses.learn_pace(Bytes(0, 80_000), 10.0)
        assert forum.expenses.pace() == 5_333  # as long a byte takes as in both
        forum.expenses.learn_pace(Bytes(0, 90), 0.1)
        assert forum.expenses.pace() == 5_333
        forum.expenses.forget_pace()
        assert forum.expenses.pace() is None
