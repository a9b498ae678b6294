"""From a TOML document to settings: every mistake in it is collected, so that one look at the file mends them all."""

from __future__ import annotations

from collections.abc import Mapping
from gettext import gettext as _
from pathlib import Path
from types import MappingProxyType
from typing import Literal, cast

from listforum.config.settings import (
    HISTORY,
    Account,
    Auth,
    Config,
    ListSettings,
    Proxy,
    SearchSettings,
    SecretCommand,
    SecretPrompt,
    SecretSource,
    SecretValue,
    Server,
    SyncSettings,
    Tls,
)
from listforum.config.table import Table, alternatives, key_shown, nearest
from listforum.config.values import (
    budget,
    certificate_pin,
    host_name,
    is_loopback,
    list_identifier,
    list_name,
    mailbox,
    posting_address,
    proxy,
    shown,
)
from listforum.errors import UsageError
from listforum.secret import Secret

MAX_HISTORY = 100_000_000
ASK = Secret("ask")
SECRETS = ("password", "password_command", "token_command")
_SERVER_EXAMPLE = '{ host = "mail.example.org", port = %d, tls = "implicit", user = "maria" }'
_PORTS: dict[tuple[str, str], int] = {
    ("imap", "implicit"): 993,
    ("imap", "starttls"): 143,
    ("smtp", "implicit"): 465,
    ("smtp", "starttls"): 587,
}


def check(document: Mapping[str, object], directory: Path) -> tuple[Config, list[str]]:
    """Return the settings in a TOML document, and its mistakes: with any mistake the settings are incomplete.

    Each mistake is one line that names table and key and says what would be right. Passwords stand in the document as
    Secret. Relative file names are taken from `directory`.
    """
    mistakes: list[str] = []
    root = Table("", "", document, mistakes)
    root.allow("accounts", "lists", "sync", "search")
    account_tables = root.tables("accounts")
    accounts = {name: _account(name, table, directory) for name, table in account_tables.items()}
    lists = {name: _list(name, table, account_tables) for name, table in root.tables("lists").items()}
    _refuse_shared_folders(lists, root)
    sync = root.table("sync")
    settings = _sync(sync) if sync else SyncSettings()
    search = root.table("search")
    searching = _search(search) if search else SearchSettings()
    kept_accounts = {name: account for name, account in accounts.items() if account}
    kept_lists = {name: settings for name, settings in lists.items() if settings}
    return Config(MappingProxyType(kept_accounts), MappingProxyType(kept_lists), settings, searching), mistakes


# --- accounts ---------------------------------------------------------------------------------------------------------


def _account(name: str, table: Table, directory: Path) -> Account | None:
    table.allow("address", "imap", "smtp", "auth", *SECRETS, "ca_file", "proxy", "tls_pin")
    table.need("address", '"Maria Silva <maria@example.org>"')
    address = table.parsed("address", mailbox)
    user = address.address if address else None
    table.need("imap", _SERVER_EXAMPLE % 993)
    pin = table.parsed("tls_pin", certificate_pin)
    imap = _server("imap", table, user, pin)
    smtp = _server("smtp", table, user, pin)
    auth = table.choice("auth", ("password", "xoauth2", "oauthbearer"))
    source = _secret_source(table, auth)
    ca_file = _ca_file(table, directory)
    way = _proxy(table, (imap, smtp))
    if address is None or imap is None or auth is None or source is None:
        return None
    return Account(name, address, imap, smtp, cast("Auth", auth), source, ca_file, way)


def _server(key: Literal["imap", "smtp"], account: Table, user: str | None, pin: str | None) -> Server | None:
    table = account.inline(key, _SERVER_EXAMPLE % _PORTS[key, "implicit"])
    if table is None:
        return None
    table.allow("host", "port", "tls", "user", "tls_pin")
    table.need("host", '"mail.example.org"')
    host = table.parsed("host", host_name)
    tls = table.choice("tls", ("implicit", "starttls", "none"))
    if tls == "none" and host is not None and not is_loopback(host):
        words = _('"none" would show password and mail to everyone on the way to {host}; use "implicit"')
        table.wrong("tls", words.format(host=host))
    port = table.number("port", 1, 65535) if "port" in table else _PORTS.get((key, tls or ""))
    if tls == "none" and "port" not in table:
        table.wrong("port", _('is missing; tls = "none" has no usual port'))
    login = table.text("user") if "user" in table else user
    pin = table.parsed("tls_pin", certificate_pin) if "tls_pin" in table else pin
    if host is None or tls is None or port is None or login is None:
        return None
    return Server(host, port, cast("Tls", tls), login, pin)


def _proxy(table: Table, servers: tuple[Server | None, ...]) -> Proxy | None:
    if "proxy" not in table:
        return None
    written = table.secret("proxy", _('must be text in quotes, like "socks5h://127.0.0.1:9050"'))
    if written is None:
        return None
    try:
        way = proxy(written.reveal())
    except UsageError as error:
        table.wrong("proxy", str(error))
        return None
    kept = [server for server in servers if server]
    if any(server.tls == "none" for server in kept):
        table.wrong("proxy", _('does not go with tls = "none": the proxy would be told everything in clear'))
    if not is_loopback(way.host) and way.host.lower() in {server.host.lower() for server in kept}:
        table.wrong("proxy", _("has the name of the mail server, which must not be looked up here; write its address"))
    return way


def _secret_source(table: Table, auth: str | None) -> SecretSource | None:
    keys = ("password", "password_command") if auth == "password" else ("token_command",)
    given = [key for key in SECRETS if key in table]
    if auth is None:
        return None
    for key in given:
        if key not in keys:
            right = _('does not go with auth = "{auth}"; use {keys}')
            table.wrong(key, right.format(auth=auth, keys=alternatives(keys)))
    if len(given) > 1 and set(given) <= set(keys):
        table.wrong(given[1], _("there is {other} too; keep one of them").format(other=given[0]))
    if not set(given) & set(keys):
        table.need(keys[-1], '["pass", "show", "mail/maria"]')
        return None
    if "password" in given:
        secret = table.secret("password", _('must be text in quotes; "ask" asks each time'))
        if secret is None:
            return None
        return SecretPrompt() if secret == ASK else SecretValue(secret)
    words = table.words(keys[-1])
    return SecretCommand(words) if words else None


def _ca_file(table: Table, directory: Path) -> str | None:
    written = table.text("ca_file")
    if written is None:
        return None
    try:
        path = directory / Path(written).expanduser()
    except RuntimeError:
        table.wrong("ca_file", _("begins with a user that there is not"))
        return None
    if not path.is_file():
        table.wrong("ca_file", _("there is no file {path}").format(path=shown(str(path))))
        return None
    return str(path)


# --- lists, sync and search -------------------------------------------------------------------------------------------


def _list(name: str, table: Table, accounts: Mapping[str, Table]) -> ListSettings | None:
    table.allow("account", "folder", "list_id", "address")
    table.need("account", f'"{next(iter(accounts), "home")}"')
    account = table.parsed("account", list_name)
    if account is not None and account not in accounts:
        words = _("there is no [accounts.{name}]; {nearest}")
        table.wrong("account", words.format(name=key_shown(account), nearest=nearest(account, tuple(accounts))))
    folder = table.text("folder") if "folder" in table else "INBOX"
    list_id = table.parsed("list_id", list_identifier)
    address = table.parsed("address", posting_address)
    if account is None or folder is None:
        return None
    return ListSettings(name, account, "INBOX" if folder.upper() == "INBOX" else folder, list_id, address)


def _refuse_shared_folders(lists: Mapping[str, ListSettings | None], root: Table) -> None:
    """Note lists that lie in one folder and could not be told apart there."""
    claimed: dict[tuple[str, str], list[ListSettings]] = {}
    for settings in lists.values():
        if settings is not None:
            claimed.setdefault((settings.account, settings.folder), []).append(settings)
    for (_account, folder), sharing in claimed.items():
        identifiers = [settings.list_id for settings in sharing]
        for settings in sharing if len(sharing) > 1 else ():
            others = ", ".join(other.name for other in sharing if other is not settings)
            if settings.list_id is None:
                right = _("is missing, because {folder} holds {others} too").format(folder=shown(folder), others=others)
            elif identifiers.count(settings.list_id) > 1:
                right = _("is the same for {others}, in the same folder").format(others=others)
            else:
                continue
            root.wrong(f"[lists.{key_shown(settings.name)}] list_id", right)


def _sync(table: Table) -> SyncSettings:
    table.allow("budget", "history")
    history = table.number("history", 1, MAX_HISTORY)
    return SyncSettings(table.parsed("budget", budget), HISTORY if history is None else history)


def _search(table: Table) -> SearchSettings:
    table.allow("keep_history")
    return SearchSettings(table.switch("keep_history") or False)
