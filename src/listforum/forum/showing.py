"""Records and summaries as they are shown: safe, and with words for what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from gettext import gettext as _

from listforum.mail import safe
from listforum.mail.subject import display_subject
from listforum.model.forum import PostRecord, TopicSummary


def shown_subject(subject: str, tags: Iterable[str]) -> str:
    """The title of a topic, without the tags of lists."""
    return safe.line(display_subject(subject, tags)) or _("(no subject)")


def shown_author(name: str) -> str:
    """Who wrote something."""
    return safe.line(name) or _("(unknown)")


def shown_summary(summary: TopicSummary, tags: Iterable[str]) -> TopicSummary:
    """One row of a topic list."""
    return replace(summary, subject=shown_subject(summary.subject, tags), starter=shown_author(summary.starter))


def shown_record(record: PostRecord) -> PostRecord:
    """What stands above a post."""
    edge = record.edge
    return replace(
        record,
        message_id=safe.line(record.message_id),
        subject=safe.line(record.subject),
        author=shown_author(record.author),
        address=safe.line(record.address) if record.address else None,
        edge=replace(
            edge,
            missing=safe.line(edge.missing) if edge.missing else None,
            ghost=safe.line(edge.ghost) if edge.ghost else None,
        ),
    )
