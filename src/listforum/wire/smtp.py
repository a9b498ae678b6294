"""Handing one mail to a submission server (RFC 5321, 6409), so that it is always known what may have become of it."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from gettext import gettext as _
from typing import Any, TypeVar

from listforum.cancel import Cancel
from listforum.errors import Cancelled, ListforumError, ServerError, UsageError
from listforum.model.traffic import Bytes
from listforum.wire.deadline import Deadlines
from listforum.wire.endpoint import Credentials, Endpoint
from listforum.wire.meter import Meter
from listforum.wire.submission import Envelope, Outcome, Submission, Verdict
from listforum.wire.words import bare

VerdictOrNone = TypeVar("VerdictOrNone", Verdict, Verdict | None)

_ADDRESS = re.compile(r"[^\x00-\x20\x7f<>]{1,320}")
_LINE_END = re.compile(rb"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a mail, words about it for the person, and what it cost.

    "retry": it was surely not taken, and may be later. "refused": it was surely not taken, and will not be.
    "uncertain": nothing was heard after the end of the mail was written; it may have been taken.
    """

    outcome: Outcome
    words: str
    bytes: Bytes


def deliver(
    endpoint: Endpoint,
    credentials: Credentials,
    *,
    sender: str,
    recipients: Sequence[str],
    mail: bytes,
    cancel: Cancel,
    before_final_dot: Callable[[], None],
    deadlines: Deadlines | None = None,
    meter: Meter | None = None,
) -> Delivery:
    """Send one mail to all recipients or to nobody, in one attempt.

    `before_final_dot` is called when all of the mail but its last line has gone out; only after it has returned can
    the mail be accepted. What it raises ends the attempt, and nothing is sent.

    Until the login is through, raises `LinkError`, `DeadlineError`, `CertificateError`, `LoginError` (refused in an
    answer) or `ServerError`; before anything, `UsageError` for what is no address. A cancel raises `Cancelled` as long
    as the mail is surely not sent, and makes it "uncertain" afterwards.
    """
    envelope = _envelope(sender, recipients, mail)
    count = Meter(meter)
    submission = Submission(endpoint, credentials, deadlines or Deadlines(), count)
    try:
        verdict = _run(submission, lambda: submission.submit(envelope, before_final_dot), cancel)
    except ListforumError as error:
        failure = bare(error)
    else:
        return Delivery(verdict.outcome, verdict.words, count.bytes)
    raise failure


def greet(endpoint: Endpoint, credentials: Credentials, cancel: Cancel, deadlines: Deadlines | None = None) -> None:
    """Connect, log in and leave again: as much of a delivery as can be tried without a mail.

    Raises what `deliver` raises until the login is through, and `ServerError` when the server lets nobody in just now.
    """
    submission = Submission(endpoint, credentials, deadlines or Deadlines(), Meter(None))
    try:
        verdict = _run(submission, submission.greet, cancel)
    except ListforumError as error:
        failure = bare(error)
    else:
        if verdict is None:
            return
        failure = ServerError(verdict.words)
    raise failure


def _run(
    submission: Submission, session: Callable[[], Coroutine[Any, Any, VerdictOrNone]], cancel: Cancel
) -> VerdictOrNone | Verdict:
    """A session, in an event loop of its own, which a cancel from any thread ends."""
    submission.dial(cancel)
    # a selector loop on every system: only it reads and writes through the socket that counts
    loop = asyncio.SelectorEventLoop()
    # by then the link is given up, and the verdict tells why; nothing of it belongs on the terminal
    loop.set_exception_handler(lambda _loop, _context: None)
    task = loop.create_task(session())

    def stop() -> None:
        loop.call_soon_threadsafe(task.cancel)

    try:
        with cancel.waking(stop), contextlib.suppress(asyncio.CancelledError):
            return loop.run_until_complete(task)
        if submission.written:
            return Verdict("uncertain", _("stopped while waiting for the server's answer"))
        raise Cancelled(_("stopped"))
    finally:
        submission.abort()
        for _turn in range(3):  # what was aborted tells its layers so, one at a turn
            loop.run_until_complete(asyncio.sleep(0))
        submission.close()
        loop.close()


def _envelope(sender: str, recipients: Sequence[str], mail: bytes) -> Envelope:
    if not recipients:
        raise UsageError(_("there is nobody to send to"))
    for address in (sender, *recipients):
        if not _ADDRESS.fullmatch(address):
            raise UsageError(_("{address!r} is no address to send from or to").format(address=address))
    return Envelope(sender, tuple(recipients), _stuffed(mail))


def _stuffed(mail: bytes) -> bytes:
    """The mail as DATA wants it (RFC 5321, 4.5.2): CRLF line ends, leading dots doubled; without the final dot."""
    lines = _LINE_END.split(mail)
    if not lines[-1]:
        lines.pop()
    return b"".join((b"." + line if line.startswith(b".") else line) + b"\r\n" for line in lines)
