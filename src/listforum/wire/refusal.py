"""Why a server let nobody in, and what to do: from its answer to a login, and from what is known of providers; pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from gettext import gettext as _
from typing import Final, Literal

from listforum.errors import LoginError, ServerError
from listforum.wire.endpoint import Mechanism
from listforum.words import N_

Takes = Literal["app password", "either", "token", "code"]

Reason = Literal["wrong", "no passwords", "browser", "switched off", "expired", "not allowed", "clear", "later", "ask"]
"""What stands behind a refusal; "wrong" where the server says no more than no."""

_KEEPING_THE_SECRET: Final[frozenset[Reason]] = frozenset({"not allowed", "clear", "later", "ask", "switched off"})
"""Refusals that say nothing against the password."""

_CODES: Final[dict[str, Reason]] = {
    "AUTHENTICATIONFAILED": "wrong",
    "AUTHORIZATIONFAILED": "not allowed",
    "EXPIRED": "expired",
    "PRIVACYREQUIRED": "clear",
    "UNAVAILABLE": "later",
    "INUSE": "later",
    "LIMIT": "later",
    "SERVERBUG": "ask",
    "CONTACTADMIN": "ask",
    "WEBALERT": "browser",
}
"""Response codes of IMAP (RFC 5530, RFC 9051), and Google's own."""

_STATUS: Final[dict[str, Reason]] = {
    "5.7.8": "wrong",
    "5.7.11": "clear",
    "5.7.12": "expired",
    "5.7.14": "browser",
    "5.7.139": "no passwords",
}
"""Enhanced status codes of SMTP (RFC 4954, 6), and those of Google and Microsoft."""

_SAYINGS: Final[tuple[tuple[re.Pattern[str], Reason], ...]] = (
    (
        re.compile(
            r"app(lication)?[ -]?(specific )?password|app-specific|basic auth\w* is disabled|less secure app"
            r"|web login required.*app|parol prilozheni|authori[sz]ation code|\u6388\u6743\u7801",
            re.IGNORECASE,
        ),
        "no passwords",
    ),
    (re.compile(r"web ?login required|log ?in (via|with|through) your (web )?browser", re.IGNORECASE), "browser"),
    (re.compile(r"not enabled for imap|imap (access )?is (disabled|not enabled|off)\b", re.IGNORECASE), "switched off"),
)
"""Words by which large providers say more than their codes do."""

_SENTENCES: Final[dict[Reason, str]] = {
    "later": N_("{host} lets nobody in just now, whatever the password; try again later"),
    "ask": N_("{host} cannot log you in just now, whatever the password; if it stays so, ask your provider"),
    "not allowed": N_(
        "{host} knows you, but does not let you in: ask your provider whether you may read and send mail this way"
    ),
    "clear": N_('{host} wants an encrypted link: set tls = "implicit" or tls = "starttls"'),
    "expired": N_("{host} refused the login: the password has expired; set a new one at your provider"),
    "browser": N_(
        "{host} refused the login until you have signed in with a web browser: do that once, say there that it was you,"
        " and try again"
    ),
    "switched off": N_("{host} refused the login: IMAP is switched off; switch it on in the settings of your provider"),
}


@dataclass(frozen=True, slots=True)
class _Provider:
    name: str
    takes: Takes


_PROVIDERS: Final[dict[str, _Provider]] = {
    **dict.fromkeys(("gmail.com", "googlemail.com"), _Provider("Google", "either")),
    **dict.fromkeys(
        ("outlook.com", "office365.com", "hotmail.com", "live.com", "office.com"), _Provider("Microsoft", "token")
    ),
    **dict.fromkeys(("mail.me.com", "icloud.com"), _Provider("Apple", "app password")),
    **dict.fromkeys(("yahoo.com", "yahoo.co.jp", "yahoodns.net"), _Provider("Yahoo", "app password")),
    "aol.com": _Provider("AOL", "app password"),
    "fastmail.com": _Provider("Fastmail", "app password"),
    "mail.ru": _Provider("Mail.ru", "app password"),
    **dict.fromkeys(("yandex.ru", "yandex.com"), _Provider("Yandex", "app password")),
    "qq.com": _Provider("QQ", "code"),
    **dict.fromkeys(("163.com", "126.com", "yeah.net"), _Provider("NetEase", "code")),
}
"""Providers that take no account password from mail programs, by the end of their servers' names."""


def imap_refusal(host: str, mechanism: Mechanism, text: bytes, quoted: str) -> LoginError | ServerError:
    """What a tagged NO to a login means; `text` is what followed the NO, `quoted` the same as it may be shown.

    A `LoginError` says that the password or token is no good; a `ServerError` says nothing against it.
    """
    said = text[:4096].decode("utf-8", "replace")
    code = re.match(r"\[([A-Z0-9-]+)", said, re.IGNORECASE)
    known = _CODES.get(code[1].upper()) if code else None
    return _error(host, mechanism, _reason(said, known), quoted)


def smtp_refusal(host: str, mechanism: Mechanism, code: int, text: str, quoted: str) -> LoginError | ServerError:
    """What an answer of 5xx to AUTH means; `text` is what followed the code, `quoted` the same as it may be shown."""
    status = re.match(r"\s*(5\.[0-9]{1,3}\.[0-9]{1,3})\b", text)
    known = _STATUS.get(status[1]) if status else None
    if known is None and code == 538:
        known = "clear"
    if known is None and code < 530:
        known = "ask"  # a complaint about the command (RFC 5321, 4.2.3), not about who said it
    return _error(host, mechanism, _reason(text[:4096], known), quoted)


def not_offered(host: str, mechanism: str, offered: Collection[str]) -> ServerError:
    """The error for a server that does not offer the mechanism (PLAIN stands for any password) of the account."""
    what = _("{host} offers no login by {mechanism}").format(host=host, mechanism=mechanism)
    others = {name.upper() for name in offered}
    if mechanism != "PLAIN" and others & {"PLAIN", "LOGIN"}:
        advice = _('it takes passwords: set auth = "password"')
    elif token := next((name for name in ("XOAUTH2", "OAUTHBEARER") if name in others and name != mechanism), None):
        words = _('it wants a token: set auth = "{auth}" and token_command')
        advice = words.format(auth=token.lower())
    else:
        return ServerError(what)
    return ServerError(_("{what}; {advice}").format(what=what, advice=advice))


# --- reasons and words ------------------------------------------------------------------------------------------------


def _reason(said: str, known: Reason | None) -> Reason:
    if known in _KEEPING_THE_SECRET:
        return known or "wrong"
    return next((reason for pattern, reason in _SAYINGS if pattern.search(said)), known or "wrong")


def _error(host: str, mechanism: Mechanism, reason: Reason, quoted: str) -> LoginError | ServerError:
    words = _words(host, mechanism, reason)
    if quoted:
        words = _("{what}; {words}").format(what=words, words=quoted)
    return ServerError(words) if reason in _KEEPING_THE_SECRET else LoginError(words)


def _words(host: str, mechanism: Mechanism, reason: Reason) -> str:
    if reason in _SENTENCES:
        words = _(_SENTENCES[reason])
    elif mechanism != "password":
        words = _("{host} refused the login: the token may have run out; see what token_command prints")
    elif reason == "no passwords":
        words = _("{host} refused the login: {advice}")
    else:
        words = _wrong(host)
    return words.format(host=host, advice=_advice(host))


def _wrong(host: str) -> str:
    provider = _provider(host)
    if provider is None:
        return _("{host} refused the login: the user name or the password is wrong")
    if provider.takes == "token":
        return _("{host} refused the login: {advice}")
    return _(
        "{host} refused the login: the user name or the password is wrong, or it is that of your account; {advice}"
    )


def _advice(host: str) -> str:
    """What to use in place of an account's password."""
    provider = _provider(host)
    match provider.takes if provider else "either":
        case "app password":
            words = _(
                "{provider} takes only app passwords from mail programs: make one in the security settings of your "
                "account, and use that"
            )
        case "token":
            words = _('{provider} takes no passwords any more: set auth = "xoauth2" and token_command')
        case "code":
            words = _(
                "{provider} takes only authorization codes from mail programs: switch IMAP on in the settings of your "
                "mailbox, and use the code that it gives as the password"
            )
        case _:
            words = _(
                "{provider} takes only app passwords from mail programs: make one in the security settings of your "
                'account, and use that; or set auth = "xoauth2" and token_command'
            )
    return words.format(provider=provider.name if provider else host)


def _provider(host: str) -> _Provider | None:
    labels = host.lower().rstrip(".").split(".")
    return next((found for at in range(len(labels)) if (found := _PROVIDERS.get(".".join(labels[at:])))), None)
