"""Sending what is queued: one of the two moments that need the network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from listforum.archive.archive import Archive
from listforum.config import Account, Config, Server
from listforum.credentials import read_secret
from listforum.errors import Cancelled, ConfigError, ListforumError
from listforum.home import Home
from listforum.sync.push import Route, SendReport, push
from listforum.sync.settle import settle_by_archive
from listforum.wire.cancel import Cancel
from listforum.wire.endpoint import Credentials, Endpoint


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

    def __init__(self, archive: Archive, config: Config, home: Home) -> None:
        self._archive = archive
        self._config = config
        self._home = home

    def send(self, *, ask: Callable[[str], str], cancel: Cancel) -> Sent:
        """Sends what is queued, account by account; one that fails does not keep another from sending.

        Never raises for what stops it on the way: the answer tells. Raises BusyError when another listforum is at work.
        """
        sent = Sent()
        with self._home.lock("sending"):
            self._archive.outbox.requeue_interrupted()
            settle_by_archive(self._archive)
            queued = self._archive.outbox.in_states("queued")
            for name in dict.fromkeys(item.account for item in queued):
                try:
                    push(self._archive, self._route(name, ask, cancel), cancel, sent.report)
                except Cancelled:
                    break
                except ListforumError as error:
                    sent.errors.append(f"{name}: {error}")
            self._take_stock(sent, {item.item for item in queued})
            sent.cancelled = cancel.cancelled and not sent.complete
        return sent

    def _take_stock(self, sent: Sent, tried: set[int]) -> None:
        report = sent.report
        report.uncertain += [item.item for item in self._archive.outbox.in_states("uncertain")]
        report.waiting += [item.item for item in self._archive.outbox.in_states("queued", "sending")]
        sent.complete = not (report.failed or report.waiting or tried & set(report.uncertain))

    def _route(self, name: str, ask: Callable[[str], str], cancel: Cancel) -> Route:
        account = self._config.accounts.get(name)
        if account is None:
            raise ConfigError(
                f"The config no longer has the account that this was written with: add [accounts.{name}], or drop it."
            )
        if account.smtp is None:
            raise ConfigError(f"the account has no smtp: add it under [accounts.{name}] in the config.")
        server = account.smtp
        endpoint = Endpoint(server.host, server.port, server.tls, account.ca_file)
        return Route(name, endpoint, _once(lambda: _credentials(account, server, ask, cancel)))


def _credentials(account: Account, server: Server, ask: Callable[[str], str], cancel: Cancel) -> Credentials:
    return Credentials(server.user, read_secret(account, ask, lambda: cancel.cancelled), account.auth)


def _once(read: Callable[[], Credentials]) -> Callable[[], Credentials]:
    """Asks the person, or their password store, once for all the items of an account."""
    known: list[Credentials] = []

    def credentials() -> Credentials:
        if not known:
            known.append(read())
        return known[0]

    return credentials
