"""What a run on the network does and costs, in words, for the command line and the screens alike."""

from __future__ import annotations

from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from listforum.archive.aside import SetAside
    from listforum.model import Bytes
    from listforum.sync.report import ListReport

_NAMED: Final = 5
"""So many UIDs are named."""


def size(count: int) -> str:
    """Bytes in words, kB = 1000."""
    if count < 1000:
        return f"{count} B"
    return f"{count / 1000:.1f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


def paid(spent: Bytes, seconds: float) -> str:
    """What a run has cost."""
    return _("{down} down, {up} up, {seconds:.1f} s").format(down=size(spent.down), up=size(spent.up), seconds=seconds)


def price(report: ListReport) -> str:
    """What there is to fetch of a list, and for how much."""
    return ngettext(
        "{list}: {count} new post, about {size} with its text",
        "{list}: {count} new posts, about {size} with their texts",
        report.new_headers,
    ).format(list=report.list, count=report.new_headers, size=size(report.waiting_bytes))


def came(report: ListReport) -> str:
    """What came of a list, and what of it still waits."""
    posts = ngettext("{count} new post", "{count} new posts", report.new_headers).format(count=report.new_headers)
    texts = ngettext("{count} text", "{count} texts", report.new_texts).format(count=report.new_texts)
    words = f"{report.list}: {posts}, {texts}"
    if not report.waiting_texts:
        return words
    waiting = ngettext("{count} text waits ({size})", "{count} texts wait ({size})", report.waiting_texts)
    return f"{words}; {waiting.format(count=report.waiting_texts, size=size(report.waiting_bytes))}"


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
        left_out, waiting = ([one for one in of_kind if one.left_out is given_up] for given_up in (True, False))
        if left_out:
            yield _("{what} cannot be had from the server (UID {uids}): {left_out}{rest}.").format(
                what=_counted(what, len(left_out)),
                uids=_uids(left_out),
                left_out=ngettext("it was left out", "they were left out", len(left_out)),
                rest=_rest(report),
            )
        if waiting:
            yield _("{what} did not come from the server (UID {uids}): {again}{rest}.").format(
                what=_counted(what, len(waiting)),
                uids=_uids(waiting),
                again=ngettext("it is asked for again next time", "they are asked for again next time", len(waiting)),
                rest=_rest(report),
            )


def _counted(what: str, count: int) -> str:
    if what == "text":
        return ngettext("The text of {count} mail", "The texts of {count} mails", count).format(count=count)
    return ngettext("{count} mail", "{count} mails", count).format(count=count)


def _uids(mails: Sequence[SetAside]) -> str:
    named = ", ".join(str(uid) for uid in sorted(one.uid for one in mails)[:_NAMED])
    return named if len(mails) <= _NAMED else _("{uids} and {more} more").format(uids=named, more=len(mails) - _NAMED)


def _rest(report: ListReport) -> str:
    known = sum(one.missing == "text" and not one.left_out for one in report.missing)
    complete = report.done and report.error is None and report.waiting_texts <= known
    return _("; everything else is here") if complete else ""
