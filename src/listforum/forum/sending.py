"""Sending what is queued: one of the two moments that need the network."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from gettext import gettext as _

from listforum.archive.archive import Archive
from listforum.cancel import Cancel
from listforum.config import Account, Config
from listforum.errors import Cancelled, ConfigError, ListforumError
from listforum.forum.connecting import Connecting
from listforum.home import Home
from listforum.mail import safe
from listforum.model.outgoing import OutboxItem
from listforum.model.traffic import Bytes, Progress
from listforum.sync.push import SendReport, push
from listforum.sync.settle import settle_by_archive
from listforum.words import N_


@dataclass(slots=True)
class Sent:
    """What a run did with the outbox; `errors` holds a sentence for each account that could not be used.

    `complete` tells whether all that was queued went out; `cancelled`, that it did not because the person stopped it.
    """

    report: SendReport = field(default_factory=SendReport)
    errors: list[str] = field(default_factory=list)
    cancelled: bool = False
    complete: bool = True

    @property
    def spent(self) -> Bytes:
        """What the run has paid."""
        return self.report.spent


class Sending:
    """Sends mail out, with the lock of the home held."""

    def __init__(self, archive: Archive, config: Config, home: Home, connecting: Connecting | None = None) -> None:
        self._archive = archive
        self._config = config
        self._home = home
        self._connecting = connecting or Connecting()

    def send(
        self,
        *,
        ask: Callable[[str], str],
        cancel: Cancel,
        progress: Callable[[Progress], None] | None = None,
    ) -> Sent:
        """Sends what is queued, account by account; one that fails does not keep another from sending.

        `progress` is told of each item that is begun: how many were begun before it, and how many there are.

        Never raises for what stops it on the way: the answer tells. Raises BusyError when another listforum is at work.
        """
        sent, stopped = Sent(), False
        with self._home.lock(N_("sending")):
            self._archive.outbox.requeue_interrupted()
            settle_by_archive(self._archive)
            queued = self._archive.outbox.in_states("queued")
            begin = _teller(len(queued), sent, progress) if progress else _untold
            for name in dict.fromkeys(item.account for item in queued):
                try:
                    self._push(name, sent, ask, cancel, begin)
                except Cancelled:
                    stopped = True
                    break
                except ListforumError as error:
                    sent.errors.append(f"{name}: {error}")
            self._take_stock(sent, {item.item for item in queued})
            sent.cancelled = (stopped or cancel.cancelled) and not sent.complete
        return sent

    def _push(
        self, name: str, sent: Sent, ask: Callable[[str], str], cancel: Cancel, begin: Callable[[OutboxItem], None]
    ) -> None:
        account = self._account(name)
        with self._connecting.forgetting_what_is_refused(account):
            push(self._archive, self._connecting.route(account, ask, cancel), cancel, sent.report, begin)

    def _take_stock(self, sent: Sent, tried: set[int]) -> None:
        report = sent.report
        report.uncertain += [item.item for item in self._archive.outbox.in_states("uncertain")]
        report.waiting += [item.item for item in self._archive.outbox.in_states("queued", "sending")]
        sent.complete = tried.isdisjoint([*report.failed, *report.waiting, *report.uncertain])

    def _account(self, name: str) -> Account:
        account = self._config.accounts.get(name)
        if account is None:
            raise ConfigError(
                _(
                    "The config no longer has the account that this was written with: add [accounts.{name}], or "
                    "drop it."
                ).format(name=name)
            )
        return account


def _teller(count: int, sent: Sent, progress: Callable[[Progress], None]) -> Callable[[OutboxItem], None]:
    begun = itertools.count()

    def begin(item: OutboxItem) -> None:
        words = _("{list}: sending “{subject}”").format(list=item.list, subject=safe.line(item.subject))
        progress(Progress(words, next(begun), count, sent.spent))

    return begin


def _untold(_item: OutboxItem) -> None:
    """Nobody wants to know."""
