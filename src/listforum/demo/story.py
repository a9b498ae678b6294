"""Who is in the demo's community, and what they wrote: read from text files that a translator can edit.

`community/people.toml` holds the people. Each file in `community/topics/` is one topic, named by a number and a word:

    Subject: Bus timetables: which stop is which?

    === first
    From: tomas
    When: 712d 3h

    The text, as its author typed it, down to the next line that begins with three equals signs.

    === second
    From: leila
    When: +2h 10m
    Answers: first

    > The text, as its author typed it

    Lines quoted by hand; the line that says whose words they are is put above them.

A block begins with its label, which the topic's other blocks name it by. Then come header lines, a blank line and the
text. `From` is a key of people.toml. `When` is how long before now it was written, or, with a plus sign, how long after
the block above; up to eight minutes are added. The other lines may be left out:

    Answers: LABEL                     the post it answers; without it, it begins a conversation
    Subject: WORDS                     a subject of its own instead of the one it answers
    Kind: flowed | html | alternative | lost      how the text goes out; lost: written, but never in anybody's folder
    Charset: NAME                      instead of utf-8
    Encoding: 8bit | base64 | quoted-printable    instead of what suits the text
    Quote: all | original              the whole mail it answers below the text: with marks, or under a rule
    Threading: none                    sent by a program that does not tell what it answers
    Signature: none                    without the author's signature
    To: ADDRESS                        a second list it was also sent to
    Attach: csv|pdf|png SIZE NAME      a made-up file of about SIZE kB (kB = 1000 bytes); may stand several times

Lines that begin with "#" before the first block are remarks.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import shake_256
from importlib.resources import files
from typing import Final, Literal, cast

Kind = Literal["plain", "flowed", "html", "alternative", "lost"]
Quote = Literal["", "all", "original"]

_DAY: Final = 86_400
_LATE: Final = 90 * 3600
_UP_TO: Final = 8 * 60
_UNITS: Final = {"d": _DAY, "h": 3600, "m": 60}
_SPAN: Final = re.compile(r"\+?\d+[dhm](?: \d+[dhm])*")
_KINDS: Final = ("plain", "flowed", "html", "alternative", "lost")
_NAMES: Final = frozenset(
    ("From", "When", "Answers", "Subject", "Kind", "Charset", "Encoding", "Quote", "Threading", "Signature", "To")
)


@dataclass(frozen=True, slots=True)
class Person:
    """A member of the community. `zone` is minutes east of Greenwich, `program` what they write mail with.

    `reply` stands before the subject of their answers, as their program puts it.
    """

    key: str
    name: str
    address: str
    language: str
    zone: int = 0
    program: str = ""
    reply: str = "Re:"
    signature: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that a post brings along; its bytes are made when they are needed."""

    name: str
    type: Literal["csv", "pdf", "png"]
    kilobytes: int


@dataclass(frozen=True, slots=True)
class StoryPost:
    """A post as its author wrote it, without signature, footer and attribution.

    `label` is unique in the whole story; `answers` is the label of another post, "" for none. `late` posts, those of
    the last days, arrived after the person in the demo last looked.
    """

    label: str
    topic: str
    author: Person
    seconds_before_now: int
    answers: str
    subject: str
    text: str
    kind: Kind = "plain"
    charset: str = "utf-8"
    encoding: str = ""
    quote: Quote = ""
    attachments: tuple[Attachment, ...] = ()
    threading: bool = True
    signed: bool = True
    also_to: str = ""

    @property
    def late(self) -> bool:
        return self.seconds_before_now < _LATE


@dataclass(frozen=True, slots=True)
class Story:
    """The whole community. `posts` are ordered by the time they were written, oldest first."""

    people: tuple[Person, ...]
    posts: tuple[StoryPost, ...]

    def post(self, label: str) -> StoryPost:
        """The post of that label. Raises KeyError."""
        for post in self.posts:
            if post.label == label:
                return post
        raise KeyError(label)


def read_story() -> Story:
    """The story as it lies in this package. Raises ValueError, naming file and block, where a file is mistaken."""
    community = files("listforum.demo") / "community"
    people = _people((community / "people.toml").read_text("utf-8"))
    topics = {file.name: file.read_text("utf-8") for file in (community / "topics").iterdir()}
    posts = [post for name in sorted(topics) for post in read_topic(name.removesuffix(".txt"), topics[name], people)]
    return Story(tuple(people.values()), tuple(sorted(posts, key=lambda post: -post.seconds_before_now)))


def _people(text: str) -> dict[str, Person]:
    return {key: Person(key=key, **fields) for key, fields in tomllib.loads(text).items()}


def read_topic(name: str, text: str, people: Mapping[str, Person]) -> Iterator[StoryPost]:
    """The posts of one topic's file, in the order they stand there. Raises ValueError as `read_story` does."""
    opening, *blocks = re.split(r"^=== ", text, flags=re.MULTILINE)
    subject = _topic_subject(name, opening)
    before: dict[str, StoryPost] = {}
    latest = 0
    for block in blocks:
        label, _, rest = block.partition("\n")
        try:
            post = _post(name, label.strip(), rest, (subject, people, before, latest))
        except (ValueError, KeyError) as error:
            raise ValueError(f"community/topics/{name}.txt, block {label.strip()}: {error}") from error
        before[label.strip()] = post
        latest = post.seconds_before_now
        yield post


def _topic_subject(name: str, opening: str) -> str:
    for line in opening.splitlines():
        if line.startswith("Subject: "):
            return line.removeprefix("Subject: ").strip()
    raise ValueError(f"community/topics/{name}.txt: no subject above the first block")


def _post(
    topic: str, label: str, block: str, around: tuple[str, Mapping[str, Person], Mapping[str, StoryPost], int]
) -> StoryPost:
    """One block. `around` are the topic's subject, the people, the posts above by label, and when the last was."""
    topic_subject, people, before, latest = around
    head, _, text = block.partition("\n\n")
    fields, attachments = _fields(head)
    answered = before[fields["Answers"]] if "Answers" in fields else None
    kind = fields.get("Kind", "plain")
    if kind not in _KINDS or fields.get("Quote", "") not in ("", "all", "original"):
        raise ValueError("no such Kind or Quote")
    if label in before:
        raise ValueError("the label stands twice")
    return StoryPost(
        label=f"{topic}/{label}",
        topic=topic,
        author=people[fields["From"]],
        seconds_before_now=_when(fields["When"], latest) - _minutes(f"{topic}/{label}"),
        answers=answered.label if answered else "",
        subject=fields.get("Subject") or (answered.subject if answered else topic_subject),
        text=text.strip("\n"),
        kind=cast("Kind", kind),
        charset=fields.get("Charset", "utf-8"),
        encoding=fields.get("Encoding", ""),
        quote=cast("Quote", fields.get("Quote", "")),
        attachments=attachments,
        threading=fields.get("Threading") != "none",
        signed=fields.get("Signature") != "none",
        also_to=fields.get("To", ""),
    )


def _fields(head: str) -> tuple[dict[str, str], tuple[Attachment, ...]]:
    fields: dict[str, str] = {}
    attachments: list[Attachment] = []
    for line in head.splitlines():
        name, _, value = line.partition(":")
        if name == "Attach":
            attachments.append(_attachment(value.strip()))
        elif name in _NAMES:
            fields[name] = value.strip()
        else:
            raise ValueError(f"unknown header line: {line}")
    return fields, tuple(attachments)


def _attachment(value: str) -> Attachment:
    type_, size, name = value.split(" ", 2)
    if type_ not in ("csv", "pdf", "png"):
        raise ValueError(f"no such attachment: {value}")
    return Attachment(name, cast("Literal['csv', 'pdf', 'png']", type_), int(size))


def _minutes(label: str) -> int:
    """Some minutes, in seconds: nobody writes on the hour."""
    return int.from_bytes(shake_256(label.encode()).digest(2)) % _UP_TO


def _when(value: str, latest: int) -> int:
    """Seconds before now."""
    if not _SPAN.fullmatch(value):
        raise ValueError(f"no span of time: {value}")
    seconds = sum(int(item[:-1]) * _UNITS[item[-1]] for item in value.removeprefix("+").split(" "))
    return latest - seconds if value.startswith("+") else seconds
