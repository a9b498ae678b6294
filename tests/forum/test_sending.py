"""Sending, as the screens do it: how far it is, what it paid, and passwords that are typed once."""

from __future__ import annotations

from pathlib import Path

import pytest

from forum_home import open_forum
from listforum.cancel import Cancel
from listforum.home import Home
from listforum.model.traffic import Progress
from servers.smtp_list import SmtpList
from writer import Writer


@pytest.fixture
def writer(tmp_path: Path, smtp_list: SmtpList) -> Writer:
    return Writer(tmp_path / "home", smtp_list.port, smtp_list.ca_file)


def test_each_item_is_told_before_it_is_sent_and_what_was_paid_at_the_end(writer: Writer) -> None:
    for n in range(3):
        writer.write(f"Answer {n}.")
    told: list[Progress] = []
    with open_forum(Home(writer.home)) as forum:
        sent = forum.sending.send(ask=lambda _: "", cancel=Cancel(), progress=told.append)
        assert [(one.done, one.total) for one in told] == [(0, 3), (1, 3), (2, 3)]
        assert "The census files" in told[0].what
        assert [one.bytes.total == 0 for one in told] == [True, False, False]
        assert sent.spent == forum.expenses.spending().today
        assert sent.spent.up > 0


def test_a_run_with_nothing_to_send_pays_nothing(writer: Writer) -> None:
    with open_forum(Home(writer.home)) as forum:
        assert forum.sending.send(ask=lambda _: "", cancel=Cancel()).spent.total == 0


def test_a_password_is_typed_once_for_all_runs_and_anew_when_it_was_refused(writer: Writer) -> None:
    config = writer.home / "config.toml"
    config.write_text(config.read_text().replace('password = "correct horse"', 'password = "ask"'))
    typed = iter(["wrong", "correct horse"])
    asked: list[str] = []

    def ask(prompt: str) -> str:
        asked.append(prompt)
        return next(typed)

    with open_forum(Home(writer.home)) as forum:
        writer.write("One.")
        assert forum.sending.send(ask=ask, cancel=Cancel()).errors
        assert not forum.sending.send(ask=ask, cancel=Cancel()).errors
        writer.write("Two.")
        assert forum.sending.send(ask=ask, cancel=Cancel()).complete
    assert len(asked) == 2
