"""The single values of a config: what a member writes, checked and brought into one form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from gettext import gettext as _
from typing import TYPE_CHECKING, cast
from urllib.parse import unquote_to_bytes

from listforum.config.settings import Budget, Proxy
from listforum.errors import UsageError
from listforum.model.mail import Mailbox
from listforum.secret import Secret

if TYPE_CHECKING:
    from listforum.config.settings import ProxyKind

# --- names ------------------------------------------------------------------------------------------------------------

NAME_LENGTH = 64


def list_name(text: str) -> str:
    """Return the name in Unicode's composed form (NFC), fit to be typed as one word on a command line.

    Letters, marks and digits of any script, and `.`, `_`, `-` after the first; at least one letter, for a number is a
    topic. Raises UsageError.
    """
    name = unicodedata.normalize("NFC", text[: 4 * NAME_LENGTH])
    if not 0 < len(name) <= NAME_LENGTH or len(text) > 4 * NAME_LENGTH:
        raise UsageError(_("a name has 1 to {most} letters").format(most=NAME_LENGTH))
    for character in name:
        if not (unicodedata.category(character)[0] in "LMN" or character in "._-"):
            raise UsageError(
                _("a name holds letters, digits, '.', '_' and '-', but not {character}").format(
                    character=ascii(character)
                )
            )
    if not name[0].isalnum():
        raise UsageError(_("a name begins with a letter or a digit"))
    if not any(character.isalpha() for character in name):
        raise UsageError(_("a name is not a number, for numbers are topics: put a letter into it"))
    return name


def suggested_name(list_id: str, taken: Collection[str] = ()) -> str:
    """Make a name, none of `taken`, from a List-Id (RFC 2919): `open-data` from `open-data.lists.example.org`."""
    label = re.sub(r"[^a-z0-9_-]", "-", list_id.strip("<> ").lower().split(".")[0])[:40].strip("-_") or "list"
    if not any(character.isalpha() for character in label):
        label = f"list-{label}"
    number, name = 1, label
    while name in taken:
        number += 1
        name = f"{label}-{number}"
    return name


# --- amounts ----------------------------------------------------------------------------------------------------------

_UNITS = {"b": 1, "kb": 1_000, "mb": 1_000_000, "gb": 1_000_000_000}
_AMOUNT = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?) ?([a-zA-Z]{1,3})", re.ASCII)


def amount(text: str) -> int:
    """Return the bytes that `200kB`, `1.5 MB` or `500 B` stand for (kB = 1000). Raises UsageError."""
    found = _AMOUNT.fullmatch(text.strip()[:40])
    unit = _UNITS.get(found[2].lower()) if found else None
    if found is None or unit is None:
        raise UsageError(
            _("an amount is a number and kB (1000 bytes), MB or GB, like 200kB; not {text}").format(text=shown(text))
        )
    whole, _point, thousandths = found[1].partition(".")
    count = (int(whole) * 1000 + int(thousandths.ljust(3, "0"))) * unit // 1000
    if count < 1:
        raise UsageError(_("an amount is more than nothing"))
    return count


def budget(text: str) -> Budget:
    """Return the budget that `200 kB/day` or `30 MB/month` stands for. Raises UsageError."""
    count, _per, period = text.partition("/")
    match period.strip():
        case "day":
            return Budget(amount(count), "day")
        case "month":
            return Budget(amount(count), "month")
    raise UsageError(
        _('a budget is an amount a day or a month, like "200 kB/day"; not {text}').format(text=shown(text))
    )


def shown(value: object) -> str:
    """Return the value as it stands in a message: quoted, escaped, short, harmless to a terminal."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


# --- addresses, hosts, List-Ids ---------------------------------------------------------------------------------------

_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?", re.ASCII)
_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}", re.ASCII)
_LIST_ID = re.compile(r"[!#-;=?-\[\]-~]{1,255}", re.ASCII)
_PROXY = re.compile(
    r"(?P<kind>[A-Za-z0-9+.-]{1,20})://"
    r"(?:(?P<user>[^\s:@/?#]{1,500})(?::(?P<password>[^\s:@/?#]{0,500}))?@)?"
    r"(?:\[(?P<six>[0-9a-fA-F:.]{2,45})\]|(?P<name>[A-Za-z0-9_.-]{1,253})):(?P<port>[0-9]{1,5})/?",
    re.ASCII,
)
_LOOKING_UP_HERE = ("socks", "socks4", "socks4a", "socks5")
_PIN = re.compile(r"[0-9a-f]{64}|[0-9a-f]{2}(?::[0-9a-f]{2}){31}", re.ASCII)


def mailbox(text: str) -> Mailbox:
    """Return the name and addr-spec of `Name <local@domain>` or `local@domain` (RFC 5322, 3.4). Raises UsageError."""
    name, bracket, rest = text.strip().rpartition("<")
    if not bracket:
        return Mailbox("", posting_address(text.strip()))
    if not rest.endswith(">"):
        raise UsageError(_('must be written like "Maria Silva <maria@example.org>"'))
    name = name.strip()
    if len(name) > 1 and name[0] == name[-1] == '"':
        name = name[1:-1].strip()
    if any(character in '"<>\\' for character in name):
        raise UsageError(_('the name before the address must not hold any of " < > \\'))
    return Mailbox(name, posting_address(rest[:-1].strip()))


def posting_address(text: str) -> str:
    """Return an addr-spec of a dot-atom and a domain name (RFC 5322, 3.4.1). Raises UsageError."""
    local, at, domain = text.rpartition("@")
    dotted = local.startswith(".") or local.endswith(".") or ".." in local
    if not at or dotted or not _LOCAL_PART.fullmatch(local) or not _is_host_name(domain):
        raise UsageError(
            _("must be an address like maria@example.org, in Latin letters; not {text}").format(text=shown(text))
        )
    return f"{local}@{domain}"


def host_name(text: str) -> str:
    """Return a host name or IP address, without port or scheme. Raises UsageError."""
    if _is_host_name(text) or re.fullmatch(r"[0-9a-fA-F:.]{2,45}", text):
        return text
    raise UsageError(
        _("must be a host name like mail.example.org (other scripts as xn--...); not {text}").format(text=shown(text))
    )


def _is_host_name(text: str) -> bool:
    return len(text) <= 253 and all(_LABEL.fullmatch(label) for label in text.split("."))


def is_loopback(host: str) -> bool:
    """Tell whether a host can only be this machine: `localhost`, 127.0.0.0/8 or ::1."""
    numbers = host.split(".")
    in_127 = len(numbers) == 4 and numbers[0] == "127" and all(n.isdecimal() and int(n) < 256 for n in numbers)
    return host.lower() in ("localhost", "::1") or in_127


def proxy(text: str) -> Proxy:
    """Return the proxy that a URL names. Raises UsageError, whose words hold nothing of the URL: it may be a secret."""
    found = _PROXY.fullmatch(text.strip())
    kind = found["kind"].lower() if found else ""
    if kind in _LOOKING_UP_HERE:
        raise UsageError(
            _("{kind}:// may look up the names of your servers in the open; write socks5h://, which does not").format(
                kind=kind
            )
        )
    right = _('must be "socks5h://127.0.0.1:9050" or "http://proxy.example.org:3128", with user:password@ if need be')
    if found is None or kind not in ("socks5h", "http"):
        raise UsageError(right)
    host = found["six"] or found["name"]
    if not (found["six"] or _is_host_name(host)) or not 1 <= int(found["port"]) <= 65535:
        raise UsageError(right)
    if found["user"] is None:
        return Proxy(cast("ProxyKind", kind), host, int(found["port"]))
    user, password = _unquoted(found["user"]), _unquoted(found["password"] or "")
    return Proxy(cast("ProxyKind", kind), host, int(found["port"]), user, Secret(password))


def _unquoted(text: str) -> str:
    """What a part of a URL stands for. Raises UsageError."""
    try:
        plain = unquote_to_bytes(text).decode()
    except UnicodeDecodeError:
        plain = "\0"
    if any(character < " " or character == "\x7f" for character in plain):
        raise UsageError(_("the user name or password in it holds control characters, or is not UTF-8"))
    return plain


def certificate_pin(text: str) -> str:
    """Return the 64 small hexadecimal digits of `sha256:5F:3A:...`, with or without colons. Raises UsageError."""
    kind, _colon, digits = text.strip().lower().partition(":")
    if kind != "sha256" or not _PIN.fullmatch(digits):
        raise UsageError(
            _(
                "must be sha256: and the 64 hexadecimal digits of the certificate's fingerprint, as listforum doctor "
                "and openssl x509 -fingerprint -sha256 show it"
            )
        )
    return digits.replace(":", "")


def list_identifier(text: str) -> str:
    """Return the identifier of a List-Id field (RFC 2919), with or without its brackets, in lower case.

    Raises UsageError.
    """
    identifier = text.strip()
    if identifier.endswith(">"):
        identifier = identifier[identifier.rfind("<") + 1 : -1]
    if not _LIST_ID.fullmatch(identifier):
        raise UsageError(
            _("must be what stands in List-Id, like open-data.lists.example.org; not {text}").format(text=shown(text))
        )
    return identifier.lower()
