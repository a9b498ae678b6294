"""format=flowed undone (RFC 3676): paragraphs become one line each, for the screen to wrap as it likes."""

from __future__ import annotations

from typing import Final

_SIGNATURE: Final = "-- "


def unflow(text: str, *, delsp: bool = False) -> str:
    """Join the flowed lines of a text; `delsp` is the DelSp parameter (RFC 3676, 4.1).

    Quoted paragraphs come out as `>>` for their depth, a blank, and the text. The signature separator is never joined,
    and an empty line always ends a paragraph.
    """
    lines: list[str] = []
    paragraph: list[str] = []
    open_depth = -1
    for line in text.split("\n"):
        depth, content = _unstuffed(line)
        if depth != open_depth or content in (_SIGNATURE, ""):
            _finish(lines, paragraph, open_depth)
            open_depth = depth
        flows = content.endswith(" ") and content != _SIGNATURE
        paragraph.append(content[:-1] if flows and delsp else content)
        if not flows:
            _finish(lines, paragraph, depth)
            open_depth = -1
    _finish(lines, paragraph, open_depth)
    return "\n".join(lines)


def _unstuffed(line: str) -> tuple[int, str]:
    """The quote depth of a line, and its text without the blank that space-stuffing put before it (RFC 3676, 4.4)."""
    content = line.lstrip(">")
    depth = len(line) - len(content)
    return depth, content.removeprefix(" ")


def _finish(lines: list[str], paragraph: list[str], depth: int) -> None:
    if not paragraph:
        return
    content = "".join(paragraph)
    if content.startswith(">"):  # it was stuffed, and keeps its blank: without it, it would be read as a quote
        content = f" {content}"
    prefix = ">" * depth
    lines.append(f"{prefix} {content}" if prefix and content else prefix + content)
    paragraph.clear()
