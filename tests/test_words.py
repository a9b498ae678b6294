"""Every sentence that a person reads goes through gettext, so that it can be said in the person's own language."""

from __future__ import annotations

import ast
import re
import string
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from languages import KEYWORDS, PACKAGE, collected, compiled, mistakes
from listforum.words import N_, NAMES, speak

SOURCE = {path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text("utf-8")) for path in PACKAGE.rglob("*.py")}

BLANK_AT_AN_END = {"usage.py": "a page ends with its line"}


# --- what translators get -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return collected()


def texts(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """Each text of each message, singular and plural, with the file where it first stands."""
    for message in catalog:
        for text in message.id if isinstance(message.id, tuple) else (message.id,):
            if text:
                yield text, message.locations[0][0]


class TestExtraction:
    def test_finds_all_messages(self, catalog: Catalog) -> None:
        assert len(catalog) > 400
        assert "Nothing to send." in catalog
        assert "queued" in catalog

    def test_finds_plurals(self, catalog: Catalog) -> None:
        assert sum(message.pluralizable for message in catalog) >= 10

    def test_finds_no_empty_message(self, catalog: Catalog) -> None:
        empty = [message for message in catalog if message.locations and not any(message.id)]
        assert empty == []

    def test_finds_names_for_all_placeholders(self, catalog: Catalog) -> None:
        for text, file in texts(catalog):
            for _literal, name, _format, _conversion in string.Formatter().parse(text):
                assert name is None or name.isidentifier(), (file, text)

    def test_finds_no_placeholder_that_only_the_singular_has(self, catalog: Catalog) -> None:
        for message in catalog:
            if message.pluralizable:
                singular, plural = (set(re.findall(r"{(\w+)", text)) for text in message.id)
                assert singular <= plural, message.id

    def test_finds_whole_sentences(self, catalog: Catalog) -> None:
        """A blank at an end is the mark of a piece that is put together with another."""
        pieces = {text: file for text, file in texts(catalog) if text != text.strip() and file not in BLANK_AT_AN_END}
        assert pieces == {}

    def test_finds_every_name_of_the_contract_that_is_shown(self, catalog: Catalog) -> None:
        assert [name for name in NAMES if name not in catalog] == []


class TestCatalogues:
    def test_that_are_shipped_have_no_mistake(self) -> None:
        for path in PACKAGE.rglob("*.po"):
            with path.open("rb") as file:
                assert list(mistakes(read_po(file))) == [], path

    @pytest.mark.parametrize(
        "translation",
        [
            "{count} Beiträge von {author}",
            "{} Beiträge",
            "{count.__class__} Beiträge",
            "{count Beiträge",
            "{0} Beiträge",
        ],
    )
    def test_with_a_mistake_are_found(self, translation: str) -> None:
        catalog = Catalog(locale="de")
        catalog.add(("{count} post", "{count} posts"), ("{count} Beitrag", translation))
        assert len(list(mistakes(catalog))) == 1

    def test_may_leave_out_a_count(self) -> None:
        catalog = Catalog(locale="de")
        catalog.add(("{count} post", "{count} posts"), ("ein Beitrag", "{count} Beiträge"))
        assert list(mistakes(catalog)) == []


# --- what escapes them --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Call:
    """A call in the source: the name of what is called, and its arguments."""

    file: str
    node: ast.Call
    name: str

    def __str__(self) -> str:
        return f"{self.file}:{self.node.lineno}: {ast.unparse(self.node)}"


def calls(tree: ast.AST, file: str) -> Iterator[Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield Call(file, node, node.func.id)


def plain_errors(tree: ast.AST, file: str) -> Iterator[str]:
    """Errors for a person that are made with a text that cannot be translated."""
    for call in calls(tree, file):
        plain = (ast.Constant, ast.JoinedStr, ast.BinOp)
        if call.name in ERRORS and any(isinstance(argument, plain) for argument in call.node.args):
            yield str(call)


def texts_made_too_early(tree: ast.AST, file: str) -> Iterator[str]:
    """What is put into a text before it is looked up: no catalogue has it then."""
    for call in calls(tree, file):
        made = (ast.JoinedStr, ast.BinOp)
        if call.name in KEYWORDS and any(isinstance(argument, made) for argument in call.node.args):
            yield str(call)
        if call.name in KEYWORDS and any(_is_format(argument) for argument in call.node.args):
            yield str(call)


def _is_format(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format"


def translations_made_too_early(tree: ast.Module, file: str) -> Iterator[str]:
    """What is looked up while the program is loaded: no language is chosen yet."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        for child in ast.iter_child_nodes(node):
            if isinstance(child, functions):
                defaults = [child.args, *getattr(child, "decorator_list", ())]
                waiting += defaults
            else:
                waiting.append(child)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"_", "ngettext"}:
            yield f"{file}:{node.lineno}: {ast.unparse(node)}"


def messages_that_no_tool_finds(tree: ast.AST, file: str) -> Iterator[str]:
    """Messages inside of f-strings, which tools that extract messages pass over before Python 3.12."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            for call in calls(node, file):
                if call.name in KEYWORDS and isinstance(call.node.args[0], ast.Constant):
                    yield str(call)


def plain_sentences(tree: ast.AST, file: str) -> Iterator[str]:
    """Texts that read like a sentence and go through nothing: four words in a row that begin with small letters."""
    passed_over = _documentation(tree) | _looked_up_or_internal(tree) | _pieces(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in passed_over:
            text = _text(node)
            if _WORDS_IN_A_ROW.search(text) and not _OTHER_LANGUAGE.search(text):
                yield f"{file}:{node.lineno}: {text}"


_WORDS_IN_A_ROW = re.compile(r"\b[a-z]+,? (?:(?:[a-z]+|…),? ){2,}[a-z]+")
_OTHER_LANGUAGE = re.compile(r"\b(?:SELECT|UPDATE|DELETE|INSERT|WHERE|EXISTS|CREATE|FROM)\b|\\s|\(\?:|\|")
_INTERNAL = {"ValueError", "TypeError", "RuntimeError", "ProtocolError"}


def _text(node: ast.Constant | ast.JoinedStr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(str(piece.value) if isinstance(piece, ast.Constant) else "…" for piece in node.values)
    return node.value if isinstance(node.value, str) else ""


def _documentation(tree: ast.AST) -> set[int]:
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def _looked_up_or_internal(tree: ast.AST) -> set[int]:
    named = {*KEYWORDS, *_INTERNAL}
    within = (call.node.args for call in calls(tree, "") if call.name in named)
    return {id(node) for arguments in within for argument in arguments for node in ast.walk(argument)}


def _pieces(tree: ast.AST) -> set[int]:
    return {id(piece) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for piece in node.values}


PLAIN = {
    "archive/parts.py": "names of columns; what only a mistake in the program can cause",
    "demo/imap_fetch.py": "what a server says to a program",
    "demo/imap_search.py": "what a server says to a program",
    "demo/imap_server.py": "what a server says to a program",
    "demo/imap_session.py": "what a server says to a program",
    "demo/imap_words.py": "what a server says to a program",
    "demo/list_software.py": "the footer of a list",
    "demo/smtp_list.py": "what a server says to a program",
    "forum/setup.py": "a config, in which only comments are words",
    "mail/charset.py": "names of charsets",
    "mail/header.py": "defects that nobody is shown",
    "mail/html.py": "names of elements",
    "mail/claims.py": "words of attributions that other programs write",
    "mail/months.py": "names of months in attributions that other programs write",
    "mail/originals.py": "what other programs write into mails",
    "mail/readable.py": "becomes a part of a post's words, which are indexed and compared",
    "search/analysis.py": "words by which the rules for words are known",
    "tui/crash.py": "compared with what Python writes",
    "wire/dial.py": "the name of a thread",
    "wire/dialogue.py": "the conversation has its own sentence for it",
}
"""Files with sentences that are not for the person, and why."""

Rule = Callable[[ast.Module, str], Iterator[str]]
RULES: tuple[Rule, ...] = (
    plain_errors,
    texts_made_too_early,
    translations_made_too_early,
    messages_that_no_tool_finds,
)


def error_names() -> set[str]:
    """The names of all errors for a person: ListforumError and what derives from it, wherever it stands."""
    bases = {
        node.name: {ast.unparse(base).rpartition(".")[2] for base in node.bases}
        for tree in SOURCE.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    found = {"ListforumError"}
    while derived := {name for name, above in bases.items() if above & found} - found:
        found |= derived
    return found


ERRORS = error_names()


class TestSource:
    @pytest.mark.parametrize("rule", RULES)
    def test_lets_no_sentence_escape(self, rule: Rule) -> None:
        assert [line for file, tree in SOURCE.items() for line in rule(tree, file)] == []

    def test_holds_no_plain_sentence(self) -> None:
        found = [line for file, tree in SOURCE.items() if file not in PLAIN for line in plain_sentences(tree, file)]
        assert found == []

    def test_holds_plain_sentences_where_that_is_allowed(self) -> None:
        needless = [file for file in PLAIN if not list(plain_sentences(SOURCE[file], file))]
        assert needless == []

    def test_has_errors_in_many_rooms(self) -> None:
        assert {"ListforumError", "LinkError", "QueryError", "NeedsRebuild"} <= ERRORS

    @pytest.mark.parametrize(
        ("rule", "line"),
        [
            (plain_errors, 'def f(): raise LinkError("the link broke")'),
            (plain_errors, 'def f(host): raise LinkError(f"{host} is gone")'),
            (plain_errors, 'def f(host): return ServerError("no " + host)'),
            (texts_made_too_early, 'def f(host): return _(f"{host} is gone")'),
            (texts_made_too_early, 'def f(host): return _("{host} is gone".format(host=host))'),
            (texts_made_too_early, 'def f(n): return ngettext("a mail", f"{n} mails", n)'),
            (translations_made_too_early, 'WORDS = _("Nothing to send.")'),
            (translations_made_too_early, 'class A:\n    words = _("Nothing to send.")'),
            (translations_made_too_early, 'def f(words=_("Nothing to send.")): pass'),
            (messages_that_no_tool_finds, "def f(): return f'{_(\"topics\"):>7}'"),
            (plain_sentences, 'def f(): yield "The index will be made anew."'),
            (plain_sentences, "def f(n): print(f'{n} posts were written to it')"),
        ],
    )
    def test_is_looked_at_with_rules_that_find(self, rule: Rule, line: str) -> None:
        assert list(rule(ast.parse(line), "made-up.py")) != []

    @pytest.mark.parametrize("rule", [*RULES, plain_sentences])
    @pytest.mark.parametrize(
        "line",
        [
            'def f(host): raise LinkError(_("{host} is gone").format(host=host))',
            "def f(words): raise LinkError(words)",
            'WORDS = N_("Nothing to send.")',
            "def f(): return _(WORDS)",
            'def f(): return _("The index will be made anew.")',
            'def f(): raise ValueError("this is for no person to see")',
            'def f():\n    """This is for those who read the source."""',
        ],
    )
    def test_is_looked_at_with_rules_that_let_right_lines_pass(self, rule: Rule, line: str) -> None:
        assert list(rule(ast.parse(line), "made-up.py")) == []


# --- the language -------------------------------------------------------------------------------------------------


class TestSpeaking:
    @pytest.fixture
    def locales(self, tmp_path: Path) -> Path:
        """One Russian catalogue with one text."""
        catalog = Catalog(locale="ru")
        catalog.add("Nothing to send.", "Отправлять нечего.")
        compiled(catalog, tmp_path, "ru")
        return tmp_path

    def said(self, environment: dict[str, str]) -> str:
        """How a process of its own says it in this environment, and whether it had to load gettext for that."""
        program = (
            "import os, sys; from listforum.words import speak\n"
            "said = speak(os.environ)('Nothing to send.').encode()\n"
            "sys.stdout.buffer.write(said + b' ' + str('gettext' in sys.modules).encode())"
        )
        return subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, check=True, timeout=60
        ).stdout.decode()

    @pytest.mark.parametrize(
        "language",
        [
            {"LANGUAGE": "ru"},
            {"LANGUAGE": "xx:ru"},
            {"LC_ALL": "ru_RU.UTF-8"},
            {"LC_MESSAGES": "ru_RU.UTF-8", "LANG": "en_US.UTF-8"},
            {"LANG": "ru_RU"},
        ],
    )
    def test_is_the_persons(self, locales: Path, language: dict[str, str]) -> None:
        environment = {"LISTFORUM_LOCALE_DIR": str(locales), "PYTHONPATH": str(PACKAGE.parent), **language}
        assert self.said(environment) == "Отправлять нечего. True"

    @pytest.mark.parametrize(
        "language",
        [{}, {"LANG": "C.UTF-8"}, {"LANG": "POSIX"}, {"LANG": "en_GB.UTF-8"}, {"LANGUAGE": "en:ru", "LANG": "ru_RU"}],
    )
    def test_in_english_looks_for_nothing(self, locales: Path, language: dict[str, str]) -> None:
        environment = {"LISTFORUM_LOCALE_DIR": str(locales), "PYTHONPATH": str(PACKAGE.parent), **language}
        assert self.said(environment) == "Nothing to send. False"

    def test_without_catalogues_looks_for_nothing(self, tmp_path: Path) -> None:
        nowhere = str(tmp_path / "nowhere")
        environment = {"LISTFORUM_LOCALE_DIR": nowhere, "PYTHONPATH": str(PACKAGE.parent), "LANG": "ru_RU.UTF-8"}
        assert self.said(environment) == "Nothing to send. False"

    def test_without_a_translation_is_english(self, locales: Path) -> None:
        environment = {"LISTFORUM_LOCALE_DIR": str(locales), "PYTHONPATH": str(PACKAGE.parent), "LANG": "fa_IR.UTF-8"}
        assert self.said(environment) == "Nothing to send. True"

    def test_marks_a_text_without_changing_it(self) -> None:
        assert N_("Nothing to send.") == "Nothing to send."
        assert speak({})("Nothing to send.") == "Nothing to send."
