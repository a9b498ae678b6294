"""What an attribution claims of the mail that is quoted below it: who wrote it, from which address, and when."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from listforum.mail.attributions import WRITTEN
from listforum.mail.moments import TAKEN, folded, take_moments
from listforum.mail.months import month_named, without_accents
from listforum.mail.originals import label_kind, marker

_LONGEST: Final = 2_000
_LONGEST_NAME: Final = 80
_MOST_WORDS: Final = 8
_MOST_NAMES: Final = 6
_FIELDS: Final = 24

_MESSAGE_ID: Final = re.compile(
    r"(?:in (?:message|article|news|msg)|news:|message-id:) ?(?:news:)?<?[^\s<>]{1,200}@[^\s<>]{1,200}>?"
)
_ADDRESS: Final = re.compile(
    r"[<\[(]{0,2}(?:mailto:)?([^\s<>()\[\]@,;:\"]{1,64}@[^\s<>()\[\]@,;:\"\0]{1,255})(?:[>\])]|$)?"
)
_SPELT_OUT: Final = re.compile(
    r"[<\[(]{0,2}(?:mailto:)?(?<![\w.+-])([\w.+=-]{1,64}) (?:at|em|en|bei|chez|a|à) "
    r"([\w-]{1,63}(?:\.[\w-]{1,63}){0,7}\.[^\W\d_]{2,24})[>\])]?"
)
_VIA: Final = re.compile(r" \(?(?:via|über|por meio de|a través de|через|经由|經由|عبر|از طریق) [^\0]*")
_FOR_ANOTHER: Final = re.compile(
    r"\b(?:on behalf of|im auftrag von|de la part de|en nombre de|em nome de|per conto di|namens|от имени)\b|代表|대신"
)
_BEGINNING: Final = re.compile(
    r"\A[\W_]{0,40}(?:forwarded message from|forwarded by|quoting|quoted|citando a|citando|zitat von|citation de|"
    r"citat från|цитата|цитирую|selon|sometime around)\b"
)
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’?.-][^\W\d_]+)*")
_PARENTHESES: Final = re.compile(r"\(([^()]*)\)")
_JOINED: Final = re.compile(
    r"写道|寫道|写到|写于|書きました|書いた|さんのメール|さんは|님이|님께서|작성한 메시지|작성|씀"
)
_EDGE: Final = "׳ \t\"'“”„«»‹›`*_|,，、;:：.。-–—~=<>[]{}+!؟،#"

_AUXILIARY: Final = frozenset({"", "?", "a", "ha", "hat", "has", "have"})
_AROUND: Final = frozenset(
    folded(
        "on at in the by from of around about for said date time message mail email post "
        "el la las los lo a al del de dia día a.m p.m hora horas hs mensaje "
        "em no na às as da do dia h mensagem le à au du vers il alle ore ha scritto del giorno nel data "
        "am um uhr den der dem hat von gegen nachricht op om schreef het den kl klo på d "
        "dnia w dniu o g godz r dne v "
        "в во г года года. от пользователь пользователя р о року στις την στο ο η χρήστης χρηστης μ.μ π.μ "
        "tarihinde saat günü tarihli في بتاريخ الساعة يوم عند من قام "
        "در تاریخ ساعت روز و توسط בתאריך ביום בשעה ב יום מאת "
        "在 于 於 日 時 vào lúc ngày thứ đã thg kl. i "
        "ora szerint idején időpontban dátummal nap user użytkownik "
        "you vous tu usted você du sie вы ты someone somebody "
        "تمت كتابة ما يلي بواسطة şunu đã viết th "
        "utc gmt est edt cst cdt mst mdt pst pdt cet cest bst msk ist jst aest"
    ).split()
)
_NAMES_TOO: Final = frozenset(
    (
        *("al", "an", "da", "de", "del", "den", "der", "di", "do", "dom", "du", "la", "le", "ma", "man", "mar", "mo"),
        *("ne", "per", "sa", "sal", "sam", "so", "su", "ti", "to", "tor", "van", "von"),
    )
)
_WEEKDAYS: Final = frozenset(
    folded(
        "mon tue tues wed thu thur thurs fri sat sun monday tuesday wednesday thursday friday saturday sunday "
        "lunes martes miércoles jueves viernes sábado domingo lun mar mié jue vie sáb dom "
        "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira segunda terça quarta quinta sexta "
        "seg ter qua qui sex "
        "lundi mardi mercredi jeudi vendredi samedi dimanche mer jeu ven sam dim "
        "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so "
        "lunedì martedì mercoledì giovedì venerdì sabato domenica gio "
        "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag ma wo vr za zo "
        "mandag tirsdag onsdag torsdag fredag lørdag søndag måndag tisdag lördag söndag "
        "man tir ons tor tors fre lør søn mån tis lör sön "
        "maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai ti ke to pe la su "
        "poniedziałek wtorek środa czwartek piątek sobota niedziela pon wt śr czw pt sob niedz ndz "
        "pondělí úterý středa čtvrtek pátek neděle po út st čt pá so ne "
        "понедельник вторник среда среду четверг пятница пятницу суббота субботу воскресенье пн вт ср чт пт сб вс "
        "понеділок середа пʼятниця субота неділя нд "
        "δευτέρα τρίτη τετάρτη πέμπτη παρασκευή σάββατο κυριακή δευ τρι τετ πεμ παρ σαβ κυρ "
        "pazartesi salı çarşamba perşembe cuma cumartesi pazar pzt sal çar per cum cmt paz "
        "الاثنين الإثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد شنبه یکشنبه دوشنبه سه‌شنبه چهارشنبه پنجشنبه جمعه "
        "א ב ג ד ה ו ש ראשון שני שלישי רביעי חמישי שישי שבת "
        "周一 周二 周三 周四 周五 周六 周日 星期一 星期二 星期三 星期四 星期五 星期六 星期日 星期天 "
        "週一 週二 週三 週四 週五 週六 週日 "
        "月 火 水 木 金 土 日 월 화 수 목 금 토 일 월요일 화요일 수요일 목요일 금요일 토요일 일요일"
    ).split()
)


@dataclass(frozen=True, slots=True)
class Claim:
    """What an attribution tells, nothing of it proven.

    `names` are display names, `addresses` addr-specs, both as `folded` and without repeats. `moments` are the seconds
    since 1970 that the told time may mean, a time without a zone taken for UTC, a day without a time for its midday.
    """

    names: tuple[str, ...]
    addresses: tuple[str, ...]
    moments: tuple[int, ...]


def fold_name(name: str) -> str:
    """A display name as claims hold it."""
    return folded(name[:_LONGEST]).strip(_EDGE)


def name_forms(name: str) -> frozenset[str]:
    """All forms in which claims may hold a display name: `fold_name`, and as old archives show it that lost letters."""
    plain = fold_name(name)
    lost = ("".join(char if char.isascii() else mark for char in plain) for mark in ("?", "??"))
    return frozenset((plain, without_accents(plain), *lost)) - {""}


def claim(attribution: str) -> Claim:
    """What the text of an attribution block tells of the quoted mail; never raises, bounded in time."""
    rows = attribution[:_LONGEST].split("\n")
    fields = _fields(rows)
    if not fields:
        return _told(" ".join(row for row in rows if marker(row) is None or "@" in row))
    people = [_told(value) for kind, value in fields if kind == "from"]
    moments = [take_moments(folded(value))[0] for kind, value in fields if kind == "date"]
    return Claim(
        tuple(dict.fromkeys(name for told in people for name in told.names)),
        tuple(dict.fromkeys(address for told in people for address in told.addresses)),
        next(filter(None, moments), ()),
    )


def _fields(rows: list[str]) -> list[tuple[str, str]]:
    """The header fields that an attribution shows, each with its kind and unfolded value; [] when it shows none."""
    fields: list[tuple[str, str]] = []
    for row in rows[:_FIELDS]:
        text = row.strip().lstrip("*_|> ")
        kind = label_kind(text)
        if kind:
            fields.append((kind, text.replace("：", ":").partition(":")[2].lstrip("*_ ")))
        elif fields and text:
            kind, value = fields[-1]
            fields[-1] = kind, f"{value} {text}"
    return fields if any(kind in ("from", "date") for kind, _ in fields) else []


def _told(text: str) -> Claim:
    """What a sentence tells, or the value of a From field."""
    rest = _MESSAGE_ID.sub(TAKEN, folded(text))
    addresses = tuple(dict.fromkeys(_addresses(rest)))
    rest = _SPELT_OUT.sub(TAKEN, _ADDRESS.sub(TAKEN, rest))
    moments, rest = take_moments(rest)
    return Claim(tuple(_names(rest)), addresses, moments)


def _addresses(text: str) -> list[str]:
    told = [match[1].rstrip(".") for match in _ADDRESS.finditer(text)]
    return told + [f"{match[1]}@{match[2]}" for match in _SPELT_OUT.finditer(_ADDRESS.sub(TAKEN, text))]


def _names(rest: str) -> list[str]:
    """The names in what is left of an attribution when its times and addresses are taken out."""
    rest = _BEGINNING.sub(TAKEN, rest, count=1)
    rest = _FOR_ANOTHER.sub(TAKEN, rest)
    rest = _WORD.sub(lambda word: TAKEN if word[0] in WRITTEN else word[0], _JOINED.sub(TAKEN, rest))
    names: list[str] = []
    for piece in _VIA.sub(TAKEN, rest).split(TAKEN):
        for name in (reading for start in _beginnings(piece) for reading in _readings(start)):
            if name not in names and _may_be_name(name):
                names.append(name)
    return names[:_MOST_NAMES]


def _without_beginning(piece: str) -> str:
    """A piece of text without the words that only lead from a time to a name, and without what is nothing else."""
    told = [part for part in piece.split(",") if not all(_leads(word) or _is_month(word) for word in part.split())]
    words = ",".join(told).split()
    while words and _leads(words[0]):
        words.pop(0)
    while len(words) > 1 and words[-1].strip(_EDGE) in _AUXILIARY:
        words.pop()
    return " ".join(words)


def _beginnings(piece: str) -> list[str]:
    """A piece without the words that lead to a name; and with the last of them, where that is a name as well."""
    bare = _without_beginning(piece)
    last = piece[: piece.find(bare)].split()[-1:] if bare else []
    return [bare, *(f"{word} {bare}" for word in last if word in _NAMES_TOO)]


def _is_month(word: str) -> bool:
    return month_named(word.strip(_EDGE)) is not None


def _leads(word: str) -> bool:
    bare = word.strip(_EDGE + "()")
    return not any(char.isalpha() for char in bare) or bare in _AROUND or bare in _WEEKDAYS


def _readings(piece: str) -> list[str]:
    """A name as it stands; without and as what stands in parentheses; "Silva, Maria" the other way round too."""
    whole = piece.strip(_EDGE)
    readings = [whole]
    if inside := _PARENTHESES.search(whole):
        readings += [_PARENTHESES.sub(" ", whole), inside[1]]
    family, comma, given = whole.partition(",")
    if comma and "," not in given:
        readings.append(f"{given.strip(_EDGE)} {family.strip(_EDGE)}")
    return [" ".join(reading.split()).strip(_EDGE) for reading in readings]


def _may_be_name(text: str) -> bool:
    return len(text) <= _LONGEST_NAME and len(text.split()) <= _MOST_WORDS and any(char.isalpha() for char in text)
