"""One at a time, and stoppable at any moment."""

from __future__ import annotations

import json
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from listforum.cancel import Cancel
from servers.certificates import Authority
from servers.smtp_list import SmtpList
from writer import PHASES, Halting, Writer, in_process, scripted

NOTHING = {"sent": [], "failed": [], "uncertain": [], "waiting": []}


@pytest.fixture
def writer(tmp_path: Path, smtp_list: SmtpList) -> Writer:
    """Somebody whose answers go to a list's server."""
    return Writer(tmp_path / "home", smtp_list.port, smtp_list.ca_file)


# --- one at a time ------------------------------------------------------------------------------------------------


def test_two_sends_at_once_are_one_too_many(writer: Writer, authority: Authority) -> None:
    item = writer.write()
    script = Halting("dot")
    with scripted(writer, authority, script), ThreadPoolExecutor() as pool:
        cancel = Cancel()
        first = pool.submit(in_process, writer, cancel)
        assert script.there.wait(10)
        outcome = writer.run("send", "--json")
        assert (outcome.code, outcome.document["error"]["kind"]) == (1, "busy")
        for decision in ("sent", "resend", "drop"):
            settling = writer.run("outbox", str(item), "--settle", decision, "--json")
            assert (settling.code, settling.document["error"]["kind"]) == (1, "busy")
        cancel.cancel()
        assert first.result().report.uncertain == [item]
    assert len(script.taken) == 1


def test_what_is_being_sent_is_left_alone_by_whoever_has_not_the_lock(writer: Writer, authority: Authority) -> None:
    writer.write()
    script = Halting("RCPT")
    with scripted(writer, authority, script), ThreadPoolExecutor() as pool:
        cancel = Cancel()
        first = pool.submit(in_process, writer, cancel)
        assert script.there.wait(10)
        for command in (["send"], ["sync"], ["outbox", "1", "--settle", "drop"]):
            assert writer.run(*command).code == 1
        assert writer.json("outbox")[0]["state"] == "sending"
        cancel.cancel()
        first.result()
    assert writer.states() == ["queued"]


def test_what_is_dropped_while_another_is_sent_does_not_go_out(writer: Writer, authority: Authority) -> None:
    first, second = writer.write("First."), writer.write("Second.")
    script = Halting("dot", {"dot": "250 ok"})
    with scripted(writer, authority, script), ThreadPoolExecutor() as pool:
        cancel = Cancel()
        sending = pool.submit(in_process, writer, cancel)
        assert script.there.wait(10)
        writer.json("outbox", str(second), "--settle", "drop")
        cancel.cancel()
        assert sending.result().report.waiting == []
    assert [item.item for item in writer.items()] == [first]


# --- stopping -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("phase", PHASES)
def test_a_cancel_is_obeyed_at_once_at_every_phase(writer: Writer, authority: Authority, phase: str) -> None:
    items = [writer.write("x" * 60_000 if phase == "body" else "Short."), writer.write("Another.")]
    script = Halting(phase)
    with scripted(writer, authority, script), ThreadPoolExecutor() as pool:
        cancel = Cancel()
        sending = pool.submit(in_process, writer, cancel)
        assert script.there.wait(10)
        began = time.monotonic()
        cancel.cancel()
        done = sending.result(10)
        assert time.monotonic() - began < 5
    assert done.cancelled
    if phase in {"dot", "body"}:  # the server got all of a mail that small before it fell silent
        assert done.report.uncertain in ([], items[:1])
    else:
        assert done.report.waiting == items
    assert not (done.report.sent or done.report.failed)
    assert len(script.taken) == (1 if phase == "dot" else 0)
    assert writer.states()[0] == ("uncertain" if done.report.uncertain else "queued")


@pytest.mark.parametrize(("phase", "kind"), [("RCPT", "waiting"), ("dot", "uncertain")])
def test_an_interrupt_ends_the_command_with_its_document(
    writer: Writer, authority: Authority, phase: str, kind: str
) -> None:
    item = writer.write()
    script = Halting(phase)
    with scripted(writer, authority, script):
        process = writer.start("send", "--json")
        assert script.there.wait(20)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=10)
        seconds = time.monotonic() - began
    assert (process.returncode, json.loads(output)) == (130, {**NOTHING, kind: [item]})
    assert seconds < 1  # half of it for the work, the rest for Python's own end on a busy machine


def test_an_interrupt_at_the_question_for_the_password_ends_it(writer: Writer) -> None:
    item = writer.write()
    path = writer.home / "config.toml"
    path.write_text(path.read_text().replace('password = "correct horse"', 'password = "ask"'))
    terminal, inner = os.openpty()
    process = writer.start("send", "--json", stdin=inner)
    os.close(inner)
    assert process.stderr
    asked = b""
    while b"Password" not in asked:
        asked += os.read(process.stderr.fileno(), 1000) or pytest.fail(f"nobody asked: {asked!r}")
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=10)
    os.close(terminal)
    assert (process.returncode, json.loads(output)) == (130, {**NOTHING, "waiting": [item]})
