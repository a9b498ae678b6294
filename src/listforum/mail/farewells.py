"""How people end a mail by hand: "Best regards," and their name, "-Maria", or a block of name, telephone and address.

A signature is only taken for one where other words of the author stand above it: thanks and a name may be all that a
mail says.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_LONGEST_FAREWELL: Final = 48
_LONGEST_NAME: Final = 40
_NAME_WORDS: Final = 4
_LINES_BELOW: Final = 8
_LONGEST_BELOW: Final = 60
_CARD_LINES: Final = 7
_RULED_CARD_LINES: Final = 14

_FAREWELLS: Final = frozenset(
    phrase.strip()
    for phrase in """
    regards | best regards | kind regards | warm regards | kindest regards | with kind regards | with best regards
    many thanks and regards | thanks & regards | thanks and regards | thanks and best regards | best | all the best
    best wishes | with best wishes | sincerely | yours sincerely | sincerely yours | yours truly | yours faithfully
    cheers | thanks | many thanks | thank you | thanks again | thanks in advance | thank you in advance | respectfully
    take care | have a nice day | have a great day | greetings | thx | rgds | br | wbr | kr | yours | warmly | cordially
    saludos | un saludo | saludos cordiales | un cordial saludo | atentamente | atte | muchas gracias | gracias
    gracias de antemano | un abrazo | abrazos | slds | cordialmente
    abraços | um abraço | abraço | atenciosamente | att | cumprimentos | com os melhores cumprimentos | obrigado
    obrigada | desde já obrigado | grato | grata | []s | saudações
    cordialement | bien cordialement | amicalement | salutations | merci | merci d'avance | merci d’avance | bien à vous
    bonne journée | bonne soirée | sincères salutations | respectueusement | meilleures salutations | à bientôt
    mit freundlichen grüßen | mit freundlichen grüssen | mit freundlichem gruß | freundliche grüße | freundliche grüsse
    viele grüße | viele grüsse | beste grüße | liebe grüße | schöne grüße | herzliche grüße | gruß | gruss | grüße
    mfg | vg | lg | danke | vielen dank | vielen dank im voraus | mit besten grüßen
    cordiali saluti | distinti saluti | saluti | un saluto | grazie | ciao
    met vriendelijke groet | met vriendelijke groeten | vriendelijke groet | groet | groeten | groetjes | mvg | bedankt
    med venlig hilsen | venlig hilsen | mange hilsner | hilsen | mvh | kh | vh | med vennlig hilsen | vennlig hilsen
    med vänlig hälsning | med vänliga hälsningar | vänliga hälsningar | hälsningar | ystävällisin terveisin | terveisin
    pozdrawiam | pozdrawiam serdecznie | z poważaniem | z powazaniem | dziękuję | s pozdravem | děkuji
    с уважением | с наилучшими пожеланиями | спасибо | заранее спасибо | з повагою | дякую | всего доброго
    saygılarımla | iyi çalışmalar | teşekkürler | με εκτίμηση | ευχαριστώ
    祝好 | 谢谢 | 謝謝 | 此致敬礼 | 此致 | 敬礼 | 順頌商祺 | よろしくお願いします | よろしくお願いいたします
    以上、よろしくお願いいたします | 감사합니다
    مع التحية | تحياتي | مع خالص التحية | شكرا | شكراً | مع أطيب التحيات | با احترام | با تشکر | با سپاس | ارادتمند
    سپاس | בברכה | תודה
    """.replace("\n", "|").split("|")
    if phrase.strip()
)
_CONTACT: Final = re.compile(
    r"(?:https?://|www\.)\S+$|[^\s@]{1,64}@[^\s@]{1,255}$|<?[\w.+-]{1,64}@[\w.-]{1,255}>?$"
    r"|(?:(?:tel|phone|mobile|cell|fax|skype|mob|office|direct|tél|móvil|m|t|f|p|w|e|e-?mail|web)\b\W{0,3})?"
    r"\+?[(\d][\d\s().-]{6,24}$",
    re.IGNORECASE,
)
_DASHED_NAME: Final = re.compile(r"(?:[-–—~] ?|//?)(?=\w)")
_NO_NAME: Final = re.compile(r"[\d/@:;?!<>=\\|{}#%]|^\W*$")
_NO_SIGNATURE: Final = re.compile(r"(?:p\.? ?[sd]|n\.? ?b|btw)\b|\[?\d{1,3}[\])\t.:]|\W{3,}$", re.IGNORECASE)
"""An afterthought, a footnote, a line of a listing, a line that only draws: what no signature has below the name."""

_SENTENCE_END: Final = ("?", "!", ";", ".")
_TITLE_WORDS: Final = 4
_SENTENCE: Final = 8


def farewell_start(lines: Sequence[str], start: int, end: int) -> int:
    """Where, in the run of own lines `start` to `end` (excluded), a farewell by hand begins; `end` when there is none.

    Lines are stripped. Only the last lines are looked at.
    """
    filled = [at for at in range(max(start, end - 4 * _LINES_BELOW), end) if lines[at]]
    if not filled:
        return end
    last = filled[-1]
    if _is_dashed_name(lines, filled):
        end = last
        filled.pop()
    for place in range(len(filled) - 1, max(-1, len(filled) - 2 - _LINES_BELOW), -1):
        if _is_farewell(lines[filled[place]]) and _is_name_and_more([lines[at] for at in filled[place + 1 :]]):
            return filled[place]
    return min(end, _card_start(lines, filled, end))


def _is_farewell(line: str) -> bool:
    return len(line) <= _LONGEST_FAREWELL and line.rstrip(" ,.!،，。~-:)").casefold() in _FAREWELLS


def _is_name_and_more(below: Sequence[str]) -> bool:
    """Whether the lines below a farewell are a name, and perhaps what else belongs to a person, but no prose."""
    return bool(below) and len(below) <= _LINES_BELOW and _is_name(below[0]) and not any(map(_is_prose, below[1:]))


def _is_name(line: str) -> bool:
    words = line.rstrip(".,").split()
    if not 1 <= len(words) <= _NAME_WORDS or len(line) > _LONGEST_NAME or _NO_NAME.search(line):
        return False
    return len(words) == 1 or not any(word[0].islower() for word in (words[0], words[-1]))


def _is_prose(line: str) -> bool:
    if len(line) > _LONGEST_BELOW or _NO_SIGNATURE.match(line) or line.endswith((":", "：")):
        return True
    if line.endswith("。"):
        return len(line) > _SENTENCE
    return line.endswith(_SENTENCE_END) and len(line.split()) > _TITLE_WORDS


def _is_dashed_name(lines: Sequence[str], filled: Sequence[int]) -> bool:
    """Whether the last line is a dash and a name, as "-Maria", and no item of a list."""
    line = lines[filled[-1]]
    dash = _DASHED_NAME.match(line)
    if dash is None or len(filled) < 2 or lines[filled[-1] - 1]:
        return False
    name = line[dash.end() :]
    return _is_name(name) and name[0].isupper() and not lines[filled[-2]].startswith(("-", "–", "*", "+", "/"))


def _card_start(lines: Sequence[str], filled: Sequence[int], end: int) -> int:
    """Where a last paragraph begins that is a name and how to reach it; `end` when there is none."""
    if not filled:
        return end
    first = filled[-1]
    while first > filled[0] and lines[first - 1]:
        first -= 1
    card = [lines[at] for at in filled if at >= first]
    if 2 <= len(card) <= _CARD_LINES and first > filled[0] and _is_card(card):
        return first
    return end


def is_ruled_card(below: Sequence[str]) -> bool:
    """Whether the lines below a ruled line are no prose, and tell at least twice how to reach somebody."""
    if len(below) > _RULED_CARD_LINES or any(map(_is_prose, below)):
        return False
    return sum(_CONTACT.match(line) is not None for line in below) > 1


def _is_card(card: Sequence[str]) -> bool:
    reached = sum(_CONTACT.match(line) is not None for line in card)
    return _is_name(card[0]) and reached > 0 and 2 * reached >= len(card) - 2 and not any(map(_is_prose, card))
