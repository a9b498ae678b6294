"""What can be typed: commands, their arguments and their help."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from gettext import gettext as _
from typing import NoReturn

from listforum import __version__
from listforum.errors import UsageError


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in the words and with the exit code of every other failure."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(_("{message}\nSee: {program} --help").format(message=message, program=self.prog))


def understood(given: Sequence[str]) -> argparse.Namespace:
    """What a command line asks for. Raises UsageError; argparse itself ends the program when it has shown its help.

    In a search, `-word` is a word that is not to be found, wherever it stands.
    """
    whole = parser()
    options, unknown = whole.parse_known_args(given)
    if unknown and options.command == "search" and not any(each.startswith("--") for each in unknown):
        options.query += unknown
    elif unknown:
        whole.error(_("unrecognized arguments: {arguments}").format(arguments=" ".join(unknown)))
    return options


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    top = _top()
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    common = _Parser(add_help=False)
    common.add_argument("--json", action="store_true", help=_("answer with one JSON document"))

    def command(name: str, text: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=text, description=text, parents=[common], allow_abbrev=False)

    _declare(command)
    return top


def _top() -> argparse.ArgumentParser:
    top = _Parser(
        prog="listforum",
        description=_("A terminal forum over the mailing lists you already get by e-mail."),
        epilog=_("Help on a command: listforum COMMAND --help"),
        allow_abbrev=False,
    )
    top.add_argument("--version", action="version", version=f"listforum {__version__}")
    top.set_defaults(json=False)  # the screens have no document
    top.add_argument("--home", metavar="DIR", help=_("where listforum keeps everything (else $LISTFORUM_HOME)"))
    return top


def _declare(command: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """Every command, in the order of the help."""
    command("demo", _("try listforum on a made-up list: no config, no network"))
    command("setup", _("make a config to fill in"))
    command("doctor", _("check config, links, folders, archive and index, in words"))
    _bringing(command("sync", _("fetch what is new")), command("fetch", _("fetch waiting texts, or an attachment")))
    command("lists", _("the lists, with unread"))
    _reading(
        command("topics", _("the topics of a list, newest activity first")),
        command("show", _("a topic with its posts")),
        command("read", _("a list, a topic or a view as plain text")),
        command("search", _("search the archive, offline")),
    )
    _writing(
        command("reply", _("queue an answer to a post")),
        command("post", _("queue a new post")),
        command("outbox", _("what is to be sent, and how each stands")),
    )
    command("send", _("send what is queued"))
    _marking(
        command("mark", _("mark read, unread, followed, muted, starred")),
        command("join", _("put a post under another")),
        command("split", _("make a post a topic of its own")),
        command("unjoin", _("take a join or a split back")),
    )
    _keeping(
        command("import", _("read files of mails into a list")),
        command("export", _("write posts to an mbox file")),
        command("ledger", _("what went over the wire")),
    )
    rebuild = command("rebuild", _("make topics and index anew from the archive"))
    rebuild.add_argument("--salvage", action="store_true", help=_("first save what can be read of a damaged archive"))


def _bringing(sync: argparse.ArgumentParser, fetch: argparse.ArgumentParser) -> None:
    sync.add_argument(
        "lists", nargs="*", type=_words, metavar="LIST", help=_("all lists of the config, if none is named")
    )
    sync.add_argument("--budget", metavar="SIZE", help=_("stop before more than this is spent, as 200kB"))
    sync.add_argument(
        "--wait", action="store_true", help=_("then wait, and sync whenever something comes, until Ctrl-C")
    )
    extent = sync.add_mutually_exclusive_group()
    extent.add_argument("--headers-only", action="store_true", help=_("leave the texts on the server"))
    extent.add_argument("--dry-run", action="store_true", help=_("only say what would be fetched and its price"))
    fetch.add_argument(
        "target", type=_words, metavar="POST|TOPIC|LIST", help=_("post:NUMBER, a topic's number, or a list")
    )
    fetch.add_argument("--part", type=int, metavar="N", help=_("the post's attachment number N"))
    fetch.add_argument("--save", metavar="DIR", help=_("save the attachment in this directory"))


def _reading(
    topics: argparse.ArgumentParser,
    show: argparse.ArgumentParser,
    read: argparse.ArgumentParser,
    search: argparse.ArgumentParser,
) -> None:
    topics.add_argument("list", type=_words, metavar="LIST")
    for view, text in (
        ("unread", _("with unread posts")),
        ("unanswered", _("that nobody else has answered")),
        ("followed", _("that you follow")),
    ):
        topics.add_argument(f"--{view}", action="append_const", dest="views", const=view, help=text)
    topics.add_argument("--limit", type=_count, default=50, metavar="N")
    topics.add_argument("--offset", type=_count, default=0, metavar="N")
    show.add_argument("topic", type=_count, metavar="TOPIC")
    read.add_argument(
        "target", nargs="?", type=_words, metavar="LIST|TOPIC", help=_("without it, the view of all lists")
    )
    one_view = read.add_mutually_exclusive_group()
    for view, text in (
        ("unread", _("only what is unread")),
        ("followed", _("the topics that you follow")),
        ("unanswered", _("the topics that nobody else has answered")),
        ("outbox", _("your drafts, and what is to be sent")),
    ):
        one_view.add_argument(f"--{view}", action="store_const", dest="view", const=view, help=text)
    _searching(search)


def _searching(search: argparse.ArgumentParser) -> None:
    search.formatter_class = argparse.RawDescriptionHelpFormatter
    search.epilog = _syntax()
    search.add_argument(
        "query", nargs="*", type=_words, metavar="QUERY", help=_('words, "phrases", from: subject: before: ...')
    )
    search.add_argument("--list", type=_words, metavar="LIST", help=_("in this list only"))
    search.add_argument("--sort", choices=("newest", "best"), default="newest")
    search.add_argument("--limit", type=_count, default=20, metavar="N")
    search.add_argument("--posts", action="store_true", help=_("answer with posts instead of topics"))
    saved = search.add_mutually_exclusive_group()
    saved.add_argument("--save", type=_words, metavar="NAME", help=_("save the search: it stands beside the lists"))
    saved.add_argument("--view", type=_words, metavar="NAME", help=_("what the saved search of this name finds"))
    saved.add_argument("--saved", action="store_true", help=_("the saved searches"))
    saved.add_argument("--forget", type=_words, metavar="NAME", help=_("save the search of this name no longer"))


def _syntax() -> str:
    """What can stand in a query, a line for each kind."""
    rows = (
        (_("words"), _('census budget   "open data portal"   bus OR tram   librar*   -draft')),
        (_("where"), _("from:maria   subject:census   list:open-data   topic:1207   file:budget.csv")),
        (_("when"), _('after:2025   before:2026-03   on:2026-03-12   after:3d   on:"last year"')),
        (_("what"), _("is:unread|unanswered|followed|starred   has:attachment|patch|link")),
    )
    first = _("A query: several of these narrow it; a minus before any of them leaves out what it finds.")
    shell = _("The shell takes quotation marks away: put the whole query between '...'.")
    return "\n".join([first, "", *(f"  {name:<8} {examples}" for name, examples in rows), "", shell])


def _writing(reply: argparse.ArgumentParser, post: argparse.ArgumentParser, outbox: argparse.ArgumentParser) -> None:
    reply.add_argument("post", type=_count, metavar="POST")
    reply.add_argument("--quote", action="store_true", help=_("put the answered text before yours, quoted"))
    reply.add_argument("--list", metavar="LIST", help=_("the list you answer in, where a post came to several"))
    reply.add_argument("--private", action="store_true", help=_("to the one who wrote it, not to the list"))
    post.add_argument("list", type=_words, metavar="LIST")
    post.add_argument("--subject", type=_words, required=True, metavar="S")
    for writing in (reply, post):
        writing.add_argument("--text-file", required=True, metavar="F", help=_("the text, UTF-8; - reads it from here"))
    outbox.add_argument("item", nargs="?", type=_count, metavar="ITEM")
    outbox.add_argument("--settle", choices=("sent", "resend", "drop"), help=_("your word on what became of it"))


def _marking(
    mark: argparse.ArgumentParser,
    join: argparse.ArgumentParser,
    split: argparse.ArgumentParser,
    unjoin: argparse.ArgumentParser,
) -> None:
    actions = ("read", "unread", "follow", "unfollow", "mute", "unmute", "star", "unstar")
    mark.add_argument("action", choices=actions)
    mark.add_argument("target", type=_words, metavar="TOPIC|LIST|post:POST")
    mark.add_argument("--older-than", metavar="DATE", help=_("only posts before this day (YYYY-MM-DD)"))
    for verdict in (join, split, unjoin):
        verdict.add_argument("post", type=_count, metavar="POST")
    join.add_argument("parent", type=_count, metavar="PARENT")


def _keeping(
    import_: argparse.ArgumentParser, export: argparse.ArgumentParser, ledger: argparse.ArgumentParser
) -> None:
    import_.add_argument("path", metavar="FILE|DIR", help=_("mbox (also .gz, .xz), .eml, Maildir, or a directory"))
    import_.add_argument("list", type=_words, metavar="LIST", help=_("made if it is new"))
    import_.add_argument(
        "--prefixes",
        choices=("kept", "lost"),
        help=_("lost: this archive took “Re:” off its subjects; kept until you say so for this list"),
    )
    export.add_argument("file", metavar="FILE")
    export.add_argument("--list", type=_words, metavar="LIST")
    export.add_argument("--topic", type=_count, metavar="TOPIC")
    ledger.add_argument("--by", choices=("day", "list", "purpose"), default="day")


def _count(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 18:
        raise argparse.ArgumentTypeError(_("“{text}” is not a whole number").format(text=text))
    return int(text)


def _words(text: str) -> str:
    """An argument that is neither a number nor a file's name: Python hides bytes that are no text in it."""
    if not text.isprintable() and any("\ud800" <= character <= "\udfff" for character in text):
        raise argparse.ArgumentTypeError(_("“{text}” is not text in this terminal's encoding").format(text=text))
    return text
