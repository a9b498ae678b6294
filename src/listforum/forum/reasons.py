"""Why posts stand where they stand, and what they quote: the evidence, in plain words, wherever it is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from gettext import gettext as _
from gettext import ngettext
from typing import Final

from listforum.forum.moments import full
from listforum.model.forum import Edge, Grounds, PostRecord, QuoteSource, Reason, Verdict

_LRM: Final = "\u200e"
"""After what somebody else wrote, so that a right-to-left name does not reorder the sentence around it."""

_HEADERS: Final[frozenset[Reason]] = frozenset({"in-reply-to", "references", "thread-index"})
_CERTAIN: Final = 0.95
_VERY_LIKELY: Final = 0.8
_LIKELY: Final = 0.6


@dataclass(frozen=True, slots=True)
class Known:
    """What has to be known of other posts to tell why some stand where they stand.

    `posts` are those that they answer, as they are shown, by number; `titles` the subjects of the topics these stand
    in; `verdicts` the person's word on the posts themselves.
    """

    posts: Mapping[int, PostRecord] = field(default_factory=dict)
    titles: Mapping[int, str] = field(default_factory=dict)
    verdicts: Mapping[int, Verdict] = field(default_factory=dict)


def reasons(record: PostRecord, known: Known) -> tuple[str, ...]:
    """Why a post stands where it stands, a sentence for each thing that speaks for it."""
    return tuple(_below(record, known) if record.edge.parent is not None else _beginning(record, known))


def evidence(record: PostRecord, known: Known) -> str | None:
    """The same as one text; None of a post that begins a topic just because it answers nothing."""
    if record.edge.parent is None and record.post not in known.verdicts:
        return None
    return " ".join(reasons(record, known))


def is_told(record: PostRecord) -> bool:
    """Whether the place of a post is worth a word: neither a beginning nor simply what its header says."""
    edge = record.edge
    return edge.branch or (edge.parent is not None and edge.reason not in {"in-reply-to", "references"})


def whom(post: int, posts: Mapping[int, PostRecord]) -> str:
    """A post in words: by its author and its moment, where these are known, else by its number."""
    record = posts.get(post)
    return _("post {post}").format(post=post) if record is None else _post_of(record.author, record.date)


def quoting(sources: Iterable[QuoteSource], parent: int | None = None) -> tuple[str, ...]:
    """Whose posts are quoted, and how many lines of each; the one that is answered was named before."""
    lines: dict[int, int] = {}
    posts: dict[int, QuoteSource] = {}
    for source in sources:
        posts.setdefault(source.post, source)
        lines[source.post] = lines.get(source.post, 0) + source.lines
    return tuple(
        _quotes(lines[post], _("that post") if post == parent else _post_of(source.author, source.date))
        for post, source in posts.items()
    )


def quoted(sources: Sequence[QuoteSource]) -> str:
    """Whom a quote is of: its author, and others where there are several posts; "" where nothing is known."""
    if not sources:
        return ""
    author = f"{sources[0].author}{_LRM}"
    several = any(source.post != sources[0].post for source in sources)
    return _("{author} and others").format(author=author) if several else author


# --- of a post that answers another -------------------------------------------------------------------------------


def _below(record: PostRecord, known: Known) -> Iterator[str]:
    edge = record.edge
    parent = edge.parent or 0
    answered = known.posts.get(parent)
    elsewhere = answered is not None and answered.topic != record.topic
    if edge.branch and answered is not None:
        yield _(
            "Its subject changed, so it begins a topic of its own. "
            "It branched off “{subject}”, where it answers {whom}."
        ).format(subject=known.titles.get(answered.topic, "") + _LRM, whom=whom(parent, known.posts))
    yield from _headers(edge)
    yield from _evidence(edge, _("that post") if edge.branch else whom(parent, known.posts))
    yield from _confidence(edge)
    if elsewhere and answered is not None and not edge.branch:
        yield _("What it answers stands in another topic, number {topic}.").format(topic=answered.topic)


def _headers(edge: Edge) -> Iterator[str]:
    """What the headers say of a parent that is not here, or that they say nothing."""
    if edge.missing and edge.reason in _HEADERS:
        yield _("Its header also names a post that is not here: {message_id}").format(message_id=edge.missing + _LRM)
    elif edge.missing:
        yield _("Its header names a post that is not here: {message_id}").format(message_id=edge.missing + _LRM)
    elif edge.reason in {"quote", "subject"}:
        yield _("No header says what it answers.")


def _evidence(edge: Edge, answered: str) -> Iterator[str]:
    """What speaks for the parent."""
    grounds = edge.grounds or Grounds()
    if edge.reason == "quote":
        yield _quotes(grounds.lines, answered) if grounds.lines else _("It quotes {whom}.").format(whom=answered)
        yield from _attribution(grounds)
        return
    words = {
        "person": _("You put it here yourself, below {whom}."),
        "in-reply-to": _("Its header says so: In-Reply-To names {whom}."),
        "references": _("Its header says so: References names {whom} as the nearest post before it that is here."),
        "thread-index": _("Its header says so: by its Thread-Index it answers {whom}."),
        "digest": _("It answers a digest of the list, and of the mails in it {whom}."),
        "subject": _("It came soon after {whom}, and has the same subject."),
    }.get(edge.reason or "", _("It stands below {whom}."))
    yield words.format(whom=answered)
    if grounds.lines:
        yield _quotes(grounds.lines, answered)
    if edge.reason != "subject":
        yield from _attribution(grounds)


def _attribution(grounds: Grounds) -> Iterator[str]:
    """What else the words of a post tell of the one that it quotes."""
    if grounds.author_named and grounds.moment_named:
        yield _("The line above the quote names its author, and when it was written.")
    elif grounds.author_named:
        yield _("The line above the quote names its author.")
    elif grounds.moment_named:
        yield _("The line above the quote names when it was written.")
    if grounds.same_subject:
        yield _("The subject is the same.")


def _confidence(edge: Edge) -> Iterator[str]:
    """How certain that is; nothing where a header or the person leaves no doubt."""
    if edge.reason == "person" or (edge.reason in _HEADERS and edge.confidence >= _CERTAIN):
        return
    if edge.confidence >= _CERTAIN:
        words = _("That is as good as certain: {percent} %.")
    elif edge.confidence >= _VERY_LIKELY:
        words = _("That is very likely: {percent} %.")
    elif edge.confidence >= _LIKELY:
        words = _("That is likely: {percent} %.")
    else:
        words = _("That is a guess: {percent} %.")
    yield words.format(percent=round(edge.confidence * 100))


def _quotes(lines: int, answered: str) -> str:
    return ngettext("It quotes {count} line of {whom}.", "It quotes {count} lines of {whom}.", lines).format(
        count=lines, whom=answered
    )


def _post_of(author: str, date: int) -> str:
    return _("the post of {author}, {when}").format(author=f"{author}{_LRM}", when=full(date))


# --- of a post that begins a topic --------------------------------------------------------------------------------


def _beginning(record: PostRecord, known: Known) -> Iterator[str]:
    edge = record.edge
    if record.post in known.verdicts:
        yield _("You made it begin a topic of its own.")
    elif edge.missing:
        yield _("It answers a post that is not here: {message_id}").format(message_id=edge.missing + _LRM)
        yield _("So it begins a topic, until that post comes.")
    else:
        yield _("It begins the topic: nothing in it says that it answers another post.")
