"""Being connected, logged in and answered: the IMAP dialogue with its errors in our own words."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from gettext import gettext as _

from listforum.errors import LinkError, ListforumError, ServerError
from listforum.wire.command import Command, Words
from listforum.wire.dialogue import ByeError, Dialogue, Limits, ProtocolError, Response, Said, Tagged, Unfinished
from listforum.wire.endpoint import Credentials
from listforum.wire.idle import Idle
from listforum.wire.link import Link
from listforum.wire.refusal import imap_refusal, not_offered
from listforum.wire.sasl import Exchange, exchange
from listforum.wire.starttls import upgrade
from listforum.wire.words import ServerWords, bare

CAPABILITY = frozenset({"CAPABILITY"})
_BEFORE_LOGIN = frozenset({"IMAP4REV1", "SASL-IR", "LOGINDISABLED"})
FEW = Limits(lines=1000, line=65_536, literal=0, volume=1_048_576)


@dataclass(frozen=True, slots=True)
class Heard:
    """What the server said to a command, and how it ended."""

    responses: tuple[Response, ...]
    end: Tagged

    def first(self, kind: str) -> Response | None:
        return next((response for response in self.responses if response.kind == kind), None)


class Conversation:
    """One IMAP connection, opened once. What fails on the way closes it; a refused command does not.

    `capabilities` are those that hold now, `known` those that an earlier session has `remembered`: those that held
    after its login, and what counts before one. `let_in` tells whether the login was taken, whatever came then.
    `unfinished` is the literal that was under way when the link broke.
    """

    def __init__(self, link: Link, credentials: Credentials, known: Collection[str] = ()) -> None:
        self.link = link
        self.capabilities: frozenset[str] = frozenset()
        self.remembered: frozenset[str] = frozenset()
        self.let_in = False
        self.unfinished: Unfinished | None = None
        self._known = frozenset(known)
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
        return self._connected().exists or 0

    @property
    def news(self) -> bool:
        """Whether mails have come since the folder was opened."""
        return self._connected().news

    def leave_folder(self) -> None:
        """Forget how many mails there were: a folder is about to be opened."""
        dialogue = self._connected()
        dialogue.exists, dialogue.news = None, False

    # --- opening and closing ---

    def open(self, then: Sequence[Command] = (), kinds: Collection[str] = ()) -> Sequence[Heard]:
        """Connect, encrypt, log in; and say `then` in the same breath, where that is allowed.

        Answers what was heard of these kinds to each command of `then`; nothing where they were not said.
        """
        try:
            self._greet()
            return self._log_in(then, frozenset(kinds))
        except ListforumError as error:
            failure = bare(error)
        except BaseException:
            self._hang_up()
            raise
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
                self._dialogue = Dialogue(self.link, greeted=greeted, known=self._known)
            except ByeError as error:
                raise self._failure(error) from None
            except (ProtocolError, ValueError):
                raise ServerError(_("{host} does not greet as an IMAP server does").format(host=self._host)) from None
        if self._dialogue.state != "NONAUTH":
            raise ServerError(_("{host} lets anybody in without a login, and is not trusted").format(host=self._host))
        self.capabilities = frozenset(self._dialogue.capabilities)

    # --- logging in ---

    def _log_in(self, then: Sequence[Command], kinds: frozenset[str]) -> Sequence[Heard]:
        login = self._plain_login() if then else None
        commands = [self._login_command()] if login is None else [login, *then]
        deadlines = self.link.deadlines
        doing = _("logging in to {host}").format(host=self._host)
        with self.link.phase(doing, deadlines.login, slowest=deadlines.slowest if login else None):
            answers = self._listen(commands, kinds | CAPABILITY, Limits() if login else FEW, self._check_login)
        told = _listed(answers[0])
        # what was said because an earlier session had been told that it can be said may have become wrong
        outdated = any(heard.end.status == "BAD" for heard in answers[1:])
        if not told and (outdated or not self._known):
            told = _listed(self.ask_all([(b"CAPABILITY",)], CAPABILITY)[0])
        before, self.capabilities = self.capabilities, told or self._known
        self.remembered = self.capabilities | {name for name in before if _is_about_logging_in(name)}
        return answers[1:]

    def _check_login(self, number: int, end: Tagged) -> None:
        """Whatever was said behind a login that was refused, its own words tell why."""
        if number:
            return
        if end.status == "NO":
            raise imap_refusal(self._host, self._credentials.mechanism, end.text, self._words.quote(end.text))
        self.expect_ok(end, _("{host} could not log in {user}").format(host=self._host, user=self._credentials.user))
        self.let_in = True

    def _plain_login(self) -> Command | None:
        """LOGIN, behind which more may be said at once, as behind AUTHENTICATE it may not; None where it is no use."""
        login = self._login() if self._may_log_in_plainly(exchange(self._credentials, self.link.endpoint)) else ()
        return login if len(login) == 1 else None

    def _login_command(self) -> Command:
        words = exchange(self._credentials, self.link.endpoint)
        if f"AUTH={words.mechanism}" in self.capabilities:
            authenticate = b"AUTHENTICATE " + words.mechanism.encode("ascii")
            concession = () if words.concession is None else (words.concession,)
            if "SASL-IR" in self.capabilities:
                return (authenticate + b" " + words.initial, *concession)
            return (authenticate, words.initial, *concession)
        if not self._may_log_in_plainly(words):
            offered = [name.removeprefix("AUTH=") for name in self.capabilities if name.startswith("AUTH=")]
            raise not_offered(self._host, words.mechanism, offered)
        return self._login()

    def _may_log_in_plainly(self, words: Exchange) -> bool:
        return words.mechanism == "PLAIN" and "LOGINDISABLED" not in self.capabilities

    def _login(self) -> Command:
        return Words("LOGIN").string(self._credentials.user).string(self._credentials.secret.reveal()).done()

    # --- asking ---

    def ask(self, command: Command, kinds: Collection[str], failing: str) -> Sequence[Response]:
        """Say a command and wait for its end: the responses of these kinds. Raises `ServerError` with `failing`."""
        (heard,) = self.ask_all([command], kinds)
        self.expect_ok(heard.end, failing)
        return heard.responses

    def ask_all(self, commands: Sequence[Command], kinds: Collection[str]) -> Sequence[Heard]:
        """Say commands in one breath and wait for all their ends, whatever these are."""
        with self.link.phase(_("waiting for an answer of {host}").format(host=self._host), self.link.deadlines.answer):
            return self._listen(commands, frozenset(kinds), Limits())

    def stream(self, commands: Sequence[Command], kind: str, limits: Limits) -> Iterator[Said]:
        """Say commands in one breath and give each response as it comes, and each end, whatever that is.

        Left before the last end, the connection is closed.
        """
        doing = _("downloading from {host}").format(host=self._host)
        with self.link.phase(doing, self.link.deadlines.answer, slowest=self.link.deadlines.slowest):
            for number, said in self._say(commands, frozenset({kind}), limits):
                with self.link.aside():
                    yield number, said

    def compress(self) -> None:
        """Has both sides compress from here on (RFC 4978), where the server can; nothing else may be under way."""
        if "COMPRESS=DEFLATE" not in self.capabilities or self.link.compressed:
            return
        (heard,) = self.ask_all([(b"COMPRESS DEFLATE",)], ())
        if heard.end.status == "OK":
            self.link.compress()

    def wait(self, seconds: float) -> bool:
        """Wait until mails come into the open folder, for so many seconds at the most; answers whether any have come.

        Where the server does not tell by itself (RFC 2177), it is asked when the time is over.
        """
        dialogue = self._connected()
        if dialogue.news:
            return True
        self._busy, failure = True, None
        try:
            idle = Idle(self.link, dialogue)
            if "IDLE" not in self.capabilities:
                idle.ask_after(seconds)
            elif not idle.wait(seconds):
                self.capabilities -= {"IDLE"}
            self._busy = False
        except (ProtocolError, ValueError) as error:
            failure = self._failure(error)
        finally:
            if self._busy:
                self._hang_up()
            self._busy = False
        if failure:
            raise failure
        return dialogue.news

    def _listen(
        self,
        commands: Sequence[Command],
        kinds: frozenset[str],
        limits: Limits,
        check: Callable[[int, Tagged], None] | None = None,
    ) -> Sequence[Heard]:
        responses: list[list[Response]] = [[] for _ in commands]
        ends = [Tagged("BAD", b"")] * len(commands)
        for number, said in self._say(commands, kinds, limits):
            if isinstance(said, Response):
                responses[number].append(said)
            else:
                if check:
                    check(number, said)
                ends[number] = said
        return [Heard(tuple(heard), end) for heard, end in zip(responses, ends, strict=True)]

    def _say(self, commands: Sequence[Command], kinds: frozenset[str], limits: Limits) -> Iterator[Said]:
        if self._busy:
            raise RuntimeError("the answer to the command before is still being read")
        failure: ListforumError
        dialogue = self._connected()
        left = len(commands)
        self._busy = True
        try:
            for number, said in dialogue.converse(commands, kinds, limits):
                left -= isinstance(said, Tagged)
                self._busy = left > 0
                yield number, said
        except (ProtocolError, ValueError) as error:
            failure = self._failure(error)
        else:
            return
        finally:
            self.unfinished = dialogue.unfinished
            if self._busy:
                self._hang_up()
            self._busy = False
        raise failure

    def _failure(self, error: Exception) -> ListforumError:
        if isinstance(error, ByeError):
            return LinkError(self._sentence(_("{host} ended the session").format(host=self._host), error.words))
        return ServerError(
            _("{host} answers in a way that makes no sense, or too much; the link was cut").format(host=self._host)
        )

    def _connected(self) -> Dialogue:
        if self._dialogue is None:
            raise LinkError(_("the link to {host} is closed").format(host=self._host))
        return self._dialogue

    def expect_ok(self, end: Tagged, failing: str) -> None:
        """Raises `ServerError` with `failing` where a command was refused."""
        if end.status != "OK":
            raise ServerError(self._sentence(failing, end.text))

    def _sentence(self, what: str, text: bytes) -> str:
        words = self._words.quote(text)
        return _("{what}; {words}").format(what=what, words=words) if words else what


def _is_about_logging_in(capability: str) -> bool:
    """Whether a capability counts before the login, after which servers mostly do not tell it any more."""
    return capability in _BEFORE_LOGIN or capability.startswith("AUTH=")


def _listed(heard: Heard) -> frozenset[str]:
    """The capabilities told in the answers to a command."""
    listed = b" ".join(response.words() for response in heard.responses if response.kind == "CAPABILITY")
    return frozenset(listed.decode("ascii", "replace").upper().split())
