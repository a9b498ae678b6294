"""A post as it is read. What leaves here is safe to show."""

from __future__ import annotations

from gettext import gettext as _

from listforum.forum.showing import shown_record
from listforum.mail import safe
from listforum.mail.readable import readable_text
from listforum.mail.structure import attachment_parts, shown_parts
from listforum.model.forum import Attachment, PostRecord, PostView
from listforum.model.mail import Part, Received


def post_view(record: PostRecord, received: Received, parent_topic: int | None) -> PostView:
    """A post with its text and attachments."""
    readable = readable_text(received.parts)
    return PostView(
        record=shown_record(record),
        parent_topic=parent_topic,
        text=None if readable.text is None else safe.body(readable.text),
        attachments=tuple(attachment for attachment, _part in attachments_of(received)),
        defects=tuple(map(safe.line, readable.defects)),
    )


def attachments_of(received: Received) -> tuple[tuple[Attachment, Part], ...]:
    """A mail's attachments, and whatever of its text is not here, each with the part it stands for."""
    files = [(_file, part) for part in attachment_parts(received.parts)]
    rests = [(_rest, part) for part in shown_parts(received.parts) if part.content is not None and not part.complete]
    return tuple((told(n, part), part) for n, (told, part) in enumerate((*files, *rests), 1))


def text_lines(text: str) -> list[str]:
    """The lines of a text without the blank ones at both ends; of one that is all blank, a line that says so."""
    lines = text.rstrip().splitlines()
    first = next((n for n, line in enumerate(lines) if line.strip()), len(lines))
    return lines[first:] or [_("(no text)")]


def _file(n: int, part: Part) -> Attachment:
    name = safe.line(part.name) if part.name else _("(without a name)")
    if part.complete:
        return Attachment(n, name, safe.line(part.type), part.size, "here")
    return Attachment(n, name, safe.line(part.type), max(0, part.size - (part.here or 0)), "waiting")


def _rest(n: int, part: Part) -> Attachment:
    waiting = max(0, part.size - (part.here or 0))
    return Attachment(n, _("(the rest of the text)"), part.type, waiting, "waiting")
