"""Fetching what a sync left on the server: texts that wait, the rest of long ones, attachments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from gettext import gettext as _

from listforum.archive.archive import Archive
from listforum.config import Account, Config, ListSettings
from listforum.errors import UnknownItem
from listforum.forum.connecting import Connecting, Person
from listforum.forum.run import Run, SyncReport
from listforum.home import Home
from listforum.sync.price import connection, missing_text, take_stock, usual
from listforum.sync.pull import Pull
from listforum.sync.report import ListReport
from listforum.sync.visit import Folders, only_opened
from listforum.words import N_


class Fetching:
    """Brings in what a person asks for by name, with the lock of the home held."""

    def __init__(self, archive: Archive, config: Config, home: Home, connecting: Connecting | None = None) -> None:
        self._archive = archive
        self._config = config
        self._home = home
        self._connecting = connecting or Connecting()

    def waiting(self, topics: Iterable[int]) -> list[int]:
        """The posts of topics that have no text yet. Raises UnknownItem."""
        return [
            record.post for topic in topics for record in self._archive.topics.posts(topic) if record.state == "header"
        ]

    def price(self, posts: Iterable[int]) -> int:
        """What `texts` would cost, in bytes, without the connection; 0 when all is here. Raises UnknownItem."""
        missing = {post: size for post in posts if (size := missing_text(self._archive, post))}
        return sum(
            usual(self._archive, one.name, one.account).of(sum(missing[post] for post in of_list))
            for one, of_list in self._by_list(list(missing)).items()
        )

    def connect_price(self) -> int:
        """What a connection usually costs, in bytes."""
        return connection(self._archive)

    def texts(self, posts: Sequence[int], person: Person) -> SyncReport:
        """Fetches all the text of posts, however long. Without anything to fetch there is no connection.

        What stops it on the way the report tells. Raises UnknownItem for a post that is not here, or lies on no server
        of the config, and BusyError.
        """
        unknown = set(posts) - self._archive.topics.of(posts).keys()
        if unknown:
            raise UnknownItem(_("There is no post {post}.").format(post=min(unknown)))
        wanted = [post for post in posts if self._archive.contents.unfinished(post)]
        return self._fetch(self._by_list(wanted), person, lambda pull, of_list: pull.whole_texts(of_list))

    def part(self, post: int, section: str, person: Person) -> SyncReport:
        """Fetches one part of a post; what came before a cut is kept, the next try goes on after it. See `texts`."""
        return self._fetch(self._by_list([post]), person, lambda pull, _posts: pull.part(post, section))

    def _fetch(
        self,
        wanted: Mapping[ListSettings, Sequence[int]],
        person: Person,
        work: Callable[[Pull, Sequence[int]], None],
    ) -> SyncReport:
        with self._home.lock(N_("fetching")):
            run = Run(self._archive, self._config.sync, self._connecting, person, glance=only_opened)
            by_account: defaultdict[str, list[tuple[ListSettings, ListReport]]] = defaultdict(list)
            for one in wanted:
                by_account[one.account].append((one, run.begin(one)))
            for account, lists in by_account.items():
                if run.over:
                    break
                self._fetch_from(
                    self._config.accounts[account], [(*pair, wanted[pair[0]]) for pair in lists], run, work
                )
            for one, report in (pair for lists in by_account.values() for pair in lists):
                take_stock(self._archive, run.subscription(one), report)
            return run.end()

    def _fetch_from(
        self,
        account: Account,
        lists: Sequence[tuple[ListSettings, ListReport, Sequence[int]]],
        run: Run,
        work: Callable[[Pull, Sequence[int]], None],
    ) -> None:
        def in_session(folders: Folders) -> None:
            for one, report, posts in lists:
                if not report.done:
                    with run.one_list(report):
                        work(run.pull(folders, one, report), posts)
                    report.done = True

        run.work_in(account, [report for _, report, _ in lists], in_session)

    def _by_list(self, posts: Sequence[int]) -> Mapping[ListSettings, Sequence[int]]:
        found: defaultdict[ListSettings, list[int]] = defaultdict(list)
        for post in posts:
            found[self._list_of(post)].append(post)
        return found

    def _list_of(self, post: int) -> ListSettings:
        """The list whose folder has the post, or else had it."""
        names = self._archive.topics.lists_of(post)
        lists = [self._config.lists[name] for name in names if name in self._config.lists]
        if not lists:
            raise UnknownItem(
                _("Post {post} lies on no server that is configured: there is nothing to fetch it from.").format(
                    post=post
                )
            )
        places = {(place.account, place.folder) for place in self._archive.posts.places(post)}
        return next((one for one in lists if (one.account, one.folder) in places), lists[0])
