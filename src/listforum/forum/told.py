"""What a run on the network does and costs, in words, for the command line and the screens alike."""

from __future__ import annotations

from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING, Final

from listforum.words import N_

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from listforum.archive.aside import SetAside
    from listforum.model.traffic import Bytes, Spending
    from listforum.sync.report import ListReport

_UNITS: Final = ((1e3, N_("{count} kB")), (1e6, N_("{count} MB")))

_LONG: Final = 90
"""Seconds from which on a time is told in minutes."""

_NAMED: Final = 5
"""So many UIDs are named."""


def size(count: int) -> str:
    """Bytes in words (kB = 1000): 812 B, 4.1 kB, 181 kB, 1.2 MB."""
    if count < 1000:
        return _("{count} B").format(count=count)
    for unit, name in _UNITS:
        amount = count / unit
        if amount < 999.5:
            return _(name).format(count=f"{amount:.1f}" if amount < 99.95 else f"{amount:.0f}")
    return _("{count} GB").format(count=f"{count / 1e9:.1f}")


def paid(spent: Bytes, seconds: float) -> str:
    """What a run has cost."""
    return _("{down} down, {up} up, {seconds:.1f} s").format(down=size(spent.down), up=size(spent.up), seconds=seconds)


def price(report: ListReport) -> str:
    """What there is to fetch of a list, and for how much."""
    if report.left_early and not (report.waiting_bytes or report.new_headers):
        return _("{list}: nobody looked yet what is new there").format(list=report.list)
    steps = {step.what: step for step in report.plan.within(None).steps}
    followed, others = steps["followed"], steps["others"]
    if report.waiting_bytes and not report.new_headers:
        words = _("{list}: nothing new; the texts that wait, about {size}")
        if followed.count:
            words = _("{list}: nothing new; the texts that wait, about {size}, {followed} of it for followed topics")
        return words.format(list=report.list, size=size(report.waiting_bytes), followed=size(followed.price))
    told = ngettext(
        "{list}: {count} new post, about {size} with its text",
        "{list}: {count} new posts, about {size} with their texts",
        report.new_headers,
    ).format(
        list=report.list, count=report.new_headers, size=size(report.waiting_bytes - followed.price - others.price)
    )
    if followed.count:
        told = _("{told}; texts of followed topics {size}").format(told=told, size=size(followed.price))
    if others.count:
        told = _("{told}; other texts that wait {size}").format(told=told, size=size(others.price))
    return told


def beside_price(report: ListReport) -> Iterator[str]:
    """Sentences on what is not in the price of a list."""
    left = next(step for step in report.plan.steps if step.what == "budget")
    if left.count:
        yield ngettext(
            "The budget leaves {count} text waiting: about {size}.",
            "The budget leaves {count} texts waiting: about {size}.",
            left.count,
        ).format(count=left.count, size=size(left.price))
    yield from muted(report)


def muted(report: ListReport) -> Iterator[str]:
    """A sentence about the texts that stay on the server because their topics are muted, if there are any."""
    if report.muted_texts:
        yield ngettext(
            "{count} text of a muted topic stays on the server ({size}).",
            "{count} texts of muted topics stay on the server ({size}).",
            report.muted_texts,
        ).format(count=report.muted_texts, size=size(report.muted_bytes))


def spending(spent: Spending) -> str:
    """What a day or a month has cost, against its budget where there is one."""
    if spent.budget is None:
        return _("{size} today").format(size=size(spent.today.total))
    words = _("{size} of {budget} today") if spent.per == "day" else _("{size} of {budget} this month")
    return words.format(size=size(spent.counted.total), budget=size(spent.budget))


def duration(seconds: float) -> str:
    """How long something takes, in a word or two."""
    if seconds < _LONG:
        return _("{seconds} s").format(seconds=max(1, round(seconds)))
    return _("{minutes} min").format(minutes=round(seconds / 60))


def came(report: ListReport) -> str:
    """What came of a list, and what of it still waits."""
    posts = ngettext("{count} new post", "{count} new posts", report.new_headers).format(count=report.new_headers)
    texts = ngettext("{count} text", "{count} texts", report.new_texts).format(count=report.new_texts)
    words = _("{list}: {posts}, {texts}").format(list=report.list, posts=posts, texts=texts)
    if report.left_early:
        if not (report.new_headers or report.new_texts or report.waiting_texts):
            return _("{list}: left for the next time").format(list=report.list)
        words = _("{came}; the rest next time").format(came=words)
    if not report.waiting_texts:
        return words
    waiting = ngettext(
        "{came}; {count} text waits ({size})", "{came}; {count} texts wait ({size})", report.waiting_texts
    )
    return waiting.format(came=words, count=report.waiting_texts, size=size(report.waiting_bytes))


def older(report: ListReport) -> Iterator[str]:
    """A sentence about the posts that the first sync of a list left on the server, if it left any."""
    if report.older:
        yield ngettext(
            "{count} older post stays on the server: about {size}. To have it, raise history under [sync] in the "
            "config.",
            "{count} older posts stay on the server: about {size}. To have them, raise history under [sync] in the "
            "config.",
            report.older,
        ).format(count=report.older, size=size(report.older_bytes))


# --- what a server could not give ---------------------------------------------------------------------------------


def missing(report: ListReport) -> Iterator[str]:
    """A sentence for each kind of what did not come, though the server has it."""
    for what in ("mail", "text"):
        of_kind = [one for one in report.missing if one.missing == what]
        for left_out in (True, False):
            mails = [one for one in of_kind if one.left_out is left_out]
            if mails:
                told = _missing_words(mails[0], len(mails)).format(count=len(mails), uids=_uids(mails))
                sentence = _("{told}; everything else is here.") if _all_else_is_here(report) else _("{told}.")
                yield sentence.format(told=told)


def _missing_words(mail: SetAside, count: int) -> str:
    """Words on so many mails of which the same is missing as of this one."""
    if mail.missing == "text" and mail.left_out:
        return ngettext(
            "The text of {count} mail cannot be had from the server (UID {uids}): it was left out",
            "The texts of {count} mails cannot be had from the server (UID {uids}): they were left out",
            count,
        )
    if mail.missing == "text":
        return ngettext(
            "The text of {count} mail did not come from the server (UID {uids}): it is asked for again next time",
            "The texts of {count} mails did not come from the server (UID {uids}): they are asked for again next time",
            count,
        )
    if mail.left_out:
        return ngettext(
            "{count} mail cannot be had from the server (UID {uids}): it was left out",
            "{count} mails cannot be had from the server (UID {uids}): they were left out",
            count,
        )
    return ngettext(
        "{count} mail did not come from the server (UID {uids}): it is asked for again next time",
        "{count} mails did not come from the server (UID {uids}): they are asked for again next time",
        count,
    )


def _uids(mails: Sequence[SetAside]) -> str:
    named = ", ".join(str(uid) for uid in sorted(one.uid for one in mails)[:_NAMED])
    return named if len(mails) <= _NAMED else _("{uids} and {more} more").format(uids=named, more=len(mails) - _NAMED)


def _all_else_is_here(report: ListReport) -> bool:
    known = sum(one.missing == "text" and not one.left_out for one in report.missing)
    return report.done and report.error is None and report.waiting_texts <= known
