"""What to try next: one line at a time, each shown until it was done."""

from __future__ import annotations

from dataclasses import dataclass, field
from gettext import gettext as _
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from listforum.tui.companion import Event

_AFTER: Final[tuple[tuple[str, tuple[Event, ...]], ...]] = (
    ("price", ("priced", "synced", "cut")),
    ("sync", ("synced", "cut")),
    ("again", ("synced",)),
    ("read", ("read",)),
    ("search", ("searched", "found")),
    ("found", ("found", "asked why")),
    ("why", ("asked why", "queued")),
    ("answer", ("queued",)),
    ("send", ("sent", "on the list")),
    ("copy", ("on the list",)),
)
"""The steps, and what has to happen for each to be done; a step that was skipped counts once a later one is done."""


@dataclass(slots=True)
class Guide:
    """Keeps what the person has done, and says the next step. `waiting` posts lie on the server at the start."""

    waiting: int
    _happened: set[Event] = field(default_factory=set)

    def __post_init__(self) -> None:
        if not self.waiting:
            self._happened.add("synced")

    def happened(self, event: Event) -> None:
        self._happened.add(event)

    @property
    def step(self) -> str:
        """The name of the first step that is not done; "" when all are."""
        done = [bool(self._happened.intersection(events)) for _name, events in _AFTER]
        left = [name for (name, _events), is_done in zip(_AFTER, done, strict=True) if not is_done]
        return left[0] if left else ""

    def advice(self) -> str:
        """The next step, in one line."""
        return {
            "price": _("{count} new posts wait behind a slow link. Press s: it says what they cost.").format(
                count=self.waiting
            ),
            "sync": _("Enter fetches them. Meanwhile F3 cuts the link: see what that costs."),
            "again": _("The link is cut; what came is kept. s goes on from there."),
            "read": _("space reads on: down the post, the next unread one, the next topic."),
            "search": _("/ searches offline. Try: {word}").format(word="كتابخانه"),
            "found": _("Found in the other spelling, too: {word}. Enter opens it there.").format(word="کتاب‌خانه"),
            "why": _("y says why a post stands where it stands."),
            "answer": _("A newcomer's question has no answer: tab, Unanswered, open it. r answers."),
            "send": _("It is queued, and safe. s sends it and fetches what is new."),
            "copy": _("Sent. s once more brings the list's copy of it; o is the outbox."),
            "": _("That was the tour: your answer is on the list. F2 changes the link, ? shows all keys."),
        }[self.step]
