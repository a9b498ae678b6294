"""Being connected, logged in and answered: the IMAP dialogue with its errors in our own words."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from gettext import gettext as _

from listforum.errors import LinkError, ListforumError, LoginError, ServerError
from listforum.wire.command import Command, Words
from listforum.wire.dialogue import ByeError, Dialogue, Limits, ProtocolError, Response, Tagged
from listforum.wire.endpoint import Credentials
from listforum.wire.link import Link
from listforum.wire.sasl import exchange
from listforum.wire.starttls import upgrade
from listforum.wire.words import ServerWords, bare

CAPABILITY = frozenset({"CAPABILITY"})
FEW = Limits(lines=1000, line=65_536, literal=0, volume=1_048_576)

# a refusal with one of these codes says nothing about the password (RFC 5530)
_PASSING = re.compile(rb"\[(?:UNAVAILABLE|INUSE|LIMIT|SERVERBUG|CONTACTADMIN)\b", re.IGNORECASE)


class Conversation:
    """One IMAP connection, opened once. What fails on the way closes it; a refused command does not."""

    def __init__(self, link: Link, credentials: Credentials) -> None:
        self.link = link
        self.capabilities: frozenset[str] = frozenset()
        self._credentials = credentials
        self._words = ServerWords(credentials)
        self._host = link.endpoint.host
        self._dialogue: Dialogue | None = None
        self._busy = False

    @property
    def connected(self) -> bool:
        """Whether something can be asked."""
        return self._dialogue is not None

    @property
    def exists(self) -> int:
        """How many mails the open folder has, as the server last said."""
        return self._connected().exists

    def leave_folder(self) -> None:
        """Forget how many mails there were: another folder is about to be opened."""
        self._connected().exists = 0

    # --- opening and closing ---

    def open(self) -> None:
        """Connect, encrypt, log in."""
        try:
            self._greet()
            self._log_in()
        except ListforumError as error:
            failure = bare(error)
        except BaseException:
            self._hang_up()
            raise
        else:
            return
        self._hang_up()
        raise failure

    def close(self) -> None:
        """Say goodbye where that is possible, without waiting for an answer, and hang up."""
        if self._dialogue and not self._busy:
            with contextlib.suppress(ListforumError), self.link.phase(_("logging out"), 1.0):
                self.link.send(b"BYE LOGOUT\r\n")
        self._hang_up()

    def _hang_up(self) -> None:
        self._dialogue = None
        self.link.close()

    def _greet(self) -> None:
        with self.link.phase(_("connecting to {host}").format(host=self._host), self.link.deadlines.connect):
            self.link.connect()
            greeted = b""
            if self.link.endpoint.tls == "starttls":
                upgrade(self.link)
                greeted = b"* OK what was said in clear is forgotten\r\n"
            try:
                self._dialogue = Dialogue(self.link, greeted=greeted)
            except (ProtocolError, ValueError):
                raise ServerError(_("{host} does not greet as an IMAP server does").format(host=self._host)) from None
        if self._dialogue.state != "NONAUTH":
            raise ServerError(_("{host} lets anybody in without a login, and is not trusted").format(host=self._host))
        self.capabilities = frozenset(self._dialogue.capabilities)

    # --- logging in ---

    def _log_in(self) -> None:
        with self.link.phase(_("logging in to {host}").format(host=self._host), self.link.deadlines.login):
            heard, end = self._collect(self._login_command(), CAPABILITY, FEW)
            if end.status == "NO" and not _PASSING.match(end.text):
                raise LoginError(self._sentence(_("{host} refused the login").format(host=self._host), end.text))
            self._expect_ok(
                end, _("{host} could not log in {user}").format(host=self._host, user=self._credentials.user)
            )
            if not heard:
                heard, _end = self._collect((b"CAPABILITY",), CAPABILITY, FEW)
        listed = b" ".join(response.words() for response in heard)
        self.capabilities = frozenset(listed.decode("ascii", "replace").upper().split())

    def _login_command(self) -> Command:
        words = exchange(self._credentials, self.link.endpoint)
        if f"AUTH={words.mechanism}" in self.capabilities:
            authenticate = b"AUTHENTICATE " + words.mechanism.encode("ascii")
            concession = () if words.concession is None else (words.concession,)
            if "SASL-IR" in self.capabilities:
                return (authenticate + b" " + words.initial, *concession)
            return (authenticate, words.initial, *concession)
        if words.mechanism != "PLAIN" or "LOGINDISABLED" in self.capabilities:
            raise ServerError(
                _("{host} offers no login by {mechanism}").format(host=self._host, mechanism=words.mechanism)
            )
        login = Words("LOGIN").string(self._credentials.user)
        return login.string(self._credentials.secret.reveal()).done()

    # --- asking ---

    def ask(self, command: Command, kinds: set[str], failing: str) -> list[Response]:
        """Say a command and wait for its end: the responses of these kinds. Raises `ServerError` with `failing`."""
        with self.link.phase(_("waiting for an answer of {host}").format(host=self._host), self.link.deadlines.answer):
            responses, end = self._collect(command, frozenset(kinds), Limits())
        self._expect_ok(end, failing)
        return responses

    def stream(self, command: Command, kind: str, limits: Limits, failing: str) -> Iterator[Response]:
        """Say a command and give each response as it comes. Left before its end, the connection is closed."""
        doing = _("downloading from {host}").format(host=self._host)
        with self.link.phase(doing, self.link.deadlines.answer, slowest=self.link.deadlines.slowest):
            for said in self._say(command, frozenset({kind}), limits):
                if isinstance(said, Response):
                    with self.link.aside():
                        yield said
                else:
                    self._expect_ok(said, failing)

    def _collect(self, command: Command, kinds: frozenset[str], limits: Limits) -> tuple[list[Response], Tagged]:
        heard: list[Response] = []
        end = Tagged("BAD", b"")
        for said in self._say(command, kinds, limits):
            if isinstance(said, Response):
                heard.append(said)
            else:
                end = said
        return heard, end

    def _say(self, command: Command, kinds: frozenset[str], limits: Limits) -> Iterator[Response | Tagged]:
        if self._busy:
            raise RuntimeError("the answer to the command before is still being read")
        failure: ListforumError
        self._busy = True
        try:
            for said in self._connected().converse(command, kinds, limits):
                self._busy = isinstance(said, Response)
                yield said
        except ByeError as bye:
            failure = LinkError(self._sentence(_("{host} ended the session").format(host=self._host), bye.words))
        except (ProtocolError, ValueError):
            failure = ServerError(
                _("{host} answers in a way that makes no sense, or too much; the link was cut").format(host=self._host)
            )
        else:
            return
        finally:
            if self._busy:
                self._hang_up()
            self._busy = False
        raise failure

    def _connected(self) -> Dialogue:
        if self._dialogue is None:
            raise LinkError(_("the link to {host} is closed").format(host=self._host))
        return self._dialogue

    def _expect_ok(self, end: Tagged, failing: str) -> None:
        if end.status != "OK":
            raise ServerError(self._sentence(failing, end.text))

    def _sentence(self, what: str, text: bytes) -> str:
        words = self._words.quote(text)
        return _("{what}; {words}").format(what=what, words=words) if words else what
