"""In another language no English word is left in what is told of times, sizes, runs, reasons and failures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from listforum.cancel import Cancel
from listforum.forum import reasons
from listforum.forum.moments import full
from listforum.forum.run import StoppedBy, SyncReport
from listforum.forum.sending import Sent
from listforum.forum.told import size
from listforum.model.forum import Edge, Grounds, PostRecord, PostView, QuoteSource, Verdict
from listforum.model.outgoing import OutboxItem
from listforum.model.traffic import Bytes, Progress
from listforum.sync.push import SendReport
from listforum.sync.report import ListReport
from listforum.tui.crash import last_words
from listforum.tui.exchange import Exchange, Outcome
from listforum.tui.layout.dates import ago
from listforum.tui.layout.exchange import Known, ending, exchange_lines, link_words
from listforum.tui.layout.kinds import kind
from listforum.tui.layout.why import why
from listforum.tui.pace import Pace
from listforum.tui.terminal import Terminal
from tui.foreign import foreign_language, left_in_english, spoken

NOW = 2_000_000_000
MONTH = 2_629_800
LIST = "داده"
REPORT = ListReport(LIST, new_headers=2, new_texts=1, waiting_texts=1, waiting_bytes=9_000, older=3, older_bytes=70_000)
WORDS = (Grounds(4, author_named=True, moment_named=True, same_subject=True), Grounds(1, author_named=True))
EDGES = (
    Edge(2, 1, "person", 1.0),
    Edge(2, 1, "in-reply-to", 0.9),
    Edge(2, 1, "in-reply-to", 1.0, branch=True),
    Edge(2, 1, "references", 0.9, missing="<یک>"),
    *(Edge(2, 1, "quote", 0.7, grounds=grounds) for grounds in (*WORDS, Grounds(moment_named=True))),
    Edge(2, 1, "quote", 0.7, missing="<یک>", grounds=WORDS[0]),
    Edge(2, 1, "digest", 0.97, grounds=WORDS[1]),
    Edge(2, 1, "thread-index", 1.0),
    Edge(2, 1, "subject", 0.5),
    Edge(2, 1, None, 0.5),
    Edge(2, 7, "references", 1.0),
    Edge(2, None, None, 1.0, missing="<یک>"),
    Edge(2, None, None, 1.0),
)


@pytest.fixture(scope="module")
def cyrillic(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return foreign_language(tmp_path_factory.mktemp("locale"), "cyrillic")


@pytest.fixture(autouse=True)
def speaking(cyrillic: dict[str, str]) -> Iterator[None]:
    with spoken(cyrillic):
        yield


def exchange(outcome: Outcome) -> Exchange:
    return Exchange(str, lambda: None, Cancel(), "", "done", outcome=outcome)


def post(number: int, edge: Edge) -> PostView:
    record = PostRecord(number, 1, "", "کتاب", "امید", None, NOW, "text", True, edge)
    return PostView(record, 9, "سلام", ())


@pytest.mark.parametrize("seconds", [-900_000, 10, 300, 7_200, 200_000, 5_000_000, 900_000_000])
def test_how_long_ago(seconds: int) -> None:
    assert left_in_english([ago(NOW - seconds, NOW), full(NOW - seconds)]) == []


def test_every_month_has_a_name() -> None:
    told = {ago(then, then + 5_000_000) for then in range(NOW, NOW + 12 * MONTH, MONTH)}
    assert len(told) == 12
    assert left_in_english(sorted(told)) == []


@pytest.mark.parametrize("media_type", ["application/zip", "text/csv", "image/png", "text/x-patch", "model/mesh"])
def test_what_a_file_is_and_how_big(media_type: str) -> None:
    assert left_in_english([kind(media_type), *(size(10**power) for power in range(11))]) == []


@pytest.mark.parametrize("stopped_by", [None, "link", "deadline", "budget", "cancel"])
def test_what_came_of_a_run(stopped_by: StoppedBy | None) -> None:
    run = exchange(Outcome(None, SyncReport([REPORT], Bytes(900, 9_000), 1.0, stopped_by)))
    lines = exchange_lines(run, Known(Pace()), 70)
    assert left_in_english([*(line.text for line in lines), ending(run)]) == []


def test_what_became_of_posts() -> None:
    report = SendReport(sent=[1], failed=[2], uncertain=[3], waiting=[4])
    items = {n: OutboxItem(n, "", "", LIST, "failed", (), True, "کتاب", "", n, "سرور", 0) for n in range(1, 5)}
    run = exchange(Outcome(Sent(report), SyncReport([])))
    lines = exchange_lines(run, Known(Pace(), outbox=items), 70)
    assert len(lines) > 4
    assert left_in_english([*(line.text for line in lines), ending(run)]) == []


def test_the_price_and_the_way_there() -> None:
    pace = Pace()
    pace.note(0, 0.0)
    pace.note(10_000, 10.0)
    run = Exchange(str, lambda: None, Cancel(), "", "price", offered=(REPORT, REPORT))
    told = [line.text for line in exchange_lines(run, Known(pace, 4_000), 70)]
    run.progress = Progress(LIST, 3, 9, Bytes(1, 2), 200.0)
    for phase in ("connecting", "price", "working", "stopping"):
        run.phase = phase  # type: ignore[assignment]
        told += [link_words(run, Bytes()), *(line.text for line in exchange_lines(run, Known(pace, 4_000), 70))]
    assert left_in_english(told) == []


@pytest.mark.parametrize("edge", EDGES)
def test_why_a_post_is_here(edge: Edge) -> None:
    root = replace(post(1, Edge(1, None, None, 1.0)).record, topic=3)
    quotes = (QuoteSource(0, 3, 1, 3, "امید", NOW),)
    seen = replace(post(2, edge), sources=quotes, lists=(LIST, "نقشه"))
    sentences = why(seen, reasons.Known({1: root}, {3: "کتاب"}, {2: Verdict(2, edge.parent)}))
    assert sentences
    assert left_in_english(sentences) == []


def test_the_last_words_of_a_crash(tmp_path: Path) -> None:
    assert left_in_english([last_words(KeyError(), tmp_path / "crash.txt").replace("KeyError", "")]) == []


def test_a_terminal_without_screens() -> None:
    told = [Terminal.look({"TERM": "dumb"}, stdin_tty=on, stdout_tty=on).why_not for on in (True, False)]
    told.append(Terminal.look({}, stdin_tty=True, stdout_tty=True).why_not)
    assert all(told)
    assert left_in_english([words.replace("dumb", "") for words in told]) == []
