"""The config: what is read from it, how every mistake is named, and when it is not trusted."""

from __future__ import annotations

import errno
import os
import stat
import sys
import tomllib
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum import config
from listforum.config import (
    Account,
    Budget,
    ListSettings,
    Proxy,
    SearchSettings,
    SecretCommand,
    SecretPrompt,
    SecretSource,
    SecretValue,
    Server,
    SyncSettings,
)
from listforum.config.values import is_loopback
from listforum.errors import ConfigError, UsageError
from listforum.model.mail import Mailbox
from listforum.secret import Secret

ACCOUNT = """
[accounts.home]
address = "Maria Silva <maria@example.org>"
imap = { host = "imap.example.org", port = 993, tls = "implicit", user = "maria" }
smtp = { host = "smtp.example.org", port = 465, tls = "implicit", user = "maria" }
"""
ASKING = ACCOUNT + 'password = "ask"\n'
LIST = """
[lists.gardens]
account = "home"
folder = "Lists/Gardens"
"""

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(text: str) -> Path:
        path = tmp_path / "config.toml"
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        return path

    return written


@pytest.fixture
def mistakes(write: Write) -> Callable[[str], list[str]]:
    """The lines of the error that a config is refused with, without the file's name that begins each."""

    def refused(text: str) -> list[str]:
        path = write(text)
        with pytest.raises(ConfigError) as caught:
            config.load(path)
        lines = str(caught.value).split("\n")
        assert all(line.startswith(f"{path}: ") for line in lines)
        return [line.removeprefix(f"{path}: ") for line in lines]

    return refused


Mistakes = Callable[[str], list[str]]


class TestWhatIsRead:
    def test_everything(self, write: Write, tmp_path: Path) -> None:
        (tmp_path / "own-ca.pem").touch()
        text = ACCOUNT + 'password_command = ["pass", "show", "mail/maria"]\nca_file = "own-ca.pem"\n' + LIST
        text += 'list_id = "<Gardens.lists.example.org>"\naddress = "gardens@lists.example.org"\n'
        text += '[sync]\nbudget = "200 kB/day"\nhistory = 50\n[search]\nkeep_history = true\n'
        loaded = config.load(write(text))
        assert loaded.accounts == {
            "home": Account(
                name="home",
                address=Mailbox("Maria Silva", "maria@example.org"),
                imap=Server("imap.example.org", 993, "implicit", "maria"),
                smtp=Server("smtp.example.org", 465, "implicit", "maria"),
                auth="password",
                secret=SecretCommand(("pass", "show", "mail/maria")),
                ca_file=str(tmp_path / "own-ca.pem"),
            )
        }
        gardens = ListSettings(
            "gardens", "home", "Lists/Gardens", "gardens.lists.example.org", "gardens@lists.example.org"
        )
        assert loaded.lists == {"gardens": gardens}
        assert loaded.sync == SyncSettings(Budget(200_000, "day"), 50)
        assert loaded.search == SearchSettings(keep_history=True)

    def test_what_may_be_left_out(self, write: Write) -> None:
        account = (
            '[accounts.a]\naddress = "maria@example.org"\npassword = "ask"\nimap = { host = "mail.example.org" }\n'
        )
        loaded = config.load(write(account + '[lists.gardens]\naccount = "a"\n'))
        assert loaded.accounts["a"].imap == Server("mail.example.org", 993, "implicit", "maria@example.org")
        assert loaded.accounts["a"].smtp is None
        assert loaded.lists["gardens"] == ListSettings("gardens", "a", "INBOX")
        assert loaded.sync == SyncSettings(None, 500)
        assert not loaded.search.keep_history

    def test_nothing_at_all(self, write: Write) -> None:
        assert config.load(write("")) == config.EMPTY

    @pytest.mark.parametrize(
        ("kind", "tls", "port"),
        [("imap", "implicit", 993), ("imap", "starttls", 143), ("smtp", "implicit", 465), ("smtp", "starttls", 587)],
    )
    def test_the_usual_ports(self, write: Write, kind: str, tls: str, port: int) -> None:
        text = '[accounts.a]\naddress = "maria@example.org"\npassword = "ask"\n'
        text += 'imap = { host = "mail.example.org" }\n' if kind == "smtp" else ""
        text += f'{kind} = {{ host = "mail.example.org", tls = "{tls}" }}\n'
        account = config.load(write(text)).accounts["a"]
        server = account.imap if kind == "imap" else account.smtp
        assert server is not None
        assert server.port == port

    @pytest.mark.parametrize(
        ("written", "read"),
        [
            ("maria@example.org", Mailbox("", "maria@example.org")),
            ("<maria@example.org>", Mailbox("", "maria@example.org")),
            ("María Çelik <maria+lists@example.org>", Mailbox("María Çelik", "maria+lists@example.org")),
            ("مریم <maria@example.org>", Mailbox("مریم", "maria@example.org")),
            ('\\"Silva, Maria\\" <maria@example.org>', Mailbox("Silva, Maria", "maria@example.org")),
            ("tester@localhost", Mailbox("", "tester@localhost")),
        ],
    )
    def test_addresses(self, write: Write, written: str, read: Mailbox) -> None:
        text = ASKING.replace("Maria Silva <maria@example.org>", written)
        assert config.load(write(text)).accounts["home"].address == read

    @pytest.mark.parametrize(
        ("lines", "auth", "source"),
        [
            ('password = "ask"', "password", SecretPrompt()),
            ('password = "hush"', "password", SecretValue(Secret("hush"))),
            ('password_command = ["a", "b c"]', "password", SecretCommand(("a", "b c"))),
            ('auth = "xoauth2"\ntoken_command = ["t"]', "xoauth2", SecretCommand(("t",))),
            ('auth = "oauthbearer"\ntoken_command = ["t"]', "oauthbearer", SecretCommand(("t",))),
        ],
    )
    def test_where_secrets_come_from(self, write: Write, lines: str, auth: str, source: SecretSource) -> None:
        account = config.load(write(ACCOUNT + lines)).accounts["home"]
        assert (account.auth, account.secret) == (auth, source)

    @pytest.mark.parametrize("name", ["gardens", "open-data", "v1.2_x", "سبزه", "сад", "花园", "हिन्दी", "jardín", "3d"])
    def test_lists_are_named_in_any_script(self, write: Write, name: str) -> None:
        assert list(config.load(write(f'{ASKING}[lists."{name}"]\naccount = "home"')).lists) == [name]

    def test_a_name_is_the_same_however_its_accents_are_written(self, write: Write) -> None:
        loaded = config.load(write(f'{ASKING}[lists."jardi\u0301n"]\naccount = "home"'))
        assert list(loaded.lists) == ["jard\u00edn"]

    def test_one_folder_for_several_lists_that_can_be_told_apart(self, write: Write) -> None:
        text = ASKING + "".join(
            f'[lists.{name}]\naccount = "home"\nfolder = "{folder}"\nlist_id = "{name}.example.org"\n'
            for name, folder in (("a", "INBOX"), ("b", "Inbox"))
        )
        assert {one.folder for one in config.load(write(text)).lists.values()} == {"INBOX"}

    @pytest.mark.parametrize(
        ("written", "read"),
        [
            ("socks5h://127.0.0.1:9050", Proxy("socks5h", "127.0.0.1", 9050)),
            ("SOCKS5H://[::1]:9050/", Proxy("socks5h", "::1", 9050)),
            ("http://proxy.example.org:3128", Proxy("http", "proxy.example.org", 3128)),
            ("http://maria@proxy.example.org:1", Proxy("http", "proxy.example.org", 1, "maria", Secret(""))),
            ("socks5h://m:p%40%3A%D9%85@p:1", Proxy("socks5h", "p", 1, "m", Secret("p@:\u0645"))),
        ],
    )
    def test_a_proxy(self, write: Write, written: str, read: Proxy) -> None:
        assert config.load(write(f'{ASKING}proxy = "{written}"')).accounts["home"].proxy == read

    @pytest.mark.parametrize("digits", ["5F" * 32, "5f" * 32, ":".join(["5F"] * 32)])
    def test_a_pin_for_both_servers(self, write: Write, digits: str) -> None:
        account = config.load(write(f'{ASKING}tls_pin = "sha256:{digits}"')).accounts["home"]
        assert account.smtp
        assert account.imap.tls_pin == account.smtp.tls_pin == "5f" * 32

    def test_a_pin_for_each_server(self, write: Write) -> None:
        text = ASKING.replace("465, ", f'465, tls_pin = "sha256:{"ab" * 32}", ') + f'tls_pin = "sha256:{"cd" * 32}"\n'
        account = config.load(write(text)).accounts["home"]
        assert account.smtp
        assert (account.imap.tls_pin, account.smtp.tls_pin) == ("cd" * 32, "ab" * 32)

    def test_the_mark_that_some_editors_put_first(self, write: Write) -> None:
        assert "home" in config.load(write("\ufeff" + ASKING)).accounts

    @pytest.mark.parametrize("host", ["127.0.0.1", "127.9.8.7", "localhost", "::1"])
    def test_clear_text_on_this_machine(self, write: Write, host: str) -> None:
        text = ASKING.replace('"imap.example.org", port = 993, tls = "implicit"', f'"{host}", port = 143, tls = "none"')
        assert config.load(write(text)).accounts["home"].imap == Server(host, 143, "none", "maria")


# Each line of a config that is wrong, and what must be said of it.
WRONG = {
    'address = "maria"': "[accounts.home] address: must be an address like maria@example.org",
    'address = "a@b@example.org <m@evil.example"': "address: must be written like",
    'address = "Maria <maria@example.org> (x)"': "address: must be written like",
    'address = "a b@example.org"': "address: must be an address",
    'address = "a..b@example.org"': "address: must be an address",
    'address = "maria@пример.рф"': "address: must be an address",
    'address = "x <y> <maria@example.org>"': "address: the name before the address",
    'address = "M\\nBcc: <maria@example.org>"': "address: must not hold control characters",
    "address = 7": '[accounts.home] address: must be text in quotes, like address = "..."',
    'address = ""': "address: is empty",
    'imap = "imap.example.org:993"': "imap: must be written like imap = { host",
    'imap = { port = 993, user = "m" }': "imap.host: is missing; write for example host =",
    'imap = { host = "https://example.org" }': "imap.host: must be a host name",
    'imap = { host = "example.org:993" }': "imap.host: must be a host name",
    'imap = { host = "почта.рф" }': "imap.host: must be a host name like mail.example.org (other scripts as xn--...)",
    'imap = { host = "a.example", port = "993" }': "imap.port: must be a whole number from 1 to 65535, without quotes",
    'imap = { host = "a.example", port = 0 }': "imap.port: must be a whole number",
    'imap = { host = "a.example", port = 65536 }': "imap.port: must be a whole number",
    'imap = { host = "a.example", port = true }': "imap.port: must be a whole number",
    'imap = { host = "a.example", tls = "ssl" }': 'imap.tls: must be "implicit" or "starttls" or "none", not \'ssl\'',
    'imap = { host = "a.example", tls = "none", port = 143 }': 'imap.tls: "none" would show password and mail',
    'imap = { host = "127.0.0.1.example", tls = "none", port = 143 }': 'imap.tls: "none" would show',
    'imap = { host = "127.0.0.1", tls = "none" }': "imap.port: is missing",
    'imap = { host = "a.example", user = "m\\r\\nx" }': "imap.user: must not hold control characters",
    'imap = { host = "a.example", usr = "m" }': "imap.usr: not a setting; did you mean user?",
    'smtp = { host = "a.example", port = 99999 }': "smtp.port: must be a whole number",
    'auth = "plain"': 'auth: must be "password" or "xoauth2" or "oauthbearer"',
    'password_command = ["pass"]': "password_command: there is password too; keep one of them",
    'token_command = ["t"]': 'token_command: does not go with auth = "password"',
    'auth = "xoauth2"': 'password: does not go with auth = "xoauth2"; use token_command',
    'ca_file = "absent.pem"': "ca_file: there is no file",
    'ca_file = "~nobody-at-all/ca.pem"': "ca_file: begins with a user that there is not",
    'proxy = "socks5://127.0.0.1:9050"': "proxy: socks5:// may look up the names of your servers in the open; write",
    'proxy = "SOCKS4a://127.0.0.1:9050"': "proxy: socks4a:// may look up",
    'proxy = "127.0.0.1:9050"': 'proxy: must be "socks5h://127.0.0.1:9050" or "http://proxy.example.org:3128"',
    'proxy = "socks5h://127.0.0.1"': "proxy: must be",
    'proxy = "socks5h://127.0.0.1:0"': "proxy: must be",
    'proxy = "socks5h://127.0.0.1:65536"': "proxy: must be",
    'proxy = "socks5h://canary@:9050"': "proxy: must be",
    'proxy = "https://proxy.example.org:443"': "proxy: must be",
    'proxy = "socks5h://127.0.0.1:9050/path"': "proxy: must be",
    'proxy = "socks5h://a%00b:canary@127.0.0.1:9050"': "proxy: the user name or password in it holds control",
    'proxy = "http://a:%ff@127.0.0.1:3128"': "proxy: the user name or password in it",
    'proxy = "http://IMAP.example.org:3128"': "proxy: has the name of the mail server, which must not be looked up",
    "proxy = 9050": 'proxy: must be text in quotes, like "socks5h://127.0.0.1:9050"',
    'proxy = ""': "proxy: is empty, or holds control characters",
    'tls_pin = "sha256:00"': "tls_pin: must be sha256: and the 64 hexadecimal digits of the certificate's fingerprint",
    'tls_pin = "sha1:00"': "tls_pin: must be sha256:",
    f'tls_pin = "{"0" * 64}"': "tls_pin: must be sha256:",
    f'tls_pin = "sha256:{"0:" * 63}0"': "tls_pin: must be sha256:",
    'imap = { host = "a.example", tls_pin = "any" }': "imap.tls_pin: must be sha256:",
    "pasword = 1": "pasword: not a setting; did you mean password?",
    "zebra = 1": "zebra: not a setting; known here: address, imap",
}


class TestMistakes:
    @pytest.mark.parametrize(("line", "said"), WRONG.items())
    def test_in_an_account(self, mistakes: Mistakes, line: str, said: str) -> None:
        key = line.partition(" = ")[0]
        kept = [other for other in ASKING.splitlines() if not other.startswith(f"{key} = ")]
        found = [mistake for mistake in mistakes("\n".join([*kept, line])) if said in mistake]
        assert len(found) == 1
        assert found[0].startswith("[accounts.home] ")

    @pytest.mark.parametrize(
        ("line", "said"),
        [
            ("", "[lists.gardens] account: is missing"),
            ('account = "hone"', "account: there is no [accounts.hone]; did you mean home?"),
            ('account = "home"\nfolder = "a\\r\\nb"', "folder: must not hold control characters"),
            ('account = "home"\nlist_id = "two words"', "list_id: must be what stands in List-Id"),
            ('account = "home"\nlist_id = "a\\" OR ALL \\""', "list_id: must be what stands in List-Id"),
            ('account = "home"\naddress = "Gardens <g@example.org>"', "address: must be an address"),
            ('account = "home"\nlist-id = "x"', "list-id: not a setting; did you mean list_id?"),
        ],
    )
    def test_in_a_list(self, mistakes: Mistakes, line: str, said: str) -> None:
        [mistake] = mistakes(f"{ASKING}[lists.gardens]\n{line}")
        assert said in mistake

    @pytest.mark.parametrize(
        ("written", "said"),
        [
            ('"two words"', "a name holds letters"),
            ('"a/b"', "a name holds letters"),
            ('"\\u001b[2J"', "a name holds letters"),
            ('"a\\u202eb"', "a name holds letters"),
            ('""', "a name has 1 to 64"),
            (f'"{"x" * 65}"', "a name has 1 to 64"),
            ("-rf", "a name begins with a letter"),
            ('".hidden"', "a name begins with a letter"),
            ("12", "a name is not a number"),
            ("1_000", "a name is not a number"),
            ('"۱۲"', "a name is not a number"),
        ],
    )
    def test_in_the_name_of_a_list(self, mistakes: Mistakes, written: str, said: str) -> None:
        [mistake] = mistakes(f'{ASKING}[lists.{written}]\naccount = "home"')
        assert said in mistake
        assert mistake.isprintable()

    @pytest.mark.parametrize(
        ("line", "said"),
        [
            ('keep_history = "yes"', "[search] keep_history: must be true or false, without quotes"),
            ("keep_history = 1", "keep_history: must be true or false"),
            ("history = true", "history: not a setting; did you mean keep_history?"),
        ],
    )
    def test_in_what_is_kept_of_searching(self, mistakes: Mistakes, line: str, said: str) -> None:
        [mistake] = mistakes(f"[search]\n{line}")
        assert said in mistake

    @pytest.mark.parametrize(
        ("line", "said"),
        [
            ("history = 0", "[sync] history: must be a whole number from 1"),
            ("history = 1.5", "history: must be a whole number"),
            ('budget = "200"', "budget: a budget is an amount a day or a month"),
            ('budget = "200 kB/week"', "budget: a budget is an amount"),
            ('budget = "200 KiB/day"', "budget: an amount is a number and kB (1000 bytes)"),
            ('budget = "0 kB/day"', "budget: an amount is more than nothing"),
            ("budget = 200", "budget: must be text in quotes"),
            ("budgets = 1", "budgets: not a setting; did you mean budget?"),
        ],
    )
    def test_in_what_a_sync_may_cost(self, mistakes: Mistakes, line: str, said: str) -> None:
        [mistake] = mistakes(f"[sync]\n{line}")
        assert said in mistake

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("[list.a]\n", "list: not a setting; did you mean lists?"),
            ("accounts = 1\n", "accounts: must be a table, written [accounts]"),
            ("[lists]\na = 1\n", "[lists] a: must be a table, written [lists.a]"),
            ('[lists."a\u0301"]\naccount = "home"\n[lists."\u00e1"]\naccount = "home"\n', "there are two of this name"),
        ],
    )
    def test_in_the_tables(self, mistakes: Mistakes, text: str, said: str) -> None:
        assert any(said in mistake for mistake in mistakes(text))

    def test_missing_keys(self, mistakes: Mistakes) -> None:
        assert [line.split(";")[0] for line in mistakes("[accounts.home]")] == [
            "[accounts.home] address: is missing",
            "[accounts.home] imap: is missing",
            "[accounts.home] password_command: is missing",
        ]

    def test_lists_in_one_folder_that_cannot_be_told_apart(self, mistakes: Mistakes) -> None:
        found = mistakes(f'{ASKING}[lists.a]\naccount = "home"\n[lists.b]\naccount = "home"\nlist_id = "b.example.org"')
        assert found == ["[lists.a] list_id: is missing, because 'INBOX' holds b too"]

    def test_lists_in_one_folder_that_are_the_same(self, mistakes: Mistakes) -> None:
        text = "".join(f'[lists.{name}]\naccount = "home"\nlist_id = "a.example.org"\n' for name in "ab")
        assert mistakes(ASKING + text) == [
            "[lists.a] list_id: is the same for b, in the same folder",
            "[lists.b] list_id: is the same for a, in the same folder",
        ]

    @pytest.mark.parametrize("server", ["imap", "smtp"])
    def test_clear_text_and_a_proxy(self, mistakes: Mistakes, server: str) -> None:
        clear = f'{server} = {{ host = "127.0.0.1", port = 1143, tls = "none" }}'
        kept = [line for line in ASKING.splitlines() if not line.startswith(server)]
        found = mistakes("\n".join([*kept, clear, 'proxy = "socks5h://127.0.0.1:9050"']))
        assert found == [
            '[accounts.home] proxy: does not go with tls = "none": the proxy would be told everything in clear'
        ]

    def test_all_of_them_at_once(self, mistakes: Mistakes) -> None:
        text = (
            ACCOUNT.replace("port = 993", "port = -1") + 'password = "hush"\nzebra = 1\n[lists.a]\n[sync]\nhistory = 0'
        )
        assert [line.split(": ")[0] for line in mistakes(text)] == [
            "[accounts.home] zebra",
            "[accounts.home] imap.port",
            "[lists.a] account",
            "[sync] history",
        ]

    def test_toml_that_is_none(self, mistakes: Mistakes) -> None:
        [mistake] = mistakes("[accounts.home]\naddress = maria\n")
        assert mistake.startswith("is not TOML")
        assert "line 2" in mistake

    def test_text_that_is_not_utf_8(self, tmp_path: Path) -> None:
        path = tmp_path / "config.toml"
        path.write_bytes(b"# one\n# Jos\xe9\n")
        with pytest.raises(ConfigError, match="line 2: is not UTF-8"):
            config.load(path)

    @pytest.mark.parametrize("text", ["a = " + "[" * 5_000, "a = " + "9" * 5_000])
    def test_toml_that_defeats_the_parser(self, mistakes: Mistakes, text: str) -> None:
        [mistake] = mistakes(text)
        assert mistake.startswith("is not TOML")

    def test_a_file_that_is_far_too_large(self, mistakes: Mistakes) -> None:
        assert mistakes("#" * 1_000_001) == ["is larger than 1 MB; that is no config"]

    def test_no_file(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match="listforum setup"):
            config.load(tmp_path / "config.toml")

    def test_a_directory_in_its_place(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match="is a directory"):
            config.load(tmp_path)

    def test_a_pipe_in_its_place_is_not_waited_for(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "config.toml")
        with pytest.raises(ConfigError, match="is no file, but a device or a pipe"):
            config.load(tmp_path / "config.toml")

    @pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
    def test_a_device_in_its_place(self, tmp_path: Path, device: str) -> None:
        (tmp_path / "config.toml").symlink_to(device)
        with pytest.raises(ConfigError, match="is no file, but a device or a pipe"):
            config.load(tmp_path / "config.toml")

    @given(st.binary(max_size=200))
    @settings(deadline=None, max_examples=100)
    def test_any_bytes_are_read_or_refused(self, tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
        path = tmp_path_factory.getbasetemp() / "any.toml"
        path.write_bytes(content)
        try:
            config.load(path)
        except ConfigError as error:
            assert str(path) in str(error)

    @given(
        st.recursive(
            st.one_of(st.text(max_size=5), st.integers(), st.booleans()),
            lambda values: st.one_of(
                st.lists(values, max_size=2),
                st.dictionaries(
                    st.sampled_from(["accounts", "lists", "sync", "a", "address", "imap", "smtp", "host", "port"])
                    | st.sampled_from(["password", "password_command", "account", "folder", "list_id", "budget"]),
                    values,
                    max_size=4,
                ),
            ),
            max_leaves=20,
        )
    )
    @settings(deadline=None, max_examples=200)
    def test_any_shape_is_read_or_refused(self, tmp_path_factory: pytest.TempPathFactory, value: object) -> None:
        path = tmp_path_factory.getbasetemp() / "shape.toml"
        tables = value if isinstance(value, dict) else {"accounts": value}
        path.write_text("".join(f"{key} = {as_toml(one)}\n" for key, one in tables.items()), encoding="utf-8")
        try:
            config.load(path)
        except ConfigError as error:
            assert str(path) in str(error)


def as_toml(value: object) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f'"{key}" = {as_toml(one)}' for key, one in value.items()) + "}"
        case list():
            return "[" + ", ".join(as_toml(one) for one in value) + "]"
        case bool():
            return str(value).lower()
        case str():
            return '"' + "".join(f"\\U{ord(character):08X}" for character in value) + '"'
    return str(value)


class TestPasswordsInTheFile:
    HUSH = ACCOUNT + 'password = "hush-hush-canary"\n' + LIST

    def test_are_accepted_in_a_private_file(self, write: Write) -> None:
        assert config.load(write(self.HUSH)).accounts["home"].secret == SecretValue(Secret("hush-hush-canary"))

    @pytest.mark.parametrize("mode", [0o644, 0o640, 0o620, 0o666, 0o604])
    def test_are_refused_where_others_can_read(self, write: Write, mode: int) -> None:
        path = write(self.HUSH)
        path.chmod(mode)
        with pytest.raises(ConfigError, match=f"run: chmod 600 {path}"):
            config.load(path)
        assert stat.S_IMODE(path.stat().st_mode) == mode

    def test_are_refused_in_a_file_of_another_user(self, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
        path = write(self.HUSH)
        monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
        with pytest.raises(ConfigError, match="belongs to another user"):
            config.load(path)

    def test_are_refused_behind_a_link_to_elsewhere(self, write: Write, tmp_path: Path) -> None:
        (tmp_path / "home").mkdir()
        link = tmp_path / "home" / "config.toml"
        link.symlink_to(write(self.HUSH))
        with pytest.raises(ConfigError, match="is a link to"):
            config.load(link)

    def test_are_refused_in_a_directory_that_anyone_can_write(self, write: Write, tmp_path: Path) -> None:
        path = write(self.HUSH)
        tmp_path.chmod(0o777)
        with pytest.raises(ConfigError, match=f"run: chmod 700 {tmp_path}"):
            config.load(path)

    def test_are_refused_where_modes_mean_nothing(self, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*arguments: object) -> None:
            raise PermissionError(errno.EPERM, "no modes here")

        path = write(self.HUSH)
        path.chmod(0o755)
        monkeypatch.setattr(os, "fchmod", refuse)
        with pytest.raises(ConfigError, match='this file system keeps it from nobody; write password = "ask"'):
            config.load(path)

    def test_asking_needs_no_private_file(self, write: Write) -> None:
        path = write(ASKING)
        path.chmod(0o644)
        assert config.load(path).accounts["home"].secret == SecretPrompt()

    def test_a_mistake_elsewhere_does_not_hide_the_danger(self, write: Write) -> None:
        path = write(self.HUSH.replace("port = 993", "port = 0"))
        path.chmod(0o644)
        with pytest.raises(ConfigError, match=r"imap\.port") as caught:
            config.load(path)
        assert "chmod 600" in str(caught.value)

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("port = 993", "port = 0"),
            ("[lists.gardens]", "[lists.gardens"),
            ('"hush-hush-canary"', '"hush-hush-canary'),
            ('"hush-hush-canary"', '["hush-hush-canary"]'),
            ("password =", 'auth = "xoauth2"\npassword ='),
            ("password =", "password_command ="),
            ('"hush-hush-canary"', '"hush-hush-canary\\n"'),
            ("Gardens", "\x00"),
        ],
    )
    def test_stand_in_no_error_and_no_traceback(self, write: Write, old: str, new: str) -> None:
        path = write(self.HUSH.replace(old, new))
        with pytest.raises(ConfigError) as caught:
            config.load(path)
        shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
        ours = shown.split("in load\n", 1)[1]
        assert "canary" not in ours
        assert caught.value.__cause__ is None

    @pytest.mark.parametrize("mode", [0o644, 0o640])
    def test_of_a_proxy_are_kept_as_well(self, write: Write, mode: int) -> None:
        path = write(ASKING + 'proxy = "http://maria:canary@127.0.0.1:3128"\n')
        path.chmod(mode)
        with pytest.raises(ConfigError, match="holds a password that others could read"):
            config.load(path)
        path.chmod(0o600)
        assert "canary" not in repr(config.load(path))

    def test_of_a_proxy_are_nobodys_where_there_are_none(self, write: Write) -> None:
        path = write(ASKING + 'proxy = "http://127.0.0.1:3128"\n')
        path.chmod(0o644)
        assert config.load(path).accounts["home"].proxy

    @pytest.mark.parametrize(
        "written", ['"http://maria:canary@x"', '["http://maria:canary@x:1"]', '"ftp://maria:canary@x:1"']
    )
    def test_of_a_proxy_stand_in_no_error(self, write: Write, written: str) -> None:
        with pytest.raises(ConfigError) as caught:
            config.load(write(f"{ASKING}proxy = {written}\n"))
        shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
        assert "canary" not in str(caught.value)
        assert "canary" not in shown.split("in load\n", 1)[1]

    def test_stand_in_no_repr(self, write: Write) -> None:
        assert "canary" not in repr(config.load(write(self.HUSH)))


class TestCommandsInTheFile:
    TEXT = ACCOUNT + 'password_command = ["pass"]\n'

    @pytest.mark.parametrize("mode", [0o600, 0o644, 0o400])
    def test_are_accepted_where_only_the_owner_can_write(self, write: Write, mode: int) -> None:
        path = write(self.TEXT)
        path.chmod(mode)
        config.load(path)

    @pytest.mark.parametrize("mode", [0o666, 0o660])
    def test_are_refused_where_others_can_write(self, write: Write, mode: int) -> None:
        path = write(self.TEXT)
        path.chmod(mode)
        with pytest.raises(ConfigError, match="others can change it; run: chmod 600"):
            config.load(path)

    def test_may_stand_behind_a_link(self, write: Write, tmp_path: Path) -> None:
        (tmp_path / "home").mkdir()
        link = tmp_path / "home" / "config.toml"
        link.symlink_to(write(self.TEXT))
        config.load(link)

    def test_are_no_place_to_quote_from(self, mistakes: Mistakes) -> None:
        [mistake] = mistakes(ACCOUNT + 'password_command = "echo canary"')
        assert "must be a list" in mistake
        assert "canary" not in mistake


class TestAmounts:
    @pytest.mark.parametrize(
        ("text", "count"),
        [("200kB", 200_000), ("200 kB", 200_000), ("1.5MB", 1_500_000), ("500 B", 500), ("1GB", 10**9), ("2KB", 2000)],
    )
    def test_are_read(self, text: str, count: int) -> None:
        assert config.amount(text) == count

    @pytest.mark.parametrize(
        "text", ["", "200", "kB", "-1 kB", "1e3 kB", "۲ kB", "0kB", "0.0001kB", "1 TB", "9" * 99 + "kB"]
    )
    def test_are_refused(self, text: str) -> None:
        with pytest.raises(UsageError):
            config.amount(text)

    def test_budgets(self) -> None:
        assert config.budget("30 MB / month") == Budget(30_000_000, "month")

    @given(st.integers(1, 10**9 - 1), st.sampled_from(["B", "kB", "MB", "GB"]))
    @settings(deadline=None, max_examples=50)
    def test_whole_numbers_are_exact(self, number: int, unit: str) -> None:
        assert config.amount(f"{number} {unit}") == number * {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9}[unit]


class TestNames:
    @pytest.mark.parametrize(
        ("list_id", "name"),
        [
            ("open-data.lists.example.org", "open-data"),
            ("<Open.Data.example.org>", "open"),
            ("123.example.org", "list-123"),
            ("", "list"),
            ("\x1b]0;x\x07.example.org", "0-x"),
            ("сад.example.org", "list"),
        ],
    )
    def test_are_suggested_from_a_list_id(self, list_id: str, name: str) -> None:
        assert config.suggested_name(list_id) == name

    def test_are_not_suggested_twice(self) -> None:
        assert config.suggested_name("a.example.org", {"a", "a-2"}) == "a-3"

    @given(st.text(max_size=80))
    @settings(deadline=None, max_examples=200)
    def test_that_are_suggested_are_accepted(self, list_id: str) -> None:
        name = config.suggested_name(list_id)
        assert config.list_name(name) == name

    @given(st.text(min_size=1, max_size=80))
    @settings(deadline=None, max_examples=200)
    def test_that_are_accepted_are_one_safe_word(self, text: str) -> None:
        try:
            name = config.list_name(text)
        except UsageError:
            return
        assert name.isprintable()
        assert not set(name) & set(" /\\'\"$`*?[]{}()<>|&;:#~!=%@,")
        assert name[0] != "-"
        with pytest.raises(ValueError, match="invalid literal"):
            int(name)
        assert config.list_name(name) == name

    @pytest.mark.parametrize(
        "host", ["127.0.0.256", "127.1", "128.0.0.1", "127.0.0.1.example.org", "::2", "localhost.a"]
    )
    def test_of_other_machines_are_not_loopback(self, host: str) -> None:
        assert not is_loopback(host)


names = st.from_regex(r"[a-z][a-z0-9._-]{0,8}", fullmatch=True) | st.sampled_from(["سبزه", "сад", "a.b"])
plain = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20).filter(
    lambda text: text.strip()
)
hosts = st.sampled_from(["mail.example.org", "127.0.0.1", "xn--e1afmkfd.example"])
ports = st.integers(1, 65535)
pins = st.none() | st.from_regex(r"[0-9a-f]{64}", fullmatch=True)
servers = st.builds(Server, hosts, ports, st.sampled_from(["implicit", "starttls"]), plain, pins)
kinds = st.sampled_from(["socks5h", "http"])
proxies = st.builds(Proxy, kinds, st.sampled_from(["127.0.0.1", "::1", "proxy.example.org"]), ports) | st.builds(
    Proxy, kinds, st.just("localhost"), ports, plain, st.builds(Secret, plain | st.just(""))
)
sources = st.one_of(
    st.just(SecretPrompt()),
    st.builds(SecretValue, st.builds(Secret, plain)),
    st.builds(
        SecretCommand,
        st.lists(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1),
            min_size=1,
            max_size=3,
        ).map(tuple),
    ),
)
accounts = st.builds(
    Account,
    name=names,
    address=st.builds(Mailbox, st.sampled_from(["", "Maria Silva", "Silva, Maria", "مریم"]), st.just("m@example.org")),
    imap=servers,
    smtp=st.none() | servers,
    auth=st.just("password"),
    secret=sources,
    proxy=st.none() | proxies,
)


class TestBlocksToPaste:
    @given(accounts, st.lists(st.tuples(names, plain, st.none() | st.just("a.example.org")), max_size=1))
    @settings(deadline=None, max_examples=100)
    def test_are_read_back_as_they_were(
        self, tmp_path_factory: pytest.TempPathFactory, account: Account, lists: list[tuple[str, str, str | None]]
    ) -> None:
        path = tmp_path_factory.getbasetemp() / "pasted.toml"
        written = [ListSettings(name, account.name, folder, list_id) for name, folder, list_id in lists]
        path.write_text(config.template(account, written), encoding="utf-8")
        path.chmod(0o600)
        loaded = config.load(path)
        assert loaded.accounts == {account.name: account}
        assert list(loaded.lists.values()) == written

    @given(st.text(), st.text(), st.text(), st.none() | st.text())
    @settings(deadline=None, max_examples=200)
    def test_hold_whatever_a_server_calls_its_folders(
        self, name: str, account: str, folder: str, list_id: str | None
    ) -> None:
        block = config.list_block(name, account, folder, list_id)
        wanted = {"account": account, "folder": folder} | ({} if list_id is None else {"list_id": list_id})
        assert tomllib.loads(block) == {"lists": {name: wanted}}
        assert all(line.isprintable() for line in block.split("\n"))

    def test_hold_a_folder_that_is_no_text(self) -> None:
        assert tomllib.loads(config.list_block("a", "b", "x\udcff", None))["lists"]["a"]["folder"] == "x\ufffd"

    def test_look_like_what_a_person_would_write(self) -> None:
        assert config.list_block("gardens", "home", "INBOX", "gardens.example.org") == (
            '[lists.gardens]\naccount = "home"\nfolder = "INBOX"\nlist_id = "gardens.example.org"\n'
        )

    def test_name_a_token_command_and_the_authorities(self, tmp_path: Path) -> None:
        authorities = tmp_path / "ca.pem"
        authorities.touch()
        account = Account(
            "work",
            Mailbox("", "m@example.org"),
            Server("mail.example.org", 993, "implicit", "m"),
            None,
            "oauthbearer",
            SecretCommand(("my-token",)),
            str(authorities),
        )
        path = tmp_path / "config.toml"
        path.write_text(config.template(account), encoding="utf-8")
        assert config.load(path).accounts == {"work": account}


def test_reading_a_config_without_mistakes_needs_no_spelling_help(write: Write) -> None:
    sys.modules.pop("difflib", None)
    config.load(write(ASKING))
    assert "difflib" not in sys.modules
