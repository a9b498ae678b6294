"""A run on the link in words: what it would cost, how far it is, what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING, Final

from listforum.errors import Cancelled
from listforum.forum import told
from listforum.forum.told import duration
from listforum.mail import safe
from listforum.model.traffic import Spending
from listforum.tui.layout.line import Line, Span, StyleName

if TYPE_CHECKING:
    from listforum.forum.run import ListReport, SyncReport
    from listforum.forum.sending import Sent
    from listforum.model.outgoing import OutboxItem
    from listforum.model.traffic import Progress
    from listforum.tui.exchange import Exchange, Outcome
    from listforum.tui.pace import Pace

_BAR: Final = 40


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beside the run: the link's pace, what a connection usually costs, what was spent, the outbox."""

    pace: Pace
    connecting: int | None = None
    spending: Spending = field(default_factory=Spending)
    outbox: Mapping[int, OutboxItem] = field(default_factory=dict)


def exchange_lines(exchange: Exchange, known: Known, room: int) -> tuple[Line, ...]:
    """How a run stands, for a page of `room` cells."""
    match exchange.phase:
        case "connecting":
            lines = _connecting(known)
        case "price":
            lines = _price(exchange, known.pace)
        case "working":
            lines = _working(exchange, room)
        case "stopping":
            lines = _stopping()
        case "done":
            lines = _summary(exchange, known)
    return tuple(lines)


def link_words(exchange: Exchange | None, spent: Spending) -> str:
    """The link in a few words: how far a run is, or what this day has cost, against its budget where there is one."""
    if exchange is None or not exchange.running:
        return told.spending(spent)
    progress = exchange.progress
    if exchange.phase == "price":
        return _("the price is known: s")
    if exchange.phase == "stopping":
        return _("stopping")
    if exchange.phase == "connecting" or progress is None:
        return _("connecting")
    return f"{_step(progress)} · {told.size(progress.bytes.total)}"


def ending(exchange: Exchange) -> str:
    """What came of a run in one sentence, for somebody who is busy with something else."""
    outcome = exchange.outcome
    stop = tuple(_stop(outcome))
    if stop:
        return stop[0]
    lists = outcome.synced.lists if outcome.synced else []
    came, texts = sum(report.new_headers for report in lists), sum(report.new_texts for report in lists)
    if came:
        return ngettext("{count} new post came.", "{count} new posts came.", came).format(count=came)
    if texts:
        return ngettext("{count} text came.", "{count} texts came.", texts).format(count=texts)
    return _("Sent.") if outcome.sent is not None and outcome.sent.report.sent else _("Nothing new.")


# --- before -------------------------------------------------------------------------------------------------------


def _connecting(known: Known) -> Iterator[Line]:
    if known.connecting is None:
        yield _line(_("Connecting."))
    else:
        yield _line(_("Connecting. That alone costs about {size}.").format(size=told.size(known.connecting)))
    yield _line(_("Nothing is fetched before you have seen the price."), "muted")


def _price(exchange: Exchange, pace: Pace) -> Iterator[Line]:
    priced = [report for report in exchange.offered if report.waiting_bytes or report.new_headers]
    if exchange.headings_here:
        yield _line(_("The headings are here. Their texts cost more than they seemed to:"), "heading")
    for report in priced:
        yield _line(_price_of_texts(report) if exchange.headings_here else told.price(report), "waiting")
        yield from (_line(f"  {words}", "muted") for words in told.beside_price(report))
    for report in exchange.offered:
        if report.error is not None:
            yield _line(f"{report.list}: {report.error}", "warning")
    yield _line()
    yield from _sums(exchange, priced, pace)
    if exchange.headings_here:
        yield _line(_("Enter fetches them. Esc leaves them on the server; the headings are kept."), "muted")
        yield _line(_("b fetches as many of them as a budget bears."), "muted")
    else:
        yield _line(_("Enter fetches it. Esc leaves it on the server: nothing is fetched, nothing is lost."), "muted")
        yield _line(_("h fetches the headings only, b as much as a budget bears."), "muted")


def _sums(exchange: Exchange, priced: Sequence[ListReport], pace: Pace) -> Iterator[Line]:
    total = sum(report.waiting_bytes for report in priced)
    if len(priced) > 1:
        yield _line(_("In all about {size}.").format(size=told.size(total)), "heading")
    headings = sum(step.price for report in priced for step in report.plan.steps if step.what == "headers")
    if headings and not exchange.headings_here:
        yield _line(_("The headings alone: about {size}.").format(size=told.size(headings)))
    seconds = pace.seconds_for(total)
    if seconds is not None:
        yield _line(_("On this link that takes about {time}.").format(time=duration(seconds)))


def _price_of_texts(report: ListReport) -> str:
    words = ngettext("{list}: {count} text, about {size}", "{list}: {count} texts, about {size}", report.waiting_texts)
    return words.format(list=report.list, count=report.waiting_texts, size=told.size(report.waiting_bytes))


# --- while --------------------------------------------------------------------------------------------------------


def _working(exchange: Exchange, room: int) -> Iterator[Line]:
    progress = exchange.progress
    if progress is None:
        yield _line(_("Working."))
        return
    yield _line(_step(progress), "heading")
    if progress.total:
        yield _line(bar(progress.done, progress.total, min(_BAR, room - 2)))
    yield _line(_so_far(progress))
    yield _line()
    yield _line(_("Esc goes back to reading; this goes on. x stops it; what has come is kept."), "muted")


def _so_far(progress: Progress) -> str:
    size = told.size(progress.bytes.total)
    if progress.seconds_left is None:
        return _("{size} so far").format(size=size)
    if not progress.total:
        return _("{size} so far, the next try in {time}").format(size=size, time=duration(progress.seconds_left))
    return _("{size} so far, about {time} left").format(size=size, time=duration(progress.seconds_left))


def _step(progress: Progress) -> str:
    if not progress.total:
        return safe.line(progress.what)
    return _("{what} {done} of {total}").format(what=safe.line(progress.what), done=progress.done, total=progress.total)


def bar(done: int, total: int, cells: int) -> str:
    """How far it is, drawn with signs that every terminal has: two cells more than `cells`."""
    full = cells if not total else min(cells, cells * done // total)
    return f"[{'#' * full}{'.' * (cells - full)}]"


def _stopping() -> Iterator[Line]:
    yield _line(_("Stopping. What has come is kept."))


# --- after --------------------------------------------------------------------------------------------------------


def _summary(exchange: Exchange, known: Known) -> Iterator[Line]:
    outcome = exchange.outcome
    if outcome.sent is not None:
        yield from _sent(outcome.sent, known.outbox)
    if outcome.synced is not None:
        yield from _came(outcome.synced)
    stop = tuple(_stop(outcome))
    yield from (_line(words, "warning") for words in stop)
    if not stop and _nothing_happened(outcome):
        yield _line(_("Nothing new."), "heading")
    yield _line()
    yield _line(told.paid(exchange.spent, _seconds(exchange)), "muted")
    if known.spending.budget is not None:
        yield _line(_("Against the budget: {spent}.").format(spent=told.spending(known.spending)), "muted")


def _sent(sent: Sent, outbox: Mapping[int, OutboxItem]) -> Iterator[Line]:
    report = sent.report
    if report.sent:
        count = len(report.sent)
        yield _line(ngettext("{count} post sent.", "{count} posts sent.", count).format(count=count), "heading")
    for item in report.sent:
        if item in outbox and outbox[item].state == "on the list":
            yield _line(_("“{subject}” is on the list.").format(subject=_subject(item, outbox)), "heading")
    for item in report.failed:
        words = outbox[item].error if item in outbox else None
        yield _line(
            _("“{subject}” was refused: {why}").format(subject=_subject(item, outbox), why=words or ""), "warning"
        )
    for item in report.uncertain:
        yield _line(
            _(
                "“{subject}” may have been sent or not. It is not sent again by itself: the outbox (o) says more."
            ).format(subject=_subject(item, outbox)),
            "warning",
        )
    yield from (_line(words, "warning") for words in sent.errors)
    if report.waiting and not sent.cancelled:
        count = len(report.waiting)
        yield _line(
            ngettext(
                "{count} post still waits in the outbox.", "{count} posts still wait in the outbox.", count
            ).format(count=count)
        )


def _subject(item: int, outbox: Mapping[int, OutboxItem]) -> str:
    return outbox[item].subject if item in outbox else str(item)


def _came(report: SyncReport) -> Iterator[Line]:
    for one in report.lists:
        something = bool(one.new_headers or one.new_texts)
        missing = tuple(told.missing(one if report.stopped_by is None else _left_out(one)))
        if something or one.waiting_texts or missing:
            yield _line(told.came(one), "heading" if something else "")
        # What a first sync left on the server is told with what it fetched, not after every sync.
        rest = (*told.muted(one), *told.older(one)) if something else ()
        yield from (_line(f"  {words}", "muted") for words in (*missing, *rest))


def _left_out(report: ListReport) -> ListReport:
    """Without what a cut kept back: it comes with the rest."""
    return replace(report, missing=tuple(one for one in report.missing if one.left_out))


def _stop(outcome: Outcome) -> Iterator[str]:
    """What ended a run early, in sentences; nothing where nothing did."""
    if isinstance(outcome.error, Cancelled):
        yield _("Stopped. What came is kept.")
    elif outcome.error is not None:
        yield str(outcome.error)
    synced = outcome.synced
    if synced is None:
        if outcome.sent is not None and outcome.sent.cancelled:
            yield _("Stopped. What came is kept.")
        return
    if synced.stopped_by == "link":
        yield (
            _("The link was cut. What came is kept; s goes on from there.")
            if synced.spent.total
            else _("There is no link to the server. Nothing was lost; s tries again.")
        )
    elif synced.stopped_by == "deadline":
        yield _("The server took too long to answer. What came is kept; s goes on from there.")
    elif synced.stopped_by == "budget":
        yield (
            _("The budget is used up. What came is kept; the rest waits on the server, with its price.")
            if _anything_came(synced)
            else _("The budget is too small for what comes next. Nothing was fetched: it waits on the server.")
        )
    elif synced.stopped_by == "cancel":
        yield (
            _("Stopped. What came is kept; s goes on from there.")
            if _anything_came(synced)
            else _("Nothing was fetched. s asks again.")
        )
    yield from synced.errors


def clean(outcome: Outcome) -> bool:
    """Whether all came that was asked for."""
    synced = outcome.synced
    return not tuple(_stop(outcome)) and synced is not None and not any(report.missing for report in synced.lists)


def _anything_came(synced: SyncReport) -> bool:
    return any(one.new_headers or one.new_texts for one in synced.lists)


def _nothing_happened(outcome: Outcome) -> bool:
    sent, synced = outcome.sent, outcome.synced
    sending = sent is not None and bool(sent.report.sent or sent.report.failed or sent.errors)
    return not sending and synced is not None and not _anything_came(synced)


def _seconds(exchange: Exchange) -> float:
    """The time on the link, where that is known: what the person took to think about the price is not counted."""
    synced = exchange.outcome.synced
    return exchange.seconds if synced is None else synced.seconds


def _line(text: str = "", style: StyleName = "") -> Line:
    """A line of text that may quote a server, a list's name or a mail."""
    return Line((Span(safe.body(text), style),) if text else ())
