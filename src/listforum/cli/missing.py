"""What a server could not give of a list, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from gettext import gettext as _
from gettext import ngettext
from typing import Final

from listforum.archive.aside import SetAside
from listforum.sync.report import ListReport

_NAMED: Final = 5
"""So many UIDs are named."""


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
