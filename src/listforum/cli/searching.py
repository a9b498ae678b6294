"""What `listforum search` does: it asks the archive, and keeps, tells and drops saved searches."""

from __future__ import annotations

from gettext import gettext as _
from shlex import quote
from typing import TYPE_CHECKING

from listforum.cli import lines, output
from listforum.cli.commands import Answer, Command
from listforum.cli.progress import counter
from listforum.errors import UnknownItem, UsageError

if TYPE_CHECKING:
    from argparse import Namespace

    from listforum.forum import Forum


def _search(forum: Forum, options: Namespace) -> Answer:
    if options.saved or options.forget is not None or options.view is not None:
        if options.query:
            raise UsageError(_("--saved, --forget and --view take no words to search for."))
    elif not options.query:
        raise UsageError(_("Say what to search for: listforum search census. See: listforum search --help"))
    if options.saved:
        return _saved(forum)
    if options.forget is not None:
        return _forgotten(forum, options.forget)
    if options.view is not None:
        return _found(forum, forum.views.named(options.view).words, options)
    words = " ".join(options.query)
    if options.save is None:
        return _found(forum, words, options)
    answer = _found(forum, words, options)
    forum.views.keep(options.save, words if options.list is None else f'list:"{options.list}" {words}')
    output.say(_("Saved. To search for it: {command}").format(command=f"listforum search --view {quote(options.save)}"))
    return answer


def _found(forum: Forum, words: str, options: Namespace) -> Answer:
    """What the words find. What of them was not understood is said beside it."""
    with counter(_("indexing")) as progress:
        found = forum.searching.search(
            words,
            options.list,
            sort=options.sort,
            limit=options.limit,
            unit="posts" if options.posts else "topics",
            progress=progress,
        )
    for problem in found.problems:
        output.say(problem)
    return Answer(output.search_document(found), lines.search_lines(found))


def _saved(forum: Forum) -> Answer:
    searches = forum.views.all()
    document = [{"name": one.name, "words": one.words} for one in searches]
    return Answer(document, lines.saved_lines(searches))


def _forgotten(forum: Forum, name: str) -> Answer:
    before = forum.views.named(name)
    if not forum.views.drop(name):  # somebody else has, a moment ago
        raise UnknownItem(_("There is no saved search “{name}”.").format(name=name))
    words = _("{name} is no longer saved. It searched for: {words}")
    told = words.format(name=f"{before.name}{output.LRM}", words=f"{before.words}{output.LRM}")
    return Answer({"changed": 1}, [told])


COMMANDS: dict[str, Command] = {"search": _search}
