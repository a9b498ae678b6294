"""HTML mail made readable: its words in order, quotes as "> " lines, links with their address, nothing that is hidden.

lxml reports tags and text as it meets them; no tree is built, so that neither depth nor size of a hostile mail costs
more than its length. Nothing is ever loaded from anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from listforum.mail.layout import Layout

_MAX_HTML: Final = 1_000_000
_MAX_URL: Final = 2000
_CHUNK: Final = 64 * 1024

_DROPPED: Final = frozenset(
    ("script", "style", "title", "template", "object", "svg", "math", "iframe", "noframes", "select", "textarea")
)
_PARAGRAPHS: Final = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "dl", "table", "pre", "figure", "blockquote"))
_LINE_TAGS: Final = (
    "div tr dt dd section article header footer address center form fieldset main nav aside caption figcaption details"
    " summary tbody body legend option"
)
_LINES: Final = frozenset(_LINE_TAGS.split())
_HIDDEN_STYLE = re.compile(
    r"display:none|visibility:hidden|mso-hide:all|max-height:0(?:px)?(?:;|!|\Z)|opacity:0(?:;|!|\Z)"
    r"|(?:left|top|text-indent):-[0-9]{3}"
)
_NO_MARGIN_STYLE = re.compile(r"margin:0(?:px|pt|cm|in|em)?(?:;|!|\Z)|margin-bottom:0\D")
_INDENT_ONLY_STYLE = re.compile(r"border(?:-left)?:(?:none|0|medium none)")
_NUMBER = re.compile(r"-?[0-9]{1,6}")
_SHOWN_SCHEMES: Final = ("http:", "https:", "mailto:", "ftp:", "news:", "nntp:", "xmpp:", "irc:", "magnet:", "gemini:")


def html_to_text(html: str) -> str:
    """The readable text of an HTML mail; never raises. Reads the first million characters."""
    from lxml import etree  # noqa: PLC0415 - 20 ms that only readers of HTML pay

    reader = _Reader()
    parser = etree.HTMLParser(target=reader, encoding="utf-8", no_network=True)
    data = html[:_MAX_HTML].encode("utf-8", "replace")
    try:
        for start in range(0, len(data), _CHUNK):
            parser.feed(data[start : start + _CHUNK])
        parser.close()
    except etree.LxmlError:
        # What libxml2 gives up on is cut there: the text up to it stands.
        pass
    return reader.close()


@dataclass(slots=True)
class _Element:
    """An open element, and what is to be done at its end."""

    gap: int = 0
    quotes: bool = False
    list_: bool = False
    pre: bool = False
    href: str = ""
    suffix: str = ""


class _Reader:
    """Receives the parser's events (lxml's target interface)."""

    def __init__(self) -> None:
        self._layout = Layout()
        self._open: list[_Element] = []
        self._dropped_depth = 0
        self._counters: list[int | None] = []
        self._link_text: list[str] | None = None
        self._urls: set[str] = set()

    def start(self, tag: str, attrib: Mapping[str, str]) -> None:
        """An element begins."""
        style = "".join(attrib.get("style", "")[:1000].lower().split())
        if self._dropped_depth or tag in _DROPPED or "hidden" in attrib or _HIDDEN_STYLE.search(style):
            self._dropped_depth += 1
            return
        element = _Element()
        self._open.append(element)
        self._begin_block(tag, style, element)
        if tag == "a":
            self._begin_link(attrib.get("href", ""), element)
        elif tag == "img":
            self._image(attrib.get("alt", ""))
        elif tag in ("ul", "ol"):
            self._begin_list(tag, attrib.get("start", ""), element)
        elif tag == "li":
            self._begin_item()
        elif tag == "blockquote" and not _is_indent(attrib, style):
            element.quotes = True
            self._layout.quote(+1)

    def _begin_block(self, tag: str, style: str, element: _Element) -> None:
        if tag in _PARAGRAPHS:
            element.gap = 1 if tag == "p" and _NO_MARGIN_STYLE.search(style) else 2
        elif tag in _LINES:
            element.gap = 1
        if element.gap:
            self._layout.gap(element.gap)
        if tag == "br":
            self._layout.line_end()
        elif tag == "hr":
            self._layout.rule()
        elif tag in ("td", "th"):
            self._layout.column()
        elif tag == "pre":
            element.pre = True
            self._layout.preformatted(+1)
        elif tag == "q":
            element.suffix = '"'
            self._text('"')

    def _begin_list(self, tag: str, start: str, element: _Element) -> None:
        element.list_ = True
        element.gap = 1 if self._counters else 2
        self._layout.gap(element.gap)
        first = int(start) if _NUMBER.fullmatch(start) else 1
        self._counters.append(first if tag == "ol" else None)
        self._layout.indent(+1)

    def _begin_item(self) -> None:
        counter = self._counters[-1] if self._counters else None
        self._layout.gap(1)
        self._layout.bullet("* " if counter is None else f"{counter}. ")
        if counter is not None:
            self._counters[-1] = counter + 1

    def _begin_link(self, href: str, element: _Element) -> None:
        element.href = "".join(href.split()) or "#"
        self._link_text = []

    def _image(self, alternative: str) -> None:
        words = " ".join(alternative.split())
        if any(map(str.isalnum, words)):
            self._text(f"[{words[:500]}]")

    def end(self, tag: str) -> None:  # noqa: ARG002 - lxml's target interface
        """An element ends; the parser sees to it that every beginning has its end."""
        if self._dropped_depth:
            self._dropped_depth -= 1
            return
        if not self._open:
            return
        element = self._open.pop()
        if element.suffix:
            self._text(element.suffix)
        if element.href:
            self._end_link(element.href)
        if element.quotes:
            self._layout.quote(-1)
        if element.list_:
            self._counters.pop()
            self._layout.indent(-1)
        if element.pre:
            self._layout.preformatted(-1)
        if element.gap:
            self._layout.gap(element.gap)

    def _end_link(self, href: str) -> None:
        text = " ".join("".join(self._link_text or []).split())
        self._link_text = None
        if not text or len(href) > _MAX_URL or not href.lower().startswith(_SHOWN_SCHEMES) or href in self._urls:
            return
        self._urls.add(href)
        address = href.removeprefix("mailto:")
        if _bare(address) not in _bare(text):
            self._layout.text(f" <{address}>")

    def data(self, data: str) -> None:
        """Text, in pieces of any size."""
        if not self._dropped_depth:
            self._text(data)

    def _text(self, text: str) -> None:
        if self._link_text is not None:
            self._link_text.append(text[:_MAX_URL])
        self._layout.text(text)

    def close(self) -> str:
        """The readable text of all that was received."""
        return self._layout.result()


def _is_indent(attrib: Mapping[str, str], style: str) -> bool:
    """Whether a blockquote only moves text to the right, as the indent button of web mailers does."""
    if "quote" in attrib.get("class", "").lower() or attrib.get("type", "").lower() == "cite":
        return False
    return _INDENT_ONLY_STYLE.search(style) is not None


def _bare(url: str) -> str:
    """A URL as people write it: no scheme, no slash at the end."""
    return url.lower().removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")
