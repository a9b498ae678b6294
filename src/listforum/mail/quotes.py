"""Whose words are whose: a readable text cut into own words, quotes and what stands around them.

The text is taken as `mail.readable` makes it: decoded, format=flowed undone, HTML made text. Lines that begin with ">"
are quotes; everything else is found by what people and programs write above and below quotes. The work is bounded
and linear whatever the text.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from listforum.mail.answered import mark_answered
from listforum.mail.digest import Member, members
from listforum.mail.footers import mark_footers
from listforum.mail.marks import composed
from listforum.mail.page import BLANK, Page
from listforum.mail.patches import mark_patches
from listforum.mail.quote_marks import mark_quoted_lines, quote_depth
from listforum.mail.signatures import mark_signatures
from listforum.model.mail import Block

_ADDR_SPEC: Final = r"(?:mailto:)?[^\s<>()\[\]@]{1,64}@[^\s<>()\[\]@]{1,255}"
_OWN: Final = frozenset(("own", "patch", "code"))
_ANSWERED: Final = frozenset(("attribution", "quote", "forwarded"))
_BLANK_ROWS: Final = re.compile(r"(?m)^>\n(?:>\n)+")
_ADDRESS: Final = re.compile(rf" ?[<(\[]{_ADDR_SPEC}(?:<{_ADDR_SPEC}>)?[>)\]]")


def blocks(text: str) -> tuple[Block, ...]:
    """A readable text cut into own words, attributions, quotes, forwarded mails, signatures and list footers, in order.

    Patches and code of the author's have kinds of their own. The texts of the blocks, joined with newlines, are the
    text again. `depth` counts quote levels, also inside a forwarded mail. In a digest the lines that set its mails off,
    and their headings, are own words.
    """
    if not text:
        return ()
    mails = members(text)
    # Where anything is answered above the first mail, the digest is only what is answered.
    if not mails or (not mails[0].heading and any(one.kind in _ANSWERED for one in _blocks(mails[0].text or ""))):
        return _blocks(text)
    return _merged(block for mail in mails for block in _blocks_of(mail))


def _blocks_of(mail: Member) -> Iterator[Block]:
    """Each mail of a digest is read by itself: what ends in one begins anew in the next."""
    if mail.heading:
        yield Block("own", mail.heading)
    if mail.text is not None:
        yield from _blocks(mail.text)


def _merged(cut: Iterable[Block]) -> tuple[Block, ...]:
    runs = groupby(cut, key=lambda block: (block.kind, block.depth))
    return tuple(Block(kind, "\n".join(block.text for block in run), depth) for (kind, depth), run in runs)


def _blocks(text: str) -> tuple[Block, ...]:
    page = Page(text)
    mark_patches(page)
    mark_quoted_lines(page)
    mark_footers(page)
    mark_answered(page)
    page.settle_blank_lines()
    mark_signatures(page)
    return tuple(page.merged())


def own_words(text: str) -> str:
    """The author's own words, without quotes, attributions, forwards, signature and footer; "" when none remain.

    Patches and code stay: people search for the names in them, and two versions of a patch below the same words are two
    posts, which `own_words_digest` must tell apart. Who wants prose only takes the blocks that are "own".
    """
    return own_words_of(blocks(text))


def own_words_of(cut: Iterable[Block]) -> str:
    """The same of a text that was cut into its blocks."""
    own = (_trimmed(block.text) for block in cut if block.kind in _OWN)
    return "\n\n".join(words for words in own if words)


def own_words_digest(own: str) -> bytes:
    """16 bytes that are equal for the same words however they were wrapped or spaced; case counts."""
    folded = " ".join(composed(own).split())
    return hashlib.sha256(folded.encode("utf-8", "surrogatepass")).digest()[:16]


def quoted(text: str, attribution: str) -> str:
    """The beginning of a reply: the attribution line, then the author's own words, quoted.

    Where there are none, all there is stands quoted one level deeper, without the author's signature, the list's
    footer, and addresses in the attributions of older quotes. Several blank lines become one. "" where nothing is left.
    """
    cut = blocks(text)
    own = own_words_of(cut)
    lines = [f"> {line}".rstrip() for line in own.split("\n")] if own else _all_quoted(cut)
    body = _BLANK_ROWS.sub(">\n", _trimmed("\n".join(lines), ">"))
    return f"{attribution}\n{body}" if body else ""


def _all_quoted(cut: Iterable[Block]) -> list[str]:
    lines: list[str] = []
    for block in cut:
        if block.kind in ("signature", "footer"):
            continue
        words = _ADDRESS.sub("", block.text) if block.kind == "attribution" else block.text
        lines += (_deepened(line.rstrip(), block) for line in words.split("\n"))
    return lines


def _deepened(line: str, block: Block) -> str:
    if not line:
        return ">"
    depth, words = quote_depth(line) if block.depth else (0, line)
    return ("> " * (max(depth, block.depth) + 1) + words).rstrip()


def _trimmed(text: str, blank: str = "") -> str:
    """Without blank lines (or lines of `blank`) at both ends, and without blanks at the ends of lines."""
    lines = [line.rstrip() for line in text.split("\n")]
    filled = [at for at, line in enumerate(lines) if line.strip(BLANK) not in ("", blank)]
    return "\n".join(lines[filled[0] : filled[-1] + 1]) if filled else ""
