"""The commands that may use the network: they can be stopped at any moment, and say what they cost."""

from __future__ import annotations

import signal
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from gettext import gettext as _
from pathlib import Path

from listforum.cancel import Cancel
from listforum.cli.commands import Answer, Command
from listforum.cli.output import Exact, say
from listforum.cli.progress import Line
from listforum.errors import Cancelled, LoginError, UnknownItem, UsageError
from listforum.forum import Forum, told
from listforum.forum.connecting import Person
from listforum.forum.numbers import number_in
from listforum.forum.run import ListReport, SyncReport
from listforum.forum.syncing import Wanted
from listforum.mail import safe
from listforum.model.forum import Attachment
from listforum.model.mail import Part
from listforum.model.traffic import Progress


def _setup(forum: Forum, _options: Namespace) -> Answer:
    from listforum.forum.setup import write_config

    path = write_config(forum.home)
    return Answer(
        {"config": str(path)},
        [
            _("A config to fill in lies at {path}.").format(path=path),
            _("Put your address and servers in it, then run: listforum doctor"),
        ],
    )


def _doctor(forum: Forum, _options: Namespace) -> Answer:
    with cancellable() as cancel:
        findings = list(forum.doctor.findings(ask, cancel))
    lines: list[str] = []
    for finding in findings:
        first, *more = finding.words.splitlines() or [""]
        verdict = _("ok") if finding.well else _("BAD")
        lines.append(f"{verdict:<3} {safe.line(_subject(finding.what))}: {safe.line(first)}")
        lines += [f"  {safe.line(line)}" for line in more]
        lines += [Exact(f"      {safe.line(line)}") for line in finding.block.splitlines()]
    document = [
        {"what": safe.line(f.what), "ok": f.well, "words": safe.body(f.words), "block": f.block} for f in findings
    ]
    return Answer(document, lines, 0 if all(finding.well for finding in findings) else 1)


def _subject(what: str) -> str:
    """What a finding is about: a name that programs know, or a folder's or list's behind such a name."""
    kind, blank, name = what.partition(" ")
    return f"{_(kind)}{blank}{name}" if not name or kind in {"folder", "list"} else what


def _sync(forum: Forum, options: Namespace) -> Answer:
    from listforum.config import amount

    extent = "price" if options.dry_run else "headers" if options.headers_only else "all"
    wanted = Wanted(extent, None if options.budget is None else amount(options.budget))  # type: ignore[arg-type]
    if options.wait:
        return _wait(forum, options.lists, wanted)
    with cancellable() as cancel, _progress() as progress:
        report = forum.syncing.sync(options.lists, wanted, ask=ask, cancel=cancel, progress=progress)
    return _priced(forum, report) if options.dry_run else _synced(report)


def _wait(forum: Forum, lists: Sequence[str], wanted: Wanted) -> Answer:
    """Ended by the person while nothing is under way, it is done: that is how a wait ends."""
    if wanted.extent == "price":
        raise UsageError(_("--wait fetches what comes: it cannot go with --dry-run."))
    price = told.size(forum.watching.price(lists))
    say(_("Waiting costs at most about {size} a day, beside what comes. Ctrl-C ends it.").format(size=price))
    with cancellable() as cancel, Line(sys.stderr) as line:
        show = _teller(line)

        def tell(progress: Progress) -> None:
            if not progress.total:  # nothing may follow for an hour
                line.clear()
            show(progress)

        def say_what_came(reports: Sequence[ListReport]) -> None:
            line.clear()
            for report in reports:
                say(told.came(report))

        return _synced(forum.watching.watch(lists, wanted, Person(ask, cancel, tell), say_what_came))


def _fetch(forum: Forum, options: Namespace) -> Answer:
    if options.part is not None:
        return _fetch_part(forum, options)
    if options.save is not None:
        raise UsageError(_("--save goes with --part: it says which attachment to save."))
    posts = _posts(forum, options.target)
    with cancellable() as cancel, _progress() as progress:
        report = forum.fetching.texts(posts, Person(ask, cancel, progress))
    return _synced(report)


def _fetch_part(forum: Forum, options: Namespace) -> Answer:
    post = _post_number(options.target)
    waiting = _attachment(forum, post, options.part)
    report = SyncReport()
    if waiting[0].state == "waiting":
        with cancellable() as cancel, _progress() as progress:
            report = forum.fetching.part(post, waiting[1].section, Person(ask, cancel, progress))
    answer = _synced(report)
    if answer.code or options.save is None:
        return answer
    path = forum.upkeep.save(post, _attachment(forum, post, options.part)[1], Path(options.save))
    document = {**_document(report), "saved": [str(path)]}
    return Answer(document, [*answer.lines, _("Saved as {path}").format(path=path)])


# --- a sync in words ----------------------------------------------------------------------------------------------


def _synced(report: SyncReport) -> Answer:
    """What a run did."""
    _tell(report.errors)
    return Answer(_document(report), (*_came_lines(report), _ending(report)), _code(report))


def _priced(forum: Forum, report: SyncReport) -> Answer:
    """What a run would do, and for how much."""
    _tell(report.errors)
    lines = [*_price_lines(report)]
    price, pace = sum(one.plan.price for one in report.lists), forum.expenses.pace()
    if price and pace:
        lines.append(_("On this link that takes about {time}.").format(time=told.duration(price / pace)))
    return Answer(_document(report), (*lines, _ending(report)), _code(report))


def _code(report: SyncReport) -> int:
    return Cancelled.exit_code if report.stopped_by == "cancel" else 1 if report.errors else 0


def _document(report: SyncReport) -> dict[str, object]:
    return {
        "lists": [
            {
                "list": one.list,
                "new_headers": one.new_headers,
                "new_texts": one.new_texts,
                "waiting_texts": one.waiting_texts,
                "waiting_bytes": one.waiting_bytes,
                "muted_texts": one.muted_texts,
                "muted_bytes": one.muted_bytes,
                "plan": [{"what": step.what, "count": step.count, "bytes": step.price} for step in one.plan.steps],
                "older": one.older,
                "older_bytes": one.older_bytes,
                "error": None if one.error is None else safe.line(one.error),
                "note": " ".join(told.missing(one)) or None,
            }
            for one in report.lists
        ],
        "bytes_up": report.spent.up,
        "bytes_down": report.spent.down,
        "seconds": report.seconds,
        "stopped_by": report.stopped_by,
    }


def _came_lines(report: SyncReport) -> Iterator[str]:
    for one in report.lists:
        if one.error is None or one.new_headers or one.new_texts:
            yield told.came(one)
        # what a first sync left on the server is told with what it fetched, not after every sync
        older = told.older(one) if one.new_headers else ()
        yield from (f"  {words}" for words in (*told.muted(one), *older, *told.missing(one)))


def _price_lines(report: SyncReport) -> Iterator[str]:
    for one in report.lists:
        yield told.price(one)
        yield from (f"  {words}" for words in (*told.beside_price(one), *told.older(one), *told.missing(one)))


def _ending(report: SyncReport) -> str:
    paid = told.paid(report.spent, report.seconds)
    stopped = report.stopped_by
    return paid if stopped is None else _("{paid}; stopped by: {reason}").format(paid=paid, reason=_(stopped))


def _tell(errors: list[str]) -> None:
    for error in errors:
        say(error)


# --- what is wanted -----------------------------------------------------------------------------------------------


def _posts(forum: Forum, target: str) -> list[int]:
    if target.startswith("post:"):
        return [_post_number(target)]
    number = number_in(target)
    if number is None:
        return forum.fetching.waiting(forum.reading.topic_numbers(target))
    return [view.record.post for view in forum.reading.topic(number).posts]


def _post_number(target: str) -> int:
    number = number_in(target.removeprefix("post:"))
    if number is None:
        raise UsageError(_("“{target}” is no post: write its number.").format(target=target))
    return number


def _attachment(forum: Forum, post: int, n: int) -> tuple[Attachment, Part]:
    for attachment, part in forum.reading.attachments(post):
        if attachment.n == n:
            return attachment, part
    raise UnknownItem(_("Post {post} has no attachment {n}.").format(post=post, n=n))


# --- the person ---------------------------------------------------------------------------------------------------


def ask(question: str) -> str:
    """Asks on the terminal, without showing what is typed. Raises LoginError where there is none, and Cancelled."""
    import getpass

    if not sys.stdin.isatty():
        words = _("{question}: there is no terminal to ask on. Use password_command in the config.")
        raise LoginError(words.format(question=question))
    # Reading a line goes on after a signal whose handler returns: here Ctrl-C must break it off.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return getpass.getpass(f"{question}: ")
    except KeyboardInterrupt:
        raise Cancelled(_("stopped")) from None
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def cancellable() -> Iterator[Cancel]:
    """Ctrl-C and SIGTERM stop the work cleanly; a second one stops it at once."""
    cancel = Cancel()

    def stop(_number: int, _frame: object) -> None:
        if cancel.cancelled:
            raise KeyboardInterrupt
        cancel.cancel()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield cancel
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _progress() -> Iterator[Callable[[Progress], None]]:
    with Line(sys.stderr) as line:
        yield _teller(line)


def _teller(line: Line) -> Callable[[Progress], None]:
    began = time.monotonic()

    def tell(progress: Progress) -> None:
        line.show(_so_far(progress, time.monotonic() - began))

    return tell


def _so_far(progress: Progress, seconds: float) -> str:
    if not progress.total:
        words = _("{what} ({paid}, {seconds:.0f} s)")
    elif progress.seconds_left is None:
        words = _("{what} {done} of {total} ({paid}, {seconds:.0f} s)")
    else:
        words = _("{what} {done} of {total} ({paid}, {seconds:.0f} s, {left:.0f} s left)")
    return words.format(
        what=progress.what,
        done=progress.done,
        total=progress.total,
        paid=told.size(progress.bytes.total),
        seconds=seconds,
        left=progress.seconds_left,
    )


COMMANDS: dict[str, Command] = {
    "setup": _setup,
    "doctor": _doctor,
    "sync": _sync,
    "fetch": _fetch,
}
