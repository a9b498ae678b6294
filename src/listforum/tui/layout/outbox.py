"""The outbox as rows: what each thing is, who will read it, what its state means, and what can be done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from gettext import gettext as _
from typing import Final, Literal

from listforum.mail import safe
from listforum.model.outgoing import OutboxItem, OutboxState, SavedDraft
from listforum.tui.layout.cells import LRM, field, shortened, width
from listforum.tui.layout.dates import ago
from listforum.tui.layout.line import Line, Span, StyleName
from listforum.tui.layout.wrap import wrapped

_INDENT: Final = "   "
_NARROWEST: Final = 20
_URGENCY: Final[dict[OutboxState, int]] = {"uncertain": 0, "failed": 1, "sending": 2, "queued": 3}


@dataclass(frozen=True, slots=True)
class Entry:
    """What can stand under the cursor: a draft's number, or an item's."""

    kind: Literal["draft", "item"]
    number: int


def outbox_rows(
    drafts: Sequence[SavedDraft], items: Sequence[OutboxItem], room: int, now: int
) -> list[tuple[Entry, tuple[Line, ...]]]:
    """Drafts, then what is not settled, then what is; the newest first in each. `room` is in cells."""
    settled_last = sorted(items, key=lambda item: (_URGENCY.get(item.state, 4), -item.item))
    return [
        *((Entry("draft", draft.draft), tuple(_draft(draft, room, now))) for draft in drafts),
        *((Entry("item", item.item), tuple(_item(item, room, now))) for item in settled_last),
    ]


def _draft(draft: SavedDraft, room: int, now: int) -> Iterator[Line]:
    yield _head(_("draft"), draft.subject, ago(draft.saved, now), room, "unread")
    yield from _rows(_draft_goes_to(draft), "", room)
    yield from _rows(_("Not queued. enter goes on writing, d throws it away."), "muted", room)


def _item(item: OutboxItem, room: int, now: int) -> Iterator[Line]:
    open_end = item.state in _URGENCY
    yield _head(state_name(item.state), item.subject, ago(item.queued, now), room, "unread" if open_end else "muted")
    yield from _rows(goes_to(item), "", room)
    yield from _rows(meaning(item), "muted", room)
    if item.error:
        yield from _rows(_("It was said: {words}").format(words=safe.line(item.error)), "warning", room)


def _head(state: str, subject: str, age: str, room: int, style: StyleName) -> Line:
    room = max(room, _NARROWEST)
    taken = width(state) + width(age) + 5
    named = field(safe.line(subject) or _("(no subject)"), max(1, room - taken))
    return Line((Span(f" {state}", style), Span(f"  {named}"), Span(f" {age} ", "muted")))


def _rows(words: str, style: StyleName, room: int) -> Iterator[Line]:
    """A sentence below its heading, indented."""
    for row in wrapped(words, max(room, _NARROWEST) - len(_INDENT) - 1):
        yield Line((Span(f"{_INDENT}{row.text}{LRM}", style),))


def state_name(state: OutboxState) -> str:
    """A state in a word or two."""
    return {
        "draft": _("draft"),
        "queued": _("queued"),
        "sending": _("being sent"),
        "uncertain": _("uncertain"),
        "sent": _("sent"),
        "on the list": _("on the list"),
        "failed": _("refused"),
    }[state]


def goes_to(item: OutboxItem) -> str:
    """Who reads a queued or sent post."""
    to = safe.line(", ".join(item.to))
    if item.public:
        return _("To everyone on {list} ({address})").format(list=safe.line(item.list), address=to)
    return _("Only to {person}").format(person=to)


def _draft_goes_to(draft: SavedDraft) -> str:
    words = {
        "reply": _("An answer to everyone on {list}"),
        "private": _("A private answer to one person, from {list}"),
        "post": _("A new topic for everyone on {list}"),
    }[draft.kind]
    return words.format(list=safe.line(draft.list))


def meaning(item: OutboxItem) -> str:
    """What a state means for the person, and what they can do."""
    if item.state == "uncertain":
        return _uncertain(item.public)
    return {
        "draft": _("Not queued. enter goes on writing."),
        "queued": _("It goes out with the next sync (s). enter takes it back to change it, d drops it."),
        "sending": _("It is going out just now."),
        "sent": _sent(item.public),
        "on the list": _("The list has it. d takes it off this page."),
        "failed": _("It was not sent. enter changes it, a sends it again, d drops it."),
    }[item.state]


def _uncertain(public: bool) -> str:
    settles = (
        _("It settles when the list shows it; or say: y it arrived, a send it again, d drop it.")
        if public
        else _("It settles when it is answered; or say: y it arrived, a send it again, d drop it.")
    )
    return _("It may have been sent; it is not sent again by itself. {settles}").format(settles=settles)


def _sent(public: bool) -> str:
    if public:
        return _("The server took it; the list has not shown it yet. d takes it off this page.")
    return _("The server took it. d takes it off this page.")


def shown_subject(subject: str, room: int) -> str:
    """A subject within a sentence."""
    return shortened(safe.line(subject) or _("(no subject)"), room)
