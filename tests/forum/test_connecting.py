"""Whoever shares a connection to the world shares what was typed for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from listforum.cancel import Cancel
from listforum.errors import (
    BudgetError,
    Cancelled,
    CertificateError,
    DeadlineError,
    LinkError,
    ListforumError,
    LoginError,
    ServerError,
)
from listforum.forum import Forum
from listforum.secret import Secret


def credentials(forum: Forum, ask: Callable[[str], str], cancel: Cancel | None = None) -> Secret:
    """What the account's server would be told."""
    account = forum.config.accounts["home"]
    return forum.connecting.route(account, ask, cancel or Cancel()).credentials().secret


def test_threads_that_need_a_password_at_once_ask_once(forum: Forum) -> None:
    asked: list[str] = []

    def ask(prompt: str) -> str:
        asked.append(prompt)
        time.sleep(0.05)
        return "correct horse"

    with ThreadPoolExecutor(4) as pool:
        secrets = list(pool.map(lambda _: credentials(forum, ask).reveal(), range(4)))
    assert secrets == ["correct horse"] * 4
    assert len(asked) == 1


def test_somebody_who_waits_for_anothers_question_can_be_stopped(forum: Forum) -> None:
    begun, answered = threading.Event(), threading.Event()

    def ask(_: str) -> str:
        begun.set()
        answered.wait(20)
        return "correct horse"

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(credentials, forum, ask)
        begun.wait(20)
        cancel = Cancel()
        cancel.cancel()
        with pytest.raises(Cancelled):
            credentials(forum, lambda _: pytest.fail("it was asked for already"), cancel)
        answered.set()
        assert first.result().reveal() == "correct horse"


def test_a_refused_password_is_forgotten(forum: Forum) -> None:
    account = forum.config.accounts["home"]
    typed = iter(["wrong", "correct horse"])
    assert credentials(forum, lambda _: next(typed)).reveal() == "wrong"
    with pytest.raises(LoginError), forum.connecting.forgetting_what_is_refused(account):
        raise LoginError("no")
    assert credentials(forum, lambda _: next(typed)).reveal() == "correct horse"


@pytest.mark.parametrize("error", [LinkError, DeadlineError, CertificateError, ServerError, BudgetError, Cancelled])
def test_a_password_is_kept_whatever_else_goes_wrong(forum: Forum, error: type[ListforumError]) -> None:
    account = forum.config.accounts["home"]
    typed = iter(["correct horse"])
    assert credentials(forum, lambda _: next(typed)).reveal() == "correct horse"
    with pytest.raises(error), forum.connecting.forgetting_what_is_refused(account):
        raise error("cut")
    assert credentials(forum, lambda _: pytest.fail("it is known")).reveal() == "correct horse"
