"""Own words against the answers of reply-trimming suites: `python tests/bench/trimming.py TORTURE_DIR [--failures]`.

TORTURE_DIR holds the test mails of discourse/email_reply_trimmer, crisp-oss/email-reply-parser, mailgun/talon,
github/email_reply_parser, alfonsrv/mail-parser-reply and closeio/quotequail, a directory each. Suites that only take
quotes off are compared with signatures left in. Blanks and line ends do not count.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from trimming_answers import CRISP, DIFFERENCES, GITHUB, MAIL_PARSER_REPLY, QUOTEQUAIL

from listforum.mail.html import html_to_text
from listforum.mail.quotes import blocks
from listforum.mail.readable import readable_text
from listforum.mail.structure import split

TARGET = 0.9
OWN = ("own", "patch", "code")


@dataclass(frozen=True, slots=True)
class Case:
    """One answer of a suite: what of it was not found, and what was found that it does not have."""

    name: str
    missing: tuple[str, ...]
    extra: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return not (self.missing or self.extra)


def kept(text: str, kinds: tuple[str, ...] = OWN) -> str:
    return " ".join(" ".join(block.text for block in blocks(text) if block.kind in kinds).split())


def same_words(name: str, expected: str, found: str) -> Case:
    expected, found = " ".join(expected.split()), " ".join(found.split())
    return Case(name, (), ()) if expected == found else Case(name, (expected,), (found,))


def by_lines(name: str, text: str, answer: str) -> Case:
    """A mail whose answer names the lines that are own, and those that may be."""
    lines = text.split("\n")
    own = set(own_lines(text))
    must, may = numbers(answer), numbers(answer, optional=True)
    return Case(
        name,
        tuple(f"{n}: {lines[n - 1]}" for n in sorted(must - own) if lines[n - 1].strip()),
        tuple(f"{n}: {lines[n - 1]}" for n in sorted(own - must - may)),
    )


def own_lines(text: str) -> Iterator[int]:
    number = 0
    for block in blocks(text):
        for line in block.text.split("\n"):
            number += 1
            if block.kind in OWN and line.strip():
                yield number


def numbers(answer: str, *, optional: bool = False) -> set[int]:
    found: set[int] = set()
    for span in answer.split():
        if span.startswith("?") == optional:
            first, _, last = span.lstrip("?").partition("-")
            found |= set(range(int(first), int(last or first) + 1))
    return found


def read(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")


def line_suite(folder: str, answers: dict[str, str]) -> Callable[[Path], Iterator[Case]]:
    def cases(root: Path) -> Iterator[Case]:
        for name, answer in answers.items():
            yield by_lines(name, read(root / folder / f"{name}.txt"), answer)

    return cases


def discourse(root: Path) -> Iterator[Case]:
    """The trimmed text of each mail, and where what stands embedded in it begins."""
    tests = root / "discourse-email_reply_trimmer" / "test"
    for path in sorted((tests / "emails").glob("*.txt")):
        yield same_words(path.stem, read(tests / "trimmed" / path.name), kept(read(path).strip()))
    for path in sorted((tests / "before").glob("*.txt")):
        found = " ".join(before_answered(read(tests / "emails" / path.name).strip()))
        yield same_words(f"before_{path.stem}", read(path), found)


def before_answered(text: str) -> Iterator[str]:
    for block in blocks(text):
        if block.kind in ("attribution", "forwarded", "quote"):
            return
        yield block.text


def talon(root: Path) -> Iterator[Case]:
    """Replies without their quotes, signatures left in; and mails with their signatures told apart."""
    fixtures = root / "talon" / "tests" / "fixtures"
    for path in sorted((fixtures / "standard_replies").glob("*.eml")):
        answer = path.with_name(f"{path.stem}_reply_text")
        expected = read(answer) if answer.exists() else "Hello"
        yield same_words(path.name, expected, kept(mail_text(path), (*OWN, "signature")))
    for path in sorted((fixtures / "html_replies").glob("*.html")):
        words = kept(html_to_text(read(path)), (*OWN, "signature"))
        yield same_words(path.name, "Hi. I am fine. Thanks, Alex", words)
    for name, expected in (("OLK_SRC_BODY_SECTION.html", "Reply"), ("reply-separated-by-hr.html", "Hi there")):
        yield same_words(name, expected, kept(html_to_text(read(fixtures / name)), (*OWN, "signature")))
    shared = kept(mail_text(fixtures / "reply-quotations-share-block.eml"))
    yield Case(
        "reply-quotations-share-block.eml", () if shared else ("a reply",), ("From",) if "From" in shared else ()
    )
    for path in sorted((fixtures / "signature" / "emails" / "stripped").glob("*_body")):
        yield signed(path)


def signed(path: Path) -> Case:
    text = read(path).replace("#sig#", "")
    signature = read(path.with_name(path.name.replace("_body", "_signature"))).replace("#sig#", "")
    expected = text.strip().removesuffix(signature.strip())
    return same_words(path.name, expected, kept(text.strip()))


def mail_text(path: Path) -> str:
    mail = split(path.read_bytes())
    return readable_text(tuple(part for part in mail.parts if part.type == "text/plain")).text or ""


def quotequail(root: Path) -> Iterator[Case]:
    """What stands outside a quote or a forwarded mail, signatures left in."""
    files = root / "quotequail" / "tests" / "files"
    with_signature = (*OWN, "signature")
    for name, expected in QUOTEQUAIL.items():
        yield same_words(name, expected, kept(html_to_text(read(files / name)), with_signature))
    top = html_to_text(read(files / "outlook_forward_unwrapped_top.html"))
    yield same_words(
        "outlook_forward.html", top, kept(html_to_text(read(files / "outlook_forward.html")), with_signature)
    )
    for name in ("gmail_reply.html", "ios_mail_reply_unescaped_address.html", "yahoo_reply_unescaped_address.html"):
        yield unquoted(name, html_to_text(read(files / name)))


def unquoted(name: str, text: str) -> Case:
    """A reply that is all its own but for one quote, which its attribution begins and its blockquote ends."""
    before, _, rest = text.partition("\nOn ")
    _, marked, after = rest.rpartition("\n--")
    return same_words(name, f"{before} -- {after}" if marked else before, kept(text, (*OWN, "signature")))


SUITES: dict[str, Callable[[Path], Iterator[Case]]] = {
    "discourse": discourse,
    "crisp": line_suite("crisp-email-reply-parser/test/fixtures", CRISP),
    "github": line_suite("github-email_reply_parser/test/emails", GITHUB),
    "mail-parser-reply": line_suite("mail-parser-reply/test/emails", MAIL_PARSER_REPLY),
    "talon": talon,
    "quotequail": quotequail,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("torture", type=Path)
    parser.add_argument("--failures", action="store_true")
    arguments = parser.parse_args()
    passes = total = differences = 0
    for suite, cases in SUITES.items():
        found = list(cases(arguments.torture))
        failed = [case for case in found if not case.passed]
        on_purpose = sum(f"{suite}/{case.name}" in DIFFERENCES for case in failed)
        row = f"{suite:20}{len(found) - len(failed):4} of {len(found):3}  {1 - len(failed) / len(found):6.1%}"
        print(f"{row}  ({on_purpose} of the others differ on purpose)")
        if arguments.failures:
            report(suite, failed)
        passes += len(found) - len(failed)
        total += len(found)
        differences += on_purpose
    rest = total - differences
    print(f"{'all':20}{passes:4} of {total:3}  {passes / total:6.1%}")
    print(f"without the differences on purpose: {passes} of {rest}, {passes / rest:.1%}")
    return 0 if passes / total >= TARGET else 1


def report(suite: str, failed: list[Case]) -> None:
    for case in failed:
        print(f"  {case.name}  {DIFFERENCES.get(f'{suite}/{case.name}', '')}")
        for sign, lines in (("-", case.missing), ("+", case.extra)):
            for line in lines:
                print(f"    {sign} {line}")


if __name__ == "__main__":
    sys.exit(main())
