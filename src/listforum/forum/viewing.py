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
    text = readable.text if shown_parts(received.parts) else ""
    return PostView(
        record=shown_record(record),
        parent_topic=parent_topic,
        text=None if text is None else safe.body(text),
        attachments=tuple(attachment for attachment, _part in attachments_of(received)),
        defects=tuple(map(safe.line, readable.defects)),
    )


def attachments_of(received: Received) -> tuple[tuple[Attachment, Part], ...]:
    """A mail's attachments, and whatever of its text is not here, each with the part it stands for."""
    kept_back = [part for part in shown_parts(received.parts) if part.content is not None and not part.complete]
    return tuple(
        (_attachment(n, part), part) for n, part in enumerate((*attachment_parts(received.parts), *kept_back), 1)
    )


def text_lines(text: str) -> list[str]:
    """The lines of a text without the blank ones at both ends; of one that is all blank, a line that says so."""
    lines = text.rstrip().splitlines()
    first = next((n for n, line in enumerate(lines) if line.strip()), len(lines))
    return lines[first:] or [_("(no text)")]


def _attachment(n: int, part: Part) -> Attachment:
    if part.content is not None and not part.complete:
        waiting = part.size - len(part.content)
        return Attachment(n, _("(the rest of the text)"), part.type, waiting, "waiting")
    name = safe.line(part.name) if part.name else _("(without a name)")
    return Attachment(n, name, safe.line(part.type), part.size, "waiting" if part.content is None else "here")
