"""Answers as JSON documents (the contract) and as lines for a person; both hold safe text only."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from listforum.cli import screen
from listforum.mail import safe
from listforum.model.forum import Attachment, ListInfo, PostView, SearchAnswer, TopicLink, TopicSummary, TopicView

if TYPE_CHECKING:
    from listforum.forum.reasons import Known

LRM: Final = "\u200e"
"""After each field, so that a right-to-left subject does not reorder its neighbours."""

Document = dict[str, object]


class OutputError(Exception):
    """Standard output takes nothing more; `reason` is the system's."""

    def __init__(self, reason: OSError) -> None:
        super().__init__(str(reason))
        self.reason = reason


class Exact(str):
    """A line that is there to be copied, and so is never wrapped."""

    __slots__ = ()


def show(document: object, lines: Iterable[str]) -> None:
    """Prints the document where there is one, else the lines; whatever they hold, only safe text comes out.

    Raises OutputError.
    """
    room = screen.columns() if document is None else None
    for line in lines if document is None else [Exact(json.dumps(_safe(document)))]:
        text = safe.body(line)
        for fitting in [text] if isinstance(line, Exact) else screen.wrapped(text, room):
            _print(fitting)
    try:
        sys.stdout.flush()
    except OSError as error:
        raise OutputError(error) from error


def say(message: str) -> None:
    """Says something to the person, beside the answer; when nobody listens any more, to nobody."""
    room = screen.columns(sys.stderr)
    with suppress(OSError):
        for line in f"listforum: {safe_message(message)}".splitlines():
            for fitting in screen.wrapped(line, room):
                print(fitting, file=sys.stderr)


def _print(text: str) -> None:
    try:
        print(text)
    except OSError as error:
        raise OutputError(error) from error


def safe_message(message: str) -> str:
    """A message of one line or several, which may quote a server, a mail, or a file name."""
    return "\n".join(safe.line(line) for line in message.splitlines())


def _safe(value: object) -> object:
    """The last gate: safe text passes it unchanged, so that matches still point at what they point at."""
    if isinstance(value, str):
        return safe.body(value)
    if isinstance(value, list):
        return [_safe(one) for one in value]
    if isinstance(value, dict):
        return {key: _safe(one) for key, one in value.items()}
    return value


def when(seconds: int) -> str:
    """A time in ISO 8601, UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# --- reading ------------------------------------------------------------------------------------------------------


def list_document(info: ListInfo) -> Document:
    return {
        "list": info.name,
        "list_id": info.list_id,
        "address": info.address,
        "read_only": info.read_only,
        "posts": info.posts,
        "unread": info.unread,
        "topics": info.topics,
        "last": None if info.last is None else when(info.last),
    }


def topic_document(topic: TopicSummary) -> Document:
    return {
        "topic": topic.topic,
        "subject": topic.subject,
        "posts": topic.posts,
        "unread": topic.unread,
        "people": topic.people,
        "started": when(topic.started),
        "last": when(topic.last),
        "starter": topic.starter,
        "followed": topic.followed,
        "muted": topic.muted,
        "starred": topic.starred,
    }


def thread_document(topic: TopicView, known: Known) -> Document:
    """A topic; `known` is what tells why its posts stand where they stand."""
    return {
        "topic": topic.topic,
        "subject": topic.subject,
        "list": topic.list,
        "origin": None if topic.origin is None else _link_document(topic.origin),
        "branches": [_link_document(link) for link in topic.branches],
        "posts": [_post_document(view, known) for view in topic.posts],
    }


def _link_document(link: TopicLink) -> Document:
    """Another topic: `post` is the one here that it hangs on, `there` the one there."""
    return {
        "topic": link.topic,
        "subject": link.subject,
        "posts": link.posts,
        "post": link.here,
        "there": link.there,
    }


def _post_document(view: PostView, known: Known) -> Document:
    from listforum.forum.reasons import evidence

    record = view.record
    return {
        "post": record.post,
        "message_id": record.message_id,
        "parent": record.edge.parent,
        "parent_topic": view.parent_topic,
        "missing_parent": record.edge.missing,
        "reason": record.edge.reason,
        "confidence": record.edge.confidence,
        "evidence": evidence(record, known),
        "branch": record.edge.branch,
        "author": record.author,
        "address": record.address,
        "date": when(record.date),
        "state": record.state,
        "read": record.read,
        "lists": list(view.lists),
        "text": view.text,
        "quotes": [
            {"line": source.line, "lines": source.lines, "post": source.post, "topic": source.topic}
            for source in view.sources
        ],
        "attachments": [_attachment_document(attachment) for attachment in view.attachments],
    }


def _attachment_document(attachment: Attachment) -> Document:
    return {
        "n": attachment.n,
        "name": attachment.name,
        "type": attachment.type,
        "bytes": attachment.bytes,
        "state": attachment.state,
    }


def search_document(answer: SearchAnswer) -> Document:
    return {
        "total": answer.total,
        "results": [
            {
                "topic": hit.topic,
                "post": hit.post,
                "message_id": hit.message_id,
                "lists": list(hit.lists),
                "subject": hit.subject,
                "author": hit.author,
                "date": when(hit.date),
                "snippet": hit.snippet,
                "matches": [list(match) for match in hit.matches],
            }
            for hit in answer.hits
        ],
        "milliseconds": answer.milliseconds,
        "problems": list(answer.problems),
        "meant": answer.meant or None,
    }
