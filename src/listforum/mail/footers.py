"""What mailing list software adds below a post: names of the list, how to leave it, where its archive is.

Known shapes: Mailman 2 and 3, Google Groups, groups.io, Yahoo Groups, Sympa, LISTSERV, majordomo, and Pipermail's
notes on attachments it took off.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from listforum.mail.originals import label_kind
from listforum.mail.page import DRAWN_WITH, Page, is_rule

_LINE: Final = 200
_SHORT_RULE: Final = 5
_FOOTER_QUESTIONS: Final = 200
_PARAGRAPH_LINES: Final = 14
_TAIL_LINES: Final = 40

_LIST_WORDS: Final = re.compile(
    r"mailing[- ]?lists?\b|listinfo|unsubscri|subscribe|subscription|list archives?|list guidelines|/mailman|mailman3?/"
    r"|postorius|hyperkitty|lists?\.[a-z]|groups\.google\.com|google groups|groups\.io|yahoo! groups|listserv|sympa"
    r"|d[ée?]{1,2}sabonn|d[ée?]{1,2}sinscri|liste de diffusion|liste de discussion"
    r"|lista de (?:correo|discus|distribu|e-?mail)|cancelar (?:la |a |su )?(?:suscripci|inscri|assinatura)"
    r"|majordomo|darse de baja"
    r"|mailingliste|abmelde|abbestell|austragen|lista di discussione|disiscri|mailinglijst|afmelden|uitschrijven"
    r"|отпис|рассылк|розсилк|відпис|lista dyskusyjna|wypisa"
    r"|退订|退訂|取消订阅|取消訂閱|邮件列表|郵件列表|メーリングリスト|退会|配信停止"
    r"|قائمة بريدية|القائمة البريدية|إلغاء الاشتراك|فهرست پستی|لغو اشتراک|لغو عضویت|گروه پستی"
    r"|e-?posta listesi|abonelik|postilista|e-?postlist|sändlista|λίστα",
)
_MACHINE_WORDS: Final = re.compile(
    r"you received this message because you (?:are|were) subscribed"
    r"|to unsubscribe from this group and stop receiving"
    r"|to unsubscribe from this list: send"
    r"|to unsubscribe from the .{1,80} list, click"
    r"|to unsubscribe send an email to "
    r"|groups\.io links: you receive all messages"
    r"|vous recevez ce message,? car vous êtes abonné"
    r"|você está recebendo esta mensagem porque se inscreveu"
    r"|شما به این دلیل این پیام را دریافت"
    r"|تلقيت هذه الرسالة لأنك"
    r"|您收到此邮件是因为您订阅了"
    r"|bu iletiyi google gruplar"
    r"|has recibido este mensaje porque est"
    r"|você recebeu essa mensagem porque está inscrito"
    r"|sie erhalten diese nachricht, weil sie in"
    r"|вы получили это сообщение, поскольку подписаны",
    re.IGNORECASE,
)
_SCRUBBED: Final = re.compile(
    r"was scrubbed\.\.\.|foi limpo|foi removido|wurde (?:abgetrennt|entfernt|bereinigt)"
    r"|nettoy|eliminado|limpiad|usunięto",
    re.IGNORECASE,
)
_MACHINE_BEGINNINGS: Final = (
    *("You received", "To unsubscribe", "Groups.io", "Vous recevez", "Has recibido", "Você"),
    *("شما به این دلیل", "تلقيت هذه", "您收到此邮件", "Bu iletiyi"),
    *("Sie erhalten", "Вы получили", "An HTML attachment", "A non-text attachment", "An embedded"),
)
_SURE_WORDS: Final = re.compile(
    r"listinfo|unsubscri|subscription|/mailman|listserv|majordomo|groups\.(?:google|io)", re.IGNORECASE
)
_SITE: Final = re.compile(r"https?://|www\.|\w@\w|\w (?:at|em|en|a|bei) \w{1,40}\.", re.IGNORECASE)


def mark_footers(page: Page) -> None:
    """Marks what list software added.

    Goes from the end upward, so that in a text full of rules the last ones, where footers are, are looked at.
    """
    left = _FOOTER_QUESTIONS
    for at in range(len(page.lines) - 1, -1, -1):
        if page.kinds[at] or not _may_begin_footer(page.lines[at]):
            continue
        page.mark(at, _footer_end(page.lines, at), "footer")
        left -= 1
        if not left:
            return


def _may_begin_footer(line: str) -> bool:
    if line.startswith(_MACHINE_BEGINNINGS):
        return True
    return line[:1] in DRAWN_WITH and (len(line) < 3 or line[:2] * 2 == line[:4])


def _footer_end(lines: Sequence[str], start: int) -> int:
    """Where the list footer that begins with line `start` ends (excluded); `start` when none begins there.

    A footer at the end of the text goes on to it; one in the middle is one paragraph. Lines are stripped.
    """
    if _is_scrub_note(lines, start):
        return _paragraph_end(lines, start)
    if is_rule(lines[start]) or lines[start] in ("--", "-", "—", "__"):
        return _ruled_footer_end(lines, start)
    if _MACHINE_WORDS.match(lines[start]) and len(lines) - start <= _TAIL_LINES:
        return _tail_end(lines, start)
    return start


def _ruled_footer_end(lines: Sequence[str], start: int) -> int:
    first = _next_text(lines, start + 1)
    end = _paragraph_end(lines, first)
    paragraph = lines[first:end]
    if not paragraph or len(paragraph) > _PARAGRAPH_LINES or label_kind(paragraph[0]) == "from":
        return start
    if any(_MACHINE_WORDS.match(line) for line in paragraph):
        return _tail_end(lines, end)
    telling = sum(map(_tells_of_lists, paragraph))
    if len(lines[start]) < _SHORT_RULE and telling < 2 and not any(_SURE_WORDS.search(line) for line in paragraph):
        return start
    named = telling and any(_SITE.search(line) for line in paragraph) and _is_footer_talk(paragraph)
    return _tail_end(lines, end) if named else start


def _tells_of_lists(line: str) -> bool:
    return _LIST_WORDS.search(line[:_LINE].casefold()) is not None


def _tail_end(lines: Sequence[str], end: int) -> int:
    """The end of the text, when the little that is left after `end` is footer too; else the end of what is."""
    if len(lines) - end > _TAIL_LINES:
        return end
    while (first := _next_text(lines, end)) < len(lines):
        after = _paragraph_end(lines, first)
        paragraph = lines[first:after]
        if after - end > _PARAGRAPH_LINES or not _is_footer_talk(paragraph):
            return end
        end = after
    return len(lines)


def _is_footer_talk(paragraph: Sequence[str]) -> bool:
    """Whether a paragraph below a footer still is the software's: most of its lines name lists, sites or rules."""
    telling = [line for line in paragraph if _SITE.search(line[:_LINE]) or is_rule(line) or _tells_of_lists(line)]
    return 2 * len(telling) >= len(paragraph) and not any(line.startswith(">") for line in paragraph)


def _is_scrub_note(lines: Sequence[str], start: int) -> bool:
    line = lines[start]
    if line.startswith(("An ", "A ")):
        return line.endswith("was scrubbed...")
    if not (line.startswith("----------") and line.endswith("----------")):
        return False
    return any(_SCRUBBED.search(following[:_LINE]) for following in lines[start + 1 : start + 3])


def _next_text(lines: Sequence[str], start: int) -> int:
    while start < len(lines) and not lines[start]:
        start += 1
    return start


def _paragraph_end(lines: Sequence[str], start: int) -> int:
    end = start
    while end < len(lines) and lines[end] and end - start <= _PARAGRAPH_LINES:
        end += 1
    return end
