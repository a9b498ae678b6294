"""Two topics of a made-up list that hang together: answers with and without headers, quotes, and a changed subject."""

from __future__ import annotations

from collections.abc import Sequence

from mails import BEGAN, mail

CENSUS = """\
The ministry of statistics has published the census of 1991 as scanned pages.
They lie in eleven folders, one for each province, without any index.
Whoever wants to find a village has to leaf through four hundred pages.
I would like to type them into one table, with the help of this list.
Every volunteer would take ten pages, and somebody else would check them.
The names of the villages changed in 2004, so both names should be kept.
Please tell me which province you know best and how much time you have."""

ANSWER = """\
My grandmother comes from the valley of the two rivers, so I take that one.
The pages of the northern provinces are blurred beyond anything readable.
Somebody should ask the archive in the capital for the original volumes."""

MAPS = """\
While we are at it, the borders of the districts are drawn on those pages too.
A neighbour of mine has traced such maps before, with free programs only.
Should we collect the coordinates in the same table, or in one beside it?"""


def quoted(text: str, lines: int | None = None) -> str:
    """The first lines of a text, as mail programs quote them."""
    return "\n".join(f"> {line}" for line in text.splitlines()[:lines])


def mails() -> Sequence[bytes]:
    """1 is answered by 2 with a quote, and by 3 without headers; 4 answers 2 under another subject, and 5 answers 4."""
    wei = "Wei Chen <wei@example.org>"
    omar = "Omar Haddad <omar@example.org>"
    ana = "Ana Lopez <ana@example.org>"
    return (
        mail(1, subject="The census of 1991", text=CENSUS),
        mail(
            2,
            subject="Re: The census of 1991",
            author=omar,
            answers=[1],
            text=f"On 1 March 2026, Maria Silva wrote:\n{quoted(CENSUS)}\n\n{ANSWER}",
        ),
        mail(
            3,
            subject="Re: The census of 1991",
            author=wei,
            text=f"On 1 March 2026, Omar Haddad wrote:\n{quoted(ANSWER)}\n\nI know somebody in that archive.",
        ),
        mail(4, subject="Maps of the districts", author=ana, answers=[1, 2], text=MAPS),
        mail(
            5,
            subject="Re: Maps of the districts",
            author=wei,
            answers=[1, 2, 4],
            text=f"Ana Lopez wrote:\n{quoted(MAPS, 2)}\n\nBeside it.\n\nMaria wrote:\n{quoted(CENSUS, 3)}\n\nYes.",
        ),
    )


ANSWERED_AT = BEGAN + 2 * 3600
"""When the second of them was written."""
