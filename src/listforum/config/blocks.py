"""Settings as text to paste into a config."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

from listforum.config.settings import (
    Account,
    ListSettings,
    Proxy,
    SecretCommand,
    SecretSource,
    SecretValue,
    Server,
)

_SHORT_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def template(account: Account, lists: Iterable[ListSettings] = ()) -> str:
    """Return a whole config of one account and its lists, which `load` reads back as the same.

    A password that the account holds stands in it: the text belongs in a file of mode 0600 and nowhere else.
    """
    blocks = [account_block(account), *(list_block(one.name, one.account, one.folder, one.list_id) for one in lists)]
    return "\n".join(blocks)


def account_block(account: Account) -> str:
    """Return the [accounts.NAME] table of an account."""
    name, address = account.address.name, account.address.address
    lines = [f"[accounts.{_key(account.name)}]"]
    lines.append(f"address = {_string(f'{name} <{address}>' if name else address)}")
    lines.append(f"imap = {_server(account.imap)}")
    if account.smtp:
        lines.append(f"smtp = {_server(account.smtp)}")
    if account.auth != "password":
        lines.append(f"auth = {_string(account.auth)}")
    lines.append(_secret(account.secret, "password_command" if account.auth == "password" else "token_command"))
    if account.ca_file:
        lines.append(f"ca_file = {_string(account.ca_file)}")
    if account.proxy:
        lines.append(f"proxy = {_string(_proxy(account.proxy))}")
    return "\n".join(lines) + "\n"


def list_block(name: str, account: str, folder: str, list_id: str | None) -> str:
    """Return the [lists.NAME] table of a list in a folder; with `list_id` when the folder holds other mail too."""
    lines = [f"[lists.{_key(name)}]", f"account = {_string(account)}", f"folder = {_string(folder)}"]
    if list_id is not None:
        lines.append(f"list_id = {_string(list_id)}")
    return "\n".join(lines) + "\n"


def _server(server: Server) -> str:
    host, tls, user = _string(server.host), _string(server.tls), _string(server.user)
    pin = f', tls_pin = "sha256:{server.tls_pin}"' if server.tls_pin else ""
    return f"{{ host = {host}, port = {server.port}, tls = {tls}, user = {user}{pin} }}"


def _proxy(proxy: Proxy) -> str:
    if proxy.user is None:
        return str(proxy)
    password = proxy.password.reveal() if proxy.password else ""
    login = f"{quote(proxy.user, safe='')}:{quote(password, safe='')}"
    kind, slashes, where = str(proxy).partition("://")
    return f"{kind}{slashes}{login}@{where}"


def _secret(source: SecretSource, command_key: str) -> str:
    if isinstance(source, SecretCommand):
        return f"{command_key} = [{', '.join(_string(word) for word in source.argv)}]"
    return f"password = {_string(source.secret.reveal() if isinstance(source, SecretValue) else 'ask')}"


def _key(name: str) -> str:
    """Return a TOML key, in quotes unless it is a bare one."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name, re.ASCII) else _string(name)


def _string(text: str) -> str:
    """Return a TOML basic string. What cannot be seen is escaped, so that the block is what it looks like."""
    return f'"{"".join(_escaped(character) for character in text)}"'


def _escaped(character: str) -> str:
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    if 0xD800 <= code <= 0xDFFF:  # half a character, which TOML has no escape for
        return "\N{REPLACEMENT CHARACTER}"
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"
