"""Connections to a member's servers, with secrets asked for once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from gettext import gettext as _
from typing import Final

from listforum.cancel import Cancel
from listforum.config import Account, Server
from listforum.credentials import read_secret
from listforum.errors import ConfigError, LoginError
from listforum.model.traffic import Progress
from listforum.secret import Secret
from listforum.sync.push import Route
from listforum.wire.deadline import Deadlines
from listforum.wire.endpoint import Credentials, Endpoint
from listforum.wire.imap import ImapSession, Opening
from listforum.wire.meter import Meter
from listforum.wire.smtp import greet

_LOOKING_UP: Final = 0.1
"""Seconds after which whoever waits for another's question looks whether they were stopped."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who waits for the work: is asked for passwords, may stop it, and is told how far it is."""

    ask: Callable[[str], str]
    cancel: Cancel
    progress: Callable[[Progress], None]


class Connecting:
    """Opens sessions with the servers of accounts. Whoever shares one shares what was typed: each asks only once."""

    def __init__(self, deadlines: Deadlines | None = None) -> None:
        self._deadlines = deadlines
        self._secrets: dict[str, Secret] = {}
        self._asking = threading.Lock()

    @contextmanager
    def imap(
        self,
        account: Account,
        ask: Callable[[str], str],
        cancel: Cancel,
        meter: Meter | None = None,
        opening: Opening | None = None,
    ) -> Iterator[ImapSession]:
        """A session that is logged in; `opening` is said in the same breath, where that can be.

        Raises what `ImapSession` and `read_secret` raise.
        """
        credentials = self._credentials(account, account.imap, ask, cancel)
        endpoint = _endpoint(account, account.imap)
        session = ImapSession(
            endpoint, credentials, cancel=cancel, deadlines=self._deadlines, meter=meter, opening=opening
        )
        with self.forgetting_what_is_refused(account), session:
            yield session

    def route(self, account: Account, ask: Callable[[str], str], cancel: Cancel) -> Route:
        """The way out of an account. Raises ConfigError when it sends nowhere."""
        server = account.smtp
        if server is None:
            raise ConfigError(
                _("the account has no smtp: add it under [accounts.{account}] in the config.").format(
                    account=account.name
                )
            )
        return Route(account.name, _endpoint(account, server), lambda: self._credentials(account, server, ask, cancel))

    def greet(self, account: Account, ask: Callable[[str], str], cancel: Cancel) -> None:
        """Logs in where the account sends, and leaves again. Raises ConfigError when it sends nowhere."""
        route = self.route(account, ask, cancel)
        with self.forgetting_what_is_refused(account):
            greet(route.endpoint, route.credentials(), cancel)

    @contextmanager
    def forgetting_what_is_refused(self, account: Account) -> Iterator[None]:
        """A password that the server refused is asked for anew next time."""
        try:
            yield
        except LoginError:
            self._secrets.pop(account.name, None)
            raise

    def _credentials(self, account: Account, server: Server, ask: Callable[[str], str], cancel: Cancel) -> Credentials:
        with self._one_question(cancel):
            secret = self._secrets.get(account.name)
            if secret is None:
                secret = self._secrets[account.name] = read_secret(account, ask, lambda: cancel.cancelled)
        return Credentials(server.user, secret, account.auth)

    @contextmanager
    def _one_question(self, cancel: Cancel) -> Iterator[None]:
        """Lets one thread ask at a time; the others wait for what it was told. Raises Cancelled."""
        while not self._asking.acquire(timeout=_LOOKING_UP):
            cancel.check()
        try:
            yield
        finally:
            self._asking.release()


def _endpoint(account: Account, server: Server) -> Endpoint:
    return Endpoint(server.host, server.port, server.tls, account.ca_file, server.tls_pin, account.proxy, account.name)
