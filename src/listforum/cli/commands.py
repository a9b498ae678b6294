"""What each command does: it asks Forum, and answers with a document for --json and with lines for a person."""

from __future__ import annotations

import os
import shlex
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from gettext import gettext as _
from gettext import ngettext
from pathlib import Path
from typing import TYPE_CHECKING

from listforum.cli import lines, output
from listforum.cli.progress import counter
from listforum.errors import UsageError
from listforum.forum import Forum
from listforum.home import Home

if TYPE_CHECKING:
    from listforum.config import Config
    from listforum.forum.salvaging import Salvaged
    from listforum.forum.upkeep import ImportReport

_NEED_NOTHING_WRITTEN = frozenset({"topics", "lists", "show", "read", "search", "outbox", "ledger", "doctor", "export"})


@dataclass(frozen=True, slots=True)
class Answer:
    """A document, the lines that say the same to a person, and the exit code."""

    document: object
    lines: Iterable[str]
    code: int = 0


Command = Callable[[Forum, Namespace], Answer]


def run(options: Namespace) -> int:
    """Runs the command that was parsed and prints its answer; answers the exit code."""
    if options.command is None:
        from listforum.cli import screens

        return screens.run(options.home)
    if options.command == "demo":
        from listforum import demo

        return demo.run(options.home)
    home = Home.locate(options.home, os.environ)
    home.restrict_process()
    if home.writable() or options.command not in _NEED_NOTHING_WRITTEN:
        home.prepare()
    with Forum(home, lambda: _config(home)) as forum:
        answer = _command(options.command)(forum, options)
        output.show(answer.document if options.json else None, answer.lines)
        return answer.code


def _config(home: Home) -> Config:
    from listforum.config import load

    return load(home.config_file)


def _command(name: str) -> Command:
    if name in {"sync", "fetch", "doctor", "setup"}:
        from listforum.cli import online

        return online.COMMANDS[name]
    if name in {"reply", "post", "outbox", "send"}:
        from listforum.cli import writing

        return writing.COMMANDS[name]
    if name == "search":
        from listforum.cli import searching

        return searching.COMMANDS[name]
    return COMMANDS[name]


# --- reading ------------------------------------------------------------------------------------------------------


def _lists(forum: Forum, _options: Namespace) -> Answer:
    lists = forum.reading.lists()
    return Answer([output.list_document(info) for info in lists], lines.list_lines(lists))


def _topics(forum: Forum, options: Namespace) -> Answer:
    topics = forum.reading.topics(options.list, options.views or (), options.limit, options.offset)
    return Answer([output.topic_document(topic) for topic in topics], lines.topic_lines(topics))


def _show(forum: Forum, options: Namespace) -> Answer:
    topic = forum.reading.topic(options.topic)
    known = forum.reading.known(view.record for view in topic.posts)
    return Answer(output.thread_document(topic, known), lines.thread_lines(topic, known))


def _read(forum: Forum, options: Namespace) -> Answer:
    told = _told(forum, options)
    return Answer({"lines": list(told)}, ()) if options.json else Answer(None, told)


def _told(forum: Forum, options: Namespace) -> Iterator[str]:
    """The lines of a list, a topic, or a view."""
    if options.view is None:
        if options.target is None:
            raise UsageError(_("Say what to read: a list, a topic, or a view, as --unread."))
        return forum.reading.linear(options.target)
    if options.target is not None and options.target.isdecimal():
        raise UsageError(_("A view is of a list, or of all lists: name a list, or nothing."))
    if options.view == "outbox":
        return _told_outbox(forum, options.target)
    return forum.reading.linear_view(options.view, options.target)


def _told_outbox(forum: Forum, list_name: str | None) -> Iterator[str]:
    from listforum.forum.linear import outbox_lines

    if list_name is not None:
        forum.reading.topic_numbers_in(list_name, ())
    drafts, items = forum.drafting.all(), forum.outgoing.items()
    return outbox_lines(
        [draft for draft in drafts if list_name in {None, draft.list}],
        [item for item in items if list_name in {None, item.list}],
    )


# --- marking ------------------------------------------------------------------------------------------------------


def _mark(forum: Forum, options: Namespace) -> Answer:
    older_than = None if options.older_than is None else _day(options.older_than)
    changed = forum.marking.mark(options.action, options.target, older_than)
    return Answer({"changed": changed}, [_("{count} changed.").format(count=changed)])


def _join(forum: Forum, options: Namespace) -> Answer:
    forum.marking.join(options.post, options.parent)
    words = _("Post {post} now stands under post {parent}, in topic {topic}, “{subject}”.")
    return _placed(options.post, words.format(parent=options.parent, **_place_of(forum, options.post)))


def _split(forum: Forum, options: Namespace) -> Answer:
    forum.marking.split(options.post)
    words = _("Post {post} now begins a topic of its own, topic {topic}, “{subject}”.")
    return _placed(options.post, words.format(**_place_of(forum, options.post)))


def _unjoin(forum: Forum, options: Namespace) -> Answer:
    if not forum.marking.unjoin(options.post):
        words = _("Post {post} had no join or split to take back.")
        return Answer({"changed": 0}, [words.format(post=options.post)])
    record = forum.reading.record(options.post)
    if record.edge.parent is None or record.edge.branch:
        words = _("Post {post} is where the evidence puts it again: it begins topic {topic}, “{subject}”.")
    else:
        words = _(
            "Post {post} is where the evidence puts it again: under post {parent}, in topic {topic}, “{subject}”."
        )
    return Answer({"changed": 1}, [words.format(parent=record.edge.parent, **_place_of(forum, options.post))])


def _place_of(forum: Forum, post: int) -> dict[str, object]:
    """A post's number, and the number and the title of the topic that it stands in now."""
    topic = forum.reading.topic_of(post)
    return {"post": post, "topic": topic, "subject": f"{forum.reading.outline(topic).subject}{output.LRM}"}


def _placed(post: int, words: str) -> Answer:
    undo = _("To take that back: listforum unjoin {post}").format(post=post)
    return Answer({"changed": 1}, [words, undo])


def _day(text: str) -> int:
    from datetime import UTC, datetime

    try:
        return int(datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).timestamp())
    except ValueError:
        raise UsageError(_("“{text}” is no day: write it as 2026-03-31.").format(text=text)) from None


# --- upkeep -------------------------------------------------------------------------------------------------------


def _import(forum: Forum, options: Namespace) -> Answer:
    from listforum.config.values import list_name

    with counter(_("reading")) as progress:
        report = forum.upkeep.import_files(Path(options.path), list_name(options.list), progress, options.prefixes)
    document = {
        "read": report.read,
        "new": report.new,
        "known": report.known,
        "damaged": report.damaged,
        "skipped": report.skipped,
        "prefixes_seem_lost": report.prefixes_seem_lost,
    }
    for words in (*report.words, *_passed_over(report)):
        output.say(words)
    if options.prefixes == "lost":
        output.say(_("Of this list a subject alone joins no posts from now on: only what they quote does."))
    if report.prefixes_seem_lost:
        output.say(
            _(
                "Most answers in this list have no “Re:”. If its archive took that off, say so, and a subject alone "
                "joins no posts that quote nothing: listforum import {path} {list} --prefixes lost"
            ).format(path=shlex.quote(options.path), list=shlex.quote(options.list))
        )
    words = ngettext(
        "{count} mail read: {new} new, {known} known, {damaged} damaged.",
        "{count} mails read: {new} new, {known} known, {damaged} damaged.",
        report.read,
    )
    line = words.format(count=report.read, new=report.new, known=report.known, damaged=report.damaged)
    return Answer(document, [line])


def _passed_over(report: ImportReport) -> Iterator[str]:
    if report.skipped:
        yield _("Passed over as no mail ({count}):").format(count=report.skipped)
        yield from report.skipped_words
    if report.skipped > len(report.skipped_words):
        yield _("and {count} more").format(count=report.skipped - len(report.skipped_words))


def _export(forum: Forum, options: Namespace) -> Answer:
    topics = None if options.topic is None else [forum.reading.topic_of(options.topic)]
    posts = forum.upkeep.export(Path(options.file), topics, options.list)
    words = ngettext("{count} post written to {file}.", "{count} posts written to {file}.", posts)
    return Answer({"posts": posts}, [words.format(count=posts, file=options.file)])


def _rebuild(forum: Forum, options: Namespace) -> Answer:
    from time import monotonic

    began = monotonic()
    salvaged = None
    if options.salvage:
        with counter(_("salvaged")) as progress:
            salvaged = forum.salvaging.salvage(progress)
    with counter(_("posts")) as progress:
        posts, topics = forum.upkeep.rebuild(progress)
    with counter(_("indexed")) as progress:
        forum.searching.rebuild(progress)
    seconds = round(monotonic() - began, 3)
    document: dict[str, object] = {"posts": posts, "topics": topics, "seconds": seconds}
    words = [_rebuilt(posts, topics, seconds)]
    if salvaged is not None:
        document |= {"lost": salvaged.lost, "damaged": str(salvaged.damaged)}
        words += _salvaged(salvaged)
    return Answer(document, words)


def _rebuilt(posts: int, topics: int, seconds: float) -> str:
    return _("{posts} in {topics}, in {seconds} seconds.").format(
        posts=ngettext("{count} post", "{count} posts", posts).format(count=posts),
        topics=ngettext("{count} topic", "{count} topics", topics).format(count=topics),
        seconds=seconds,
    )


def _salvaged(report: Salvaged) -> Iterator[str]:
    lost = ngettext("{count} post could not be read.", "{count} posts could not be read.", report.lost)
    yield lost.format(count=report.lost)
    yield _("What lies on a server comes again with the next sync; what was imported can be imported again.")
    yield _("The damaged archive is kept as {path}. When you miss nothing any more, delete it.").format(
        path=report.damaged
    )


def _ledger(forum: Forum, options: Namespace) -> Answer:
    rows = forum.expenses.by(options.by)
    document = [{options.by: key, "bytes_up": paid.up, "bytes_down": paid.down} for key, paid in rows]
    named = [(_(key), paid) for key, paid in rows] if options.by == "purpose" else rows
    return Answer(document, lines.ledger_lines(named, forum.expenses.spending()))


COMMANDS: dict[str, Command] = {
    "lists": _lists,
    "topics": _topics,
    "show": _show,
    "read": _read,
    "mark": _mark,
    "join": _join,
    "split": _split,
    "unjoin": _unjoin,
    "import": _import,
    "export": _export,
    "rebuild": _rebuild,
    "ledger": _ledger,
}
