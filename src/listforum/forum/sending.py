"""Sending what is queued: one of the two moments that need the network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from gettext import gettext as _

from listforum.archive.archive import Archive
from listforum.config import Config
from listforum.errors import Cancelled, ConfigError, ListforumError
from listforum.forum.connecting import Connecting
from listforum.home import Home
from listforum.sync.push import Route, SendReport, push
from listforum.sync.settle import settle_by_archive
from listforum.wire.cancel import Cancel
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


class Sending:
    """Sends mail out, with the lock of the home held."""

    def __init__(self, archive: Archive, config: Config, home: Home, connecting: Connecting | None = None) -> None:
        self._archive = archive
        self._config = config
        self._home = home
        self._connecting = connecting or Connecting()

    def send(self, *, ask: Callable[[str], str], cancel: Cancel) -> Sent:
        """Sends what is queued, account by account; one that fails does not keep another from sending.

        Never raises for what stops it on the way: the answer tells. Raises BusyError when another listforum is at work.
        """
        sent, stopped = Sent(), False
        with self._home.lock(N_("sending")):
            self._archive.outbox.requeue_interrupted()
            settle_by_archive(self._archive)
            queued = self._archive.outbox.in_states("queued")
            for name in dict.fromkeys(item.account for item in queued):
                try:
                    push(self._archive, self._route(name, ask, cancel), cancel, sent.report)
                except Cancelled:
                    stopped = True
                    break
                except ListforumError as error:
                    sent.errors.append(f"{name}: {error}")
            self._take_stock(sent, {item.item for item in queued})
            sent.cancelled = (stopped or cancel.cancelled) and not sent.complete
        return sent

    def _take_stock(self, sent: Sent, tried: set[int]) -> None:
        report = sent.report
        report.uncertain += [item.item for item in self._archive.outbox.in_states("uncertain")]
        report.waiting += [item.item for item in self._archive.outbox.in_states("queued", "sending")]
        sent.complete = tried.isdisjoint([*report.failed, *report.waiting, *report.uncertain])

    def _route(self, name: str, ask: Callable[[str], str], cancel: Cancel) -> Route:
        account = self._config.accounts.get(name)
        if account is None:
            raise ConfigError(
                _(
                    "The config no longer has the account that this was written with: add [accounts.{name}], or "
                    "drop it."
                ).format(name=name)
            )
        return self._connecting.route(account, ask, cancel)
