"""Checks everything that has to work, and says in words what does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING, Final

from listforum.errors import Cancelled, CertificateError, ListforumError, UsageError
from listforum.mail import safe

if TYPE_CHECKING:
    from listforum.cancel import Cancel
    from listforum.config import Account, Server
    from listforum.forum import Forum
    from listforum.wire.imap import ImapSession

_LISTS_SHOWN: Final = 20

_LOOKED_AT: Final = 200
"""Newest mails of a folder whose List-Id is looked at: about 20 kB."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: whether it is well, what there is to say, and lines of config to paste."""

    what: str
    well: bool
    words: str
    block: str = ""


class Doctor:
    """Looks at home, config, archive, index, and every account's servers."""

    def __init__(self, forum: Forum) -> None:
        self._forum = forum
        self._names: set[str] = set()

    def findings(self, ask: Callable[[str], str], cancel: Cancel) -> Iterator[Finding]:
        """Checks one thing after the other; raises Cancelled only."""
        for finding in self._all(ask, cancel):
            cancel.check()
            yield finding
        cancel.check()

    def _all(self, ask: Callable[[str], str], cancel: Cancel) -> Iterator[Finding]:
        yield self._home()
        yield self._archive()
        yield self._index()
        try:
            config = self._forum.config
        except ListforumError as error:
            yield Finding("config", False, str(error))
            return
        self._names = set(config.lists)
        lists = ngettext("{count} list", "{count} lists", len(config.lists)).format(count=len(config.lists))
        accounts = ngettext("{count} account", "{count} accounts", len(config.accounts))
        words = _("{file}: {lists}, {accounts}").format(
            file=self._forum.home.config_file, lists=lists, accounts=accounts.format(count=len(config.accounts))
        )
        yield Finding("config", True, words)
        for account in config.accounts.values():
            yield from self._account(account, ask, cancel)

    def _home(self) -> Finding:
        home = self._forum.home
        if not home.writable():
            return Finding(
                "home",
                False,
                _("{home} cannot be written: reading works, nothing else does.").format(home=home.directory),
            )
        if not home.modes_hold():
            words = _(
                "{home} is on a file system without permissions (a stick, or a shared folder): everybody who can read "
                'it can read your mail. Do not keep a password there: use password = "ask" or password_command.'
            )
            return Finding("home", False, words.format(home=home.directory))
        return Finding("home", True, str(home.directory))

    def _archive(self) -> Finding:
        try:
            problems = self._forum.upkeep.problems()
            posts = self._forum.archive.words.count()
        except ListforumError as error:
            return Finding("archive", False, str(error))
        counted = ngettext("{posts} post", "{posts} posts", posts).format(posts=posts)
        return Finding("archive", not problems, "; ".join(problems) or counted)

    def _index(self) -> Finding:
        try:
            if not self._forum.searching.exists():
                return Finding("index", True, _("none yet: the first search makes it"))
            problems = self._forum.searching.problems()
        except ListforumError as error:
            return Finding("index", False, str(error))
        return Finding("index", not problems, "; ".join(problems) or _("in order"))

    # --- the servers ----------------------------------------------------------------------------------------------

    def _account(self, account: Account, ask: Callable[[str], str], cancel: Cancel) -> Iterator[Finding]:
        where = _where(account, account.imap)
        try:
            with self._forum.syncing.session(account, ask, cancel) as session:
                folders = session.folders()
                names = ", ".join(safe.line(folder.name) for folder in folders[:20])
                yield Finding(
                    f"{account.name} imap",
                    True,
                    _("logged in at {where}. Folders: {names}").format(where=where, names=names),
                )
                yield from self._lists(account, session)
        except Cancelled:
            raise
        except ListforumError as error:
            yield _failed(f"{account.name} imap", where, error)
        yield self._smtp(account, ask, cancel)

    def _smtp(self, account: Account, ask: Callable[[str], str], cancel: Cancel) -> Finding:
        if account.smtp is None:
            return Finding(f"{account.name} smtp", True, _("none is set: this account reads only"))
        where = _where(account, account.smtp)
        try:
            self._forum.syncing.greet(account, ask, cancel)
        except Cancelled:
            raise
        except ListforumError as error:
            return _failed(f"{account.name} smtp", where, error)
        return Finding(f"{account.name} smtp", True, _("logged in at {where}").format(where=where))

    def _lists(self, account: Account, session: ImapSession) -> Iterator[Finding]:
        """The List-Ids among the newest mails of each folder in use, with a block for those that are not set up."""
        config = self._forum.config
        used = [settings.folder for settings in config.lists.values() if settings.account == account.name]
        for folder in dict.fromkeys([*used, "INBOX"]):
            yield from self._lists_in(account, session, folder)

    def _lists_in(self, account: Account, session: ImapSession, folder: str) -> Iterator[Finding]:
        from listforum.mail.header import read_header

        try:
            session.examine(folder)
        except ListforumError as error:
            if isinstance(error, Cancelled):
                raise
            yield Finding(f"folder {folder}", False, str(error))
            return
        seen: Counter[str] = Counter()
        for _uid, fields in session.header_fields(session.newest(_LOOKED_AT), ("List-Id",)):
            seen[safe.line(read_header(fields).list_id)] += 1
        unlisted = seen.pop("", 0)
        words = ", ".join(f"{list_id} ({count})" for list_id, count in seen.most_common(_LISTS_SHOWN)) or _("no list")
        yield Finding(
            f"folder {folder}",
            True,
            _("newest mails: {words}; of no list: {other}").format(words=words, other=unlisted),
        )
        yield from self._new_lists(account, folder, seen, among_others=bool(unlisted) or len(seen) > 1)

    def _new_lists(self, account: Account, folder: str, seen: Counter[str], *, among_others: bool) -> Iterator[Finding]:
        """A block to paste for each list of a folder that the config does not read from there yet."""
        from listforum.config import list_block, suggested_name
        from listforum.config.values import list_identifier

        used = [one for one in self._forum.config.lists.values() if (one.account, one.folder) == (account.name, folder)]
        if any(not one.list_id for one in used):
            return  # the whole folder is read as one list
        for list_id, _count in seen.most_common(_LISTS_SHOWN):
            try:
                identifier = list_identifier(list_id)
            except UsageError:
                continue  # a spammer's: no server could be asked for it
            if identifier not in {one.list_id for one in used}:
                name = suggested_name(identifier, self._names)
                self._names.add(name)
                block = list_block(name, account.name, folder, identifier if among_others else None)
                yield Finding(f"list {identifier}", True, _("not in the config; to read it, paste:"), block)


def _where(account: Account, server: Server) -> str:
    """The server's place, and the way there."""
    place = f"{server.host}:{server.port}"
    return _("{place} through {proxy}").format(place=place, proxy=account.proxy) if account.proxy else place


def _failed(what: str, where: str, error: ListforumError) -> Finding:
    """What went wrong at a server; a line that would mend it stands apart, to be pasted."""
    line = error.line if isinstance(error, CertificateError) else ""
    return Finding(what, False, f"{where}: {error}".removesuffix(f"\n{line}"), line)
