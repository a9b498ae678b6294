"""In another language no English word is left on the screens, and whatever its script, they stay whole.

What people wrote is in Persian and Chinese and the lists are called داده and باغ, so that a Latin word on a screen is
one that nobody could have translated.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Awaitable, Callable, Collection, Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from listforum.cancel import Cancel
from listforum.forum.syncing import Wanted
from listforum.model.outgoing import OutboxState
from listforum.tui.layout.cells import width
from listforum.tui.screens.ask import AskScreen
from listforum.tui.screens.confirm import ConfirmScreen
from listforum.tui.screens.dialog import Dialog, Keys
from listforum.tui.screens.frame import ForumScreen
from listforum.tui.screens.outbox import OutboxScreen
from listforum.tui.screens.page import PageScreen
from listforum.tui.screens.secret import SecretScreen
from listforum.tui.screens.topic import TopicScreen
from listforum.tui.topic_list import TopicList
from mails import mail
from reader import Reader, fill, forum_at, read
from tui.foreign import Alphabet, foreign_language, left_in_english, spoken, translated
from tui.subscriber import at_rest, priced, with_file, world
from tui.terminals import TerminalSession

LIST, GARDEN = "داده", "باغ"
CONFIG = f"""
[accounts."خانه"]
address = "آنا <ana@example.org>"
imap = {{ host = "127.0.0.1", port = 9, tls = "none", user = "ana" }}
smtp = {{ host = "127.0.0.1", port = 9, tls = "none", user = "ana" }}
password = "ask"

[lists."{LIST}"]
account = "خانه"
address = "data@lists.example.org"

[lists."{GARDEN}"]
account = "خانه"
folder = "باغ"
address = "gardens@lists.example.org"
"""
ACCOUNT = frozenset({"ana"})
IN_MAILS = frozenset({"Re", "wrote"})
"""Words that go into a mail, where everybody reads them."""
TYPED = frozenset({"fr", "af", "be"})
"""What a dialog leaves to be seen of the fields that were typed below it."""
MEMBER = frozenset({"Maria", "Silva", "open", "data"})
"""The member of the servers that stand in for a list's, and the list."""
FILE = frozenset({"csv", "The", "census", "files", "See", "the", "file"})
"""A mail with a file."""
COMMANDS = frozenset({"demo", "import", "FILE", "LIST", "imap", "smtp", "accounts", "accountz"})
PYTHON = frozenset("Expected at the end of a table declaration line column document".split())  # noqa: SIM905 - a quote
"""Its own words on a file that is no TOML."""

STEPS: dict[OutboxState, tuple[OutboxState, ...]] = {
    "queued": (),
    "sending": ("sending",),
    "uncertain": ("sending", "uncertain"),
    "failed": ("sending", "failed"),
    "sent": ("sending", "uncertain", "sent"),
    "on the list": ("sending", "uncertain", "sent", "on the list"),
}
QUOTE = "\n".join(f"> کتاب {n}" for n in range(8))
SIGNATURE = "-- \n" + "\n".join("امید" for _ in range(9))
AUTHOR, FROM_CHINA = "امید <omid@example.net>", "李 <li@example.net>"

Visit = Callable[["Screens"], Awaitable[None]]
Inspect = Callable[[Reader], list[str]]


class Screens:
    """The screens of a visit: each is looked at, and what was found wrong with it is kept."""

    def __init__(self, reader: Reader, inspect: Inspect) -> None:
        self.reader, self.inspect = reader, inspect
        self.found: dict[str, list[str]] = {}
        self.count = 0

    async def after(self, *keys: str) -> None:
        """Presses keys, looks after each."""
        for key in keys:
            await self.reader.press(key)
            self.look(key)

    async def after_typing(self, text: str) -> None:
        await self.reader.type(text)
        self.look("typing")

    def look(self, key: str) -> None:
        self.count += 1
        wrong = self.inspect(self.reader)
        if wrong:
            self.found[f"{self.count}. {type(self.reader.app.screen).__name__} after {key}"] = wrong


async def topics(screens: Screens) -> None:
    await screens.after("w", "u", "asterisk", "u", "m", "u", "u")
    await screens.after("tab", "down", "down", "down", "enter", "tab", "down", "down", "enter", "end")
    await screens.after("f", "escape", "f")
    await screens.after_typing("۱۲۳")
    await screens.after("escape", "question_mark", "pagedown", "end", "escape", "A", "enter")
    await screens.after("ctrl+p", "down", "escape", "space", "home")


async def topic(screens: Screens) -> None:
    await screens.after("tab", "down", "enter", "end", "enter", "y", "escape", "n", "y", "escape", "p")
    await screens.after(
        "z", "Z", "end", "p", "d", "D", "U", "u", "w", "asterisk", "m", "question_mark", "end", "escape"
    )
    for _topic in range(4):
        await screens.after("left_square_bracket", "y", "escape")
    await screens.after("ctrl+p", "escape", *["right_square_bracket"] * 4, "A", "enter", "space", "space")


async def search(screens: Screens) -> None:
    await screens.after("slash", "f1", "pagedown", "end", "escape", "ctrl+s")
    await screens.after_typing("کتاب")
    await screens.reader.until(lambda: screens.reader.app.screen.query_one("#hits").display)
    screens.look("hits")
    await screens.after(
        "ctrl+o", "enter", "o", "ctrl+p", "escape", "enter", "N", "N", "P", "P", "y", "escape", "escape"
    )
    for words in ("هیچ", '"', "from:", "after:1 کتاب", "-هیچ", "before:2026-13", "-", "is:۱ has:۲", "کناب", "topic:۱"):
        await screens.reader.press("slash", "ctrl+u")
        await screens.after_typing(words)
        await screens.after("enter", "f1", "escape")


async def saved_searches(screens: Screens) -> None:
    await screens.after("e", "d", "ctrl+p")
    await screens.after_typing("1234")
    await screens.after("escape", "slash")
    await screens.after_typing("کتاب")
    await screens.after("ctrl+s", "f1", "escape", "enter", "escape", "tab", "home", "down", "down", "enter")
    await screens.reader.until(lambda: len(screens.reader.app.screen.query_one(TopicList).topics) > 0)
    await screens.after("e")
    await screens.after_typing("۱۲")
    await screens.after("enter", "u", "d", "u", "tab", "home", "down", "down", "enter", "slash")
    await screens.after_typing("هیچ")
    await screens.after("ctrl+s", "enter", "escape", "u")
    screens.reader.app.action_forget_searches()
    await screens.after("down", "enter")


async def writing(screens: Screens) -> None:
    await screens.after("tab", "down", "down", "enter", "c", "escape", "c", "down", "enter", "ctrl+s")
    await screens.after_typing("کتاب")
    await screens.after("tab", "ctrl+s")
    await screens.after_typing("سلام")
    await screens.after("f1", "end", "escape", "ctrl+x", "escape", "escape", "c", "enter", "ctrl+x", "enter", "u")
    await screens.after("escape", "escape", "tab", "home", "enter", "end", "enter", "r", "ctrl+s", "escape")
    await screens.after_typing("سلام")
    await screens.after("ctrl+s", "u", "ctrl+x", "enter", "R", "ctrl+s", "escape")
    await screens.after_typing("سلام")
    await screens.after("ctrl+s", "enter", "s")


async def outbox(screens: Screens) -> None:
    """Every key on every state; then everything is dropped."""
    for key in ("y", "a", "d", "enter"):
        await screens.after("o", "home")
        for _item in range(6):
            await screens.after(key)
            if not isinstance(screens.reader.app.screen, OutboxScreen):
                await screens.after("escape")
            await screens.after("down")
        await screens.after("escape")
    await screens.after("o", "home", "question_mark", "escape", "ctrl+p", "escape")
    for _item in range(8):
        await screens.after("d")
        if isinstance(screens.reader.app.screen, ConfirmScreen):
            await screens.after("enter")
    await screens.after("u")


async def link(screens: Screens) -> None:
    reader = screens.reader
    await screens.after("s", "question_mark", "escape")
    await priced(reader)
    await screens.after("f1", "escape", "x")
    await at_rest(reader)
    await screens.after("s")
    await priced(reader)
    await screens.after("enter")
    await at_rest(reader)
    await screens.after("escape", "s")
    await at_rest(reader)
    await screens.after("escape", "c", "enter")
    await screens.after_typing("کتاب")
    await screens.after("tab")
    await screens.after_typing("سلام")
    await screens.after("ctrl+s", "s")
    await at_rest(reader)
    await screens.after("escape", "o", "escape", "end", "enter", "y", "escape")


async def refused(screens: Screens) -> None:
    """Nobody listens where the config leads to."""
    await screens.after("s")
    await screens.reader.until(lambda: isinstance(screens.reader.app.screen, SecretScreen))
    await screens.after("f1", "escape")
    await screens.after_typing("قفل")
    await screens.after("enter")
    await at_rest(screens.reader)
    await screens.after("x", "escape", "s", "escape", "escape")


async def files(screens: Screens) -> None:
    """A text and a file that wait on the server are fetched, and the file is saved."""
    reader = screens.reader
    await screens.after("enter", "d", "escape", "d", "enter")
    await at_rest(reader)
    await screens.after("escape")
    if not isinstance(reader.app.screen, TopicScreen):
        await screens.after("enter")
    await screens.after("end", "d", "f1", "escape", "enter")
    await at_rest(reader)
    await reader.until(lambda: isinstance(reader.app.screen, AskScreen))
    await screens.after("f1", "escape", "ctrl+u")
    await screens.after_typing("~هیچ")
    await screens.after("enter", "d", "enter", "enter")


async def beginning(screens: Screens) -> None:
    await screens.after("question_mark", "escape", "ctrl+p", "escape", "s", "d")
    await screens.reader.until(lambda: isinstance(screens.reader.app.screen, PageScreen | SecretScreen))
    if isinstance(screens.reader.app.screen, SecretScreen):
        await screens.after_typing("قفل")
        await screens.after("enter")
        await screens.reader.until(lambda: isinstance(screens.reader.app.screen, PageScreen))
    await screens.after("end", "escape", "e")


async def glance(screens: Screens) -> None:
    """Every screen and every kind of dialog once."""
    await screens.after("question_mark", "G", "escape", "ctrl+p", "escape", "A", "escape", "f", "escape", "escape")
    await screens.after("tab", "down", "c", "down", "escape", "enter", "end", "enter", "y", "escape", "r", "ctrl+s")
    await screens.after("f1", "escape", "escape", "escape", "end", "n", "R")
    await screens.after_typing("سلام")
    await screens.after("ctrl+s", "escape", "ctrl+x", "enter", "slash", "f1", "escape", "escape", "escape", "o")
    for _item in range(7):
        await screens.after("d")
        if not isinstance(screens.reader.app.screen, OutboxScreen):
            await screens.after("escape")
        await screens.after("down")
    await screens.after("s")
    await screens.reader.until(lambda: isinstance(screens.reader.app.screen, SecretScreen))
    screens.look("the question")
    for _dialog in range(4):
        await screens.after("escape")


ALL_VISITS = (topics, topic, search, saved_searches, writing, outbox)


@pytest.fixture(scope="module")
def locale(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Alphabet], dict[str, str]]:
    return cache(lambda alphabet: foreign_language(tmp_path_factory.mktemp(alphabet), alphabet))


@pytest.fixture
def cyrillic(locale: Callable[[Alphabet], dict[str, str]]) -> Iterator[None]:
    with spoken(locale("cyrillic")):
        yield


def settle_down(home: Path) -> Path:
    """A home with two lists, topics of every shape, and an outbox with something in every state."""
    fill(
        home,
        LIST,
        [
            mail(1, subject="کتابخانه", text="کتاب‌های کتابخانه\n\nسلام", author=AUTHOR),
            mail(2, subject="کتابخانه", text=f"{QUOTE}\n\nسلام\n\n{SIGNATURE}", author=FROM_CHINA, answers=[1]),
            mail(3, subject="پاسخ", text="سلام", author=AUTHOR, answers=[99]),
            mail(4, subject="داده‌ها", text=" ", author=AUTHOR, hours=9000),
            *(mail(n, subject=f"داده {n}", text="سلام", author=AUTHOR, hours=n * 730) for n in range(5, 12)),
        ],
    )
    fill(home, GARDEN, [mail(50, subject="باغ", text="سلام", author=AUTHOR, list_id="gardens.lists.example.org")])
    configure(home, CONFIG)
    with forum_at(home) as forum:
        for state, steps in STEPS.items():
            item = forum.writing.post(LIST, "کتاب", "سلام").item
            for step in steps:
                assert forum.archive.outbox.move(item, step, error="سرور" if step == "failed" else None), state
    return home


def configure(home: Path, text: str) -> None:
    home.mkdir(mode=0o700, exist_ok=True)
    (home / "config.toml").write_text(text, encoding="utf-8")
    (home / "config.toml").chmod(0o600)


def seen(
    home: Path, visit: Visit, names: Collection[str] = (), size: tuple[int, int] = (110, 50)
) -> dict[str, list[str]]:
    """Goes on a visit; answers the English words on its screens, but for names."""

    def english(reader: Reader) -> list[str]:
        said = [note.message for note in reader.app._notifications]
        return [word for word in left_in_english([*reader.rows, *said]) if word not in names]

    return found_on(home, visit, english, size)


def found_on(home: Path, visit: Visit, inspect: Inspect, size: tuple[int, int]) -> dict[str, list[str]]:
    """Goes on a visit; answers what was found wrong with its screens."""
    found: dict[str, list[str]] = {}

    async def script(reader: Reader) -> None:
        screens = Screens(reader, inspect)
        screens.look("the start")
        await visit(screens)
        found.update(screens.found)

    read(home, script, size=size)
    return found


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A directory whose name fits on a row of the screen, so that no piece of it stands alone."""
    with TemporaryDirectory(prefix="q") as directory:
        yield Path(directory)


@pytest.mark.usefixtures("cyrillic")
class TestNothingIsLeftInEnglish:
    @pytest.mark.parametrize("visit", ALL_VISITS)
    def test_on_the_screens_of_a_reader(self, tmp_path: Path, visit: Visit) -> None:
        assert seen(settle_down(tmp_path / "home"), visit, IN_MAILS | ACCOUNT | TYPED) == {}

    def test_on_the_link(self, tmp_path: Path) -> None:
        mails = [mail(n, subject="کتاب", text="سلام", author=AUTHOR) for n in range(1, 30)]
        with world(tmp_path / "home", mails):
            assert seen(tmp_path / "home", link, MEMBER) == {}

    def test_where_nobody_answers(self, tmp_path: Path) -> None:
        fill(tmp_path / "home", LIST, [mail(1, subject="کتاب", text="سلام", author=AUTHOR)])
        configure(tmp_path / "home", CONFIG)
        assert seen(tmp_path / "home", refused, ACCOUNT) == {}

    def test_where_a_file_waits(self, tmp_path: Path) -> None:
        with world(tmp_path / "home", [with_file(1, name="داده.csv", content="۱\n" * 4000)]):
            with forum_at(tmp_path / "home") as forum:
                wanted = Wanted("headers")
                forum.syncing.sync((), wanted, ask=str, cancel=Cancel(), progress=lambda _progress: None)
            assert seen(tmp_path / "home", files, MEMBER | FILE) == {}

    @pytest.mark.parametrize("config", ["", "[accountz]", "[accounts", CONFIG.partition("[lists")[0]])
    def test_at_the_beginning(self, short_path: Path, config: str) -> None:
        if config:
            configure(short_path / "home", config)
        assert seen(short_path / "home", beginning, COMMANDS | PYTHON | ACCOUNT, (76, 60)) == {}


def not_whole(reader: Reader, help_label: str) -> list[str]:
    """What is wrong with a screen: rows that are too wide, no way to the help, a dialog that hides what it asks."""
    screen = reader.app.screen
    columns = screen.size.width
    wrong = [row for row in reader.rows if width(row) > columns]
    if isinstance(screen, ForumScreen) and help_label not in reader.rows[-1]:
        wrong.append("no help in the last line")
    if isinstance(screen, Dialog):
        (keys,) = screen.query(Keys)
        (dialog,) = screen.query(".dialog")
        for part in (keys, *(child for child in dialog.children if child is not keys)):
            room = dialog.content_region if part is keys else dialog.content_region.shrink((0, 0, 1, 0))
            if not part.region.area or not room.contains_region(part.region):
                wrong.append(f"{part} at {part.region} in {room}")
    return wrong


class TestScreensStayWhole:
    @pytest.mark.parametrize("columns", [80, 40])
    @pytest.mark.parametrize("alphabet", ["wide", "arabic"])
    def test_with_the_letters_of(
        self, tmp_path: Path, locale: Callable[[Alphabet], dict[str, str]], alphabet: Alphabet, columns: int
    ) -> None:
        help_label = translated("help", alphabet)
        with spoken(locale(alphabet)):
            home = settle_down(tmp_path / "home")
            assert found_on(home, glance, lambda reader: not_whole(reader, help_label), (columns, 24)) == {}


class TestLocales:
    @pytest.mark.parametrize("locale", ["C", "POSIX", "en_US.ISO-8859-1"])
    def test_without_utf8_every_sign_is_ascii_and_letters_stay(self, tmp_path: Path, locale: str) -> None:
        home = settle_down(tmp_path / "home")
        command = [sys.executable, "-m", "listforum", "--home", str(home)]
        with TerminalSession(command, {"LC_ALL": locale, "LANG": ""}) as session:
            session.wait_for("? help")
            screens = session.screen.text()
            for keys, words in (("?", "Open the topic"), ("\x1b", "read on"), ("\r", "why here"), ("qo", "uncertain")):
                session.send(keys)
                session.wait_for(words)
                session.quiet()
                screens += session.screen.text()
            session.send("\x11")
            assert session.exit_code() == 0
        signs = {sign for sign in screens if not sign.isascii() and unicodedata.category(sign)[0] in "SP"}
        assert signs == set()
        assert "باغ" in screens

    @pytest.mark.parametrize(
        "environ",
        [
            {"LC_ALL": "xx_YY.UTF-8"},
            {"LC_ALL": "nonsense", "LANGUAGE": "no:where"},
            {"LANGUAGE": "../../etc:%s:\udcff", "LC_ALL": "C.UTF-8"},
            {"LANG": "fa_IR.UTF-8", "LISTFORUM_LOCALE_DIR": "/nonexistent"},
        ],
    )
    def test_an_unknown_locale_speaks_english(self, tmp_path: Path, environ: dict[str, str]) -> None:
        home = settle_down(tmp_path / "home")
        command = [sys.executable, "-m", "listforum", "--home", str(home)]
        with TerminalSession(command, environ) as session:
            session.wait_for("? help")
            session.send("q")
            assert session.exit_code() == 0
