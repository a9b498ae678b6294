"""The commands that write and send: where a mail goes, and what became of it, is always said in words."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from gettext import gettext as _
from pathlib import Path

from listforum.cli.commands import Answer, Command
from listforum.cli.output import LRM, Document, say
from listforum.errors import Cancelled, UsageError
from listforum.forum import Forum
from listforum.model.outgoing import OutboxItem


def _reply(forum: Forum, options: Namespace) -> Answer:
    text = _text(options.text_file)
    if options.quote:
        text = forum.writing.with_quote(options.post, text)
    reply = forum.writing.reply_privately if options.private else forum.writing.reply_to_list
    return _queued(reply(options.post, text, options.list))


def _post(forum: Forum, options: Namespace) -> Answer:
    return _queued(forum.writing.post(options.list, options.subject, _text(options.text_file)))


def _queued(item: OutboxItem) -> Answer:
    document = {
        "outbox": item.item,
        "message_id": item.message_id,
        "to": list(item.to),
        "public": item.public,
        "state": item.state,
    }
    goes = _("Queued as {item}. It goes out with: listforum send").format(item=item.item)
    back = _("Until then it can be taken back: listforum outbox {item} --settle drop").format(item=item.item)
    sender = _("From {sender}.").format(sender=item.sender)
    return Answer(document, [f"{_destination(item)}: {item.subject}{LRM}", f"{sender} {goes}", back])


def _text(file: str) -> str:
    from listforum.forum.writing import MOST_TEXT

    try:
        data = _read(file, MOST_TEXT + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else _("there is no such name")
        raise UsageError(_("The text cannot be read from {file}: {why}.").format(file=file, why=reason)) from error
    if len(data) > MOST_TEXT:
        raise UsageError(_("The text in {file} is too long: at most {most} bytes.").format(file=file, most=MOST_TEXT))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(
            _("The text in {file} is not UTF-8: save it as UTF-8 and try again.").format(file=file)
        ) from error


def _read(file: str, most: int) -> bytes:
    """No more than so many bytes: a device, or a file named by mistake, may have no end."""
    if file == "-":
        return sys.stdin.buffer.read(most) if sys.stdin else b""
    with Path(file).open("rb") as opened:
        return opened.read(most)


# --- the outbox ---------------------------------------------------------------------------------------------------


def _outbox(forum: Forum, options: Namespace) -> Answer:
    outgoing = forum.outgoing
    if options.settle:
        if options.item is None:
            raise UsageError(_("--settle needs the number of the item it speaks of."))
        before = outgoing.settle(options.item, options.settle)
        left = [item for item in outgoing.items() if item.item == options.item]
        return Answer(list(map(_document, left)), [_settled(before, options.settle)])
    items = outgoing.items() if options.item is None else (outgoing.item(options.item),)
    return Answer(list(map(_document, items)), _lines(items))


def _settled(before: OutboxItem, decision: str) -> str:
    """What the person's word did, and whether it can be taken back."""
    number = before.item
    if decision == "sent":
        return _(
            "Item {item} counts as sent. This cannot be taken back: should it turn out to be lost, write it anew."
        ).format(item=number)
    if decision == "resend":
        return _(
            "Item {item} goes out again, the very same mail, with: listforum send. Until then it can be taken back: "
            "listforum outbox {item} --settle drop"
        ).format(item=number)
    if before.public and before.state in {"queued", "failed"}:
        return _("Item {item} was not sent, and is gone with its post. This cannot be taken back.").format(item=number)
    if before.public:
        return _("Item {item} is forgotten; its post stays in its topic, for it may have been sent.").format(
            item=number
        )
    return _("Item {item} is forgotten. This cannot be taken back.").format(item=number)


def _document(item: OutboxItem) -> Document:
    return {
        "outbox": item.item,
        "state": item.state,
        "to": list(item.to),
        "public": item.public,
        "subject": item.subject,
        "message_id": item.message_id,
        "post": item.post,
        "error": item.error,
    }


def _lines(items: Sequence[OutboxItem]) -> Iterator[str]:
    if not items:
        yield _("The outbox is empty.")
    for item in items:
        yield f"{item.item:>5}  {_(item.state):<11}  {_destination(item)}: {item.subject}{LRM}"
        if item.error:
            yield f"       {item.error}"
        if item.state == "uncertain" and "--settle" not in (item.error or ""):
            yield "       " + _(
                "It may have been sent, and is not sent again by itself. If it is seen on the list, this settles "
                "itself; else say what became of it: listforum outbox {item} --settle sent|resend|drop"
            ).format(item=item.item)


def _destination(item: OutboxItem) -> str:
    if item.public:
        return _("To everyone on {list} ({to})").format(list=item.list, to=", ".join(item.to))
    return _("Only to {to}").format(to=", ".join(item.to))


# --- sending ------------------------------------------------------------------------------------------------------


def _send(forum: Forum, _options: Namespace) -> Answer:
    from listforum.cli.online import ask, cancellable

    with cancellable() as cancel:
        done = forum.sending.send(ask=ask, cancel=cancel)
    report = done.report
    document = {
        "sent": report.sent,
        "failed": report.failed,
        "uncertain": report.uncertain,
        "waiting": report.waiting,
    }
    for error in done.errors:
        say(error)
    touched = {number for numbers in document.values() for number in numbers}
    items = [item for item in forum.outgoing.items() if item.item in touched]
    lines = list(_lines(items)) if items else [_("Nothing to send.")]
    if done.cancelled:
        return Answer(document, lines, Cancelled.exit_code)
    return Answer(document, lines, 1 if done.errors or not done.complete else 0)


COMMANDS: dict[str, Command] = {"reply": _reply, "post": _post, "outbox": _outbox, "send": _send}
