"""Everything a person can do on the screens, once: keys, footer, help and palette are all made from this."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from gettext import gettext as _
from typing import Final, Literal

from textual.binding import Binding, BindingType

from listforum.words import N_

Where = Literal[
    "everywhere",
    "lines",
    "topics",
    "topic",
    "search",
    "outbox",
    "compose",
    "exchange",
    "welcome",
    "dialog",
    "question",
    "field",
]
"""A kind of screen, or of widget, on which an action can be done."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do: `name` is Textual's action; `label` stands in the footer, when there is one; `help` explains.

    What has no keys is found in the palette.
    """

    name: str
    keys: tuple[str, ...]
    where: tuple[Where, ...]
    help: str
    label: str = ""

    @property
    def shown_key(self) -> str:
        """The first key, as it stands on a keyboard."""
        return shown(self.keys[0])


ACTIONS: Final[tuple[Action, ...]] = (
    # --- reading --------------------------------------------------------------------------------------------------
    Action(
        "read_on",
        ("space",),
        ("topics", "topic"),
        N_("Read on: down the post, then the next unread post, topic, list"),
        N_("read on"),
    ),
    Action("open", ("enter", "l"), ("topics",), N_("Open the topic"), N_("open")),
    Action(
        "open_here",
        ("enter",),
        ("topic",),
        N_("Open what is under the cursor: a folded quote, another topic, a text or a file that waits"),
    ),
    Action("open_hit", ("enter",), ("search",), N_("Open the topic where the words were found"), N_("open")),
    Action("next_post", ("n",), ("topic",), N_("Next post"), N_("next")),
    Action("previous_post", ("p",), ("topic",), N_("Previous post")),
    Action("next_topic", ("right_square_bracket",), ("topic",), N_("Next topic of the list")),
    Action("previous_topic", ("left_square_bracket",), ("topic",), N_("Previous topic of the list")),
    Action("quotes", ("z",), ("topic",), N_("Fold or unfold the quotes of this post"), N_("quotes")),
    Action("all_quotes", ("Z",), ("topic",), N_("Fold or unfold all quotes of the topic")),
    Action("why", ("y",), ("topic",), N_("Why this post stands here"), N_("why here")),
    Action(
        "source",
        ("greater_than_sign",),
        ("topic",),
        N_("Go to the post that is quoted here; esc comes back"),
        N_("quoted post"),
    ),
    Action(
        "search", ("slash",), ("topics", "topic", "search", "outbox"), N_("Search everything, offline"), N_("search")
    ),
    Action("turn_order", ("o", "ctrl+o"), ("search",), N_("Newest first, or best first"), N_("order")),
    Action("save_search", ("ctrl+s",), ("search",), N_("Save the search: it stands beside the lists")),
    Action(
        "take_over",
        ("tab",),
        ("search",),
        N_("Search for what was meant; else to and fro between the words and what they find"),
    ),
    Action("forget_searches", (), ("topics", "search"), N_("Forget the words that were searched for")),
    Action("rename_view", ("e",), ("topics",), N_("Rename the saved search that is shown")),
    Action("drop_view", ("delete", "d"), ("topics",), N_("Take the saved search that is shown away")),
    Action("related", ("equals_sign",), ("topic",), N_("Related topics, of all lists: they share the rarest words")),
    Action("next_match", ("N",), ("topic",), N_("To the next of the words that were searched for")),
    Action("previous_match", ("P",), ("topic",), N_("To the one before")),
    Action("filter", ("f",), ("topics",), N_("Show only topics with the words you type"), N_("filter")),
    Action("end_filter", ("escape",), ("topics",), N_("End the filter, and show all topics again")),
    Action("switch", ("tab",), ("topics",), N_("Between the lists at the side and the topics"), N_("lists")),
    # --- marking --------------------------------------------------------------------------------------------------
    Action("undo", ("u",), ("topics", "topic", "search", "outbox"), N_("Take back the last change"), N_("undo")),
    Action("follow", ("w",), ("topics", "topic"), N_("Follow the topic, or stop following")),
    Action("star", ("asterisk",), ("topics", "topic"), N_("Put a star on the topic, or take it off")),
    Action("mute", ("m",), ("topics", "topic"), N_("Mute the topic: read on passes it by")),
    Action("mark_read", ("A",), ("topics", "topic"), N_("Mark all of it as read: the list, or the topic")),
    Action("mark_unread", ("U",), ("topic",), N_("Mark the post as unread")),
    Action(
        "join",
        ("J", "ampersand"),
        ("topic",),
        N_("Move the post: press it again at the post that it answers"),
        N_("move"),
    ),
    Action(
        "split",
        ("T", "number_sign"),
        ("topic",),
        N_("Make a topic of its own of the post and what hangs below it"),
        N_("own topic"),
    ),
    Action("unjoin", ("Y",), ("topic",), N_("Take back your own word on where the post belongs")),
    # --- writing --------------------------------------------------------------------------------------------------
    Action("reply", ("r",), ("topic",), N_("Answer on the list, for everyone to read"), N_("reply")),
    Action("reply_privately", ("R",), ("topic",), N_("Answer only the one who wrote")),
    Action("compose", ("c",), ("topics", "topic"), N_("Write a new post"), N_("new post")),
    Action("queue", ("ctrl+s",), ("compose",), N_("Queue it: it goes out with the next sync"), N_("queue")),
    Action("editor", ("ctrl+o",), ("compose",), N_("Write it in your own editor"), N_("your editor")),
    Action("throw_away", ("ctrl+x",), ("compose",), N_("Throw the draft away"), N_("throw away")),
    Action("edit", ("enter", "e"), ("outbox",), N_("Open a draft; take a queued post back to change it"), N_("edit")),
    Action("drop", ("d", "delete"), ("outbox",), N_("Take it out of the outbox"), N_("drop")),
    Action("resend", ("a",), ("outbox",), N_("Send it again: it never arrived"), N_("send again")),
    Action("call_sent", ("y",), ("outbox",), N_("It did arrive: call it sent"), N_("it arrived")),
    # --- the link -------------------------------------------------------------------------------------------------
    Action(
        "exchange",
        ("s",),
        ("topics", "topic", "search", "outbox", "exchange", "welcome"),
        N_("Send what is queued and fetch what is new; the price is shown first"),
        N_("sync"),
    ),
    Action(
        "wait",
        ("W",),
        ("topics", "topic", "outbox"),
        N_("Wait for new posts: they come by themselves; or end the wait"),
    ),
    Action(
        "fetch", ("d",), ("topic",), N_("Fetch the waiting text or file under the cursor; its price is shown first")
    ),
    Action("fetch_topic", ("D",), ("topic",), N_("Fetch every text of the topic that waits")),
    Action("approve", ("enter",), ("exchange",), N_("Fetch it"), N_("fetch")),
    Action("headings", ("h",), ("exchange",), N_("Fetch the headings only: the texts wait on the server")),
    Action("within_budget", ("b",), ("exchange",), N_("Fetch only as much as a budget bears")),
    Action("stop", ("x", "ctrl+c"), ("exchange",), N_("Stop; what has come is kept"), N_("stop")),
    Action(
        "ledger",
        ("dollar_sign",),
        ("topics", "topic", "search", "outbox", "welcome"),
        N_("What the link has cost, and what of the budget is left"),
    ),
    # --- getting about --------------------------------------------------------------------------------------------
    Action(
        "outbox", ("o",), ("topics", "topic"), N_("The outbox: what is to be sent, and how each stands"), N_("outbox")
    ),
    Action("setup", ("e",), ("welcome",), N_("Make a config and open it in your editor"), N_("set up")),
    Action("check", ("d",), ("welcome",), N_("Check the config and the servers"), N_("check")),
    Action("help", ("question_mark", "f1"), ("everywhere",), N_("All keys"), N_("help")),
    Action("palette", ("ctrl+p", "colon"), ("everywhere",), N_("Find anything to do by its name")),
    Action(
        "back",
        ("escape", "q", "h", "left"),
        ("topic", "search", "outbox", "dialog"),
        N_("Back"),
        N_("back"),
    ),
    Action("back", ("escape", "q", "left"), ("exchange",), N_("Back; at the price, nothing is fetched"), N_("back")),
    Action("back", ("escape",), ("compose",), N_("Back; the draft is kept"), N_("keep as draft")),
    Action("agree", ("enter", "y"), ("question",), N_("Yes, do it"), N_("yes")),
    Action("back", ("escape", "n", "q", "h", "left"), ("question",), N_("No, change nothing"), N_("no")),
    Action("back", ("escape",), ("field",), N_("Back; nothing is done"), N_("back")),
    Action("quit", ("q",), ("topics", "welcome"), N_("Leave listforum"), N_("quit")),
    Action("quit", ("ctrl+q",), ("everywhere",), N_("Leave listforum from anywhere")),
    Action("suspend_process", ("ctrl+z",), ("everywhere",), N_("Put listforum aside; fg in the shell brings it back")),
    # --- in every list --------------------------------------------------------------------------------------------
    Action("move(1)", ("down", "j"), ("lines",), N_("Down")),
    Action("move(-1)", ("up", "k"), ("lines",), N_("Up")),
    Action("page(1)", ("pagedown", "ctrl+f"), ("lines",), N_("A page down")),
    Action("page(-1)", ("pageup", "ctrl+b"), ("lines",), N_("A page up")),
    Action("to_start", ("home", "g"), ("lines",), N_("To the beginning")),
    Action("to_end", ("end", "G"), ("lines",), N_("To the end")),
)

FOOTERS: Final[dict[Where, tuple[str, ...]]] = {
    "topics": ("read_on", "open", "exchange", "search", "compose", "switch", "filter", "outbox", "undo", "quit"),
    "outbox": ("edit", "exchange", "drop", "resend", "call_sent", "undo", "back"),
    "search": ("open_hit", "turn_order", "search", "back", "exchange", "undo"),
    "welcome": ("setup", "check", "exchange", "quit"),
    "topic": ("read_on", "reply", "why", "quotes", "next_post", "back", "search", "exchange", "undo"),
}
"""What stands first in the last line, where that is not the order of the help."""

_NAMES: Final = {
    "space": N_("space"),
    "enter": N_("enter"),
    "escape": N_("esc"),
    "tab": N_("tab"),
    "pagedown": N_("pgdn"),
    "pageup": N_("pgup"),
    "end": N_("end"),
    "delete": N_("del"),
}
"""Keys with words on them."""

_SIGNS: Final = {
    "slash": "/",
    "asterisk": "*",
    "question_mark": "?",
    "colon": ":",
    "dollar_sign": "$",
    "greater_than_sign": ">",
    "ampersand": "&",
    "number_sign": "#",
    "equals_sign": "=",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "left": "←",
    "down": "↓",
    "up": "↑",
}


def shown(key: str) -> str:
    """A key as it stands on a keyboard."""
    if key.startswith("ctrl+"):
        return "^" + key.removeprefix("ctrl+")
    return _(_NAMES[key]) if key in _NAMES else _SIGNS.get(key, key)


def actions_in(where: Where) -> Iterator[Action]:
    """What can be done in one kind of place, in the order of the help."""
    return (action for action in ACTIONS if where in action.where)


def bindings(where: Where) -> list[BindingType]:
    """Textual's bindings for one kind of place; the footer is our own, so none is shown there."""
    return [
        Binding(key, action.name, action.help, show=False, priority=_goes_before_writing(key, action))
        for action in actions_in(where)
        for key in action.keys
    ]


def _goes_before_writing(key: str, action: Action) -> bool:
    """Whether a key is ours even in a dialog and where somebody writes: a field has uses of its own for the others."""
    return key in {"ctrl+p", "ctrl+q", "f1"} or "compose" in action.where


def key_of(name: str) -> str:
    """The first key of an action, as it stands on a keyboard."""
    return next(action.shown_key for action in ACTIONS if action.name == name)


def footer(where: Sequence[Where]) -> Iterator[tuple[str, str]]:
    """Keys and labels for the last line of a screen, the most wanted first; where one writes, no letters."""
    writing = "compose" in where
    for place in where:
        labelled = [action for action in actions_in(place) if action.label]
        first = FOOTERS.get(place, ())
        for action in sorted(labelled, key=partial(_rank, first)):
            yield shown(action.keys[-1]) if writing else action.shown_key, _(action.label)


def help_key(where: Sequence[Where]) -> tuple[str, str]:
    """The key and label of the help: one that types nothing on screens where one writes."""
    action = next(actions_in("everywhere"))
    key = action.keys[0] if {"compose", "search"}.isdisjoint(where) else action.keys[-1]
    return shown(key), _(action.label)


def _rank(first: Sequence[str], action: Action) -> int:
    return first.index(action.name) if action.name in first else len(first)
