"""How mail programs set off a whole mail inside another: "-----Original Message-----", a group of its header fields,
"Begin forwarded message:", in the languages of our people."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal


def _plain(text: str) -> str:
    """Folded for looking up: no case, no accents, which mail programs of old lost, single blanks."""
    if not text.isascii():
        decomposed = unicodedata.normalize("NFD", text)
        text = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(text.casefold().split())


def _phrases(table: str) -> frozenset[str]:
    """The phrases of a table, one language or two a line, separated by bars."""
    return frozenset(_plain(phrase) for line in table.split("\n") for phrase in line.split("|") if phrase.strip())


_DASHES: Final = " \t*_-=—–―~#>"

_ORIGINAL: Final = _phrases(
    """
    original message | original mail | original email | reply message | replied message
    mensaje original | mensagem original | messaggio originale | missatge original
    message d'origine | message d’origine | message original | message initial
    ursprüngliche nachricht | urspr?ngliche nachricht | originalnachricht | original-nachricht
    ursprüngliche mail | oorspronkelijk bericht | origineel bericht
    исходное сообщение | оригинальное сообщение | вихідне повідомлення | оригінальне повідомлення
    oryginalna wiadomość | wiadomość oryginalna | wiadomość pierwotna | původní zpráva
    原始邮件 | 原始郵件 | 邮件原件 | 原始信件 | 原始消息 | 元のメッセージ | オリジナルメッセージ
    원본 메시지
    الرسالة الأصلية | پیام اصلی | نامه اصلی | הודעה מקורית
    orijinal ileti | orijinal mesaj | özgün ileti | özgün mesaj
    ursprungligt meddelande | originalmeddelande | oprindelig meddelelse | oprindelig besked
    opprinnelig melding | alkuperäinen viesti | αρχικό μήνυμα | eredeti üzenet
    """
)
_FORWARDED: Final = _phrases(
    """
    forwarded message | forwarded mail | forwarded email | begin forwarded message
    mensaje reenviado | inicio del mensaje reenviado | mensagem encaminhada | mensagem reencaminhada
    início da mensagem encaminhada | início da mensagem reencaminhada
    message transféré | message transf?r? | début du message transféré | début du message réexpédié
    weitergeleitete nachricht | anfang der weitergeleiteten nachricht
    anfang der weitergeleiteten e-mail
    messaggio inoltrato | inizio messaggio inoltrato | doorgestuurd bericht | begin doorgestuurd bericht
    пересылаемое сообщение | пересланное сообщение | пересылаемое письмо
    начало переадресованного сообщения | начало переадресованного письма
    переслане повідомлення | початок переадресованого повідомлення
    wiadomość przekazana dalej | przekazana wiadomość | wiadomość przekazana
    treść przekazanej wiadomości
    转发的邮件 | 转发邮件信息 | 已转发的邮件 | 下面是被转发的邮件 | 轉寄郵件 | 轉寄信件 | 転送メッセージ
    転送されたメッセージ
    الرسالة المعاد توجيهها | رسالة معاد توجيهها | رسالة مُعاد توجيهها | بدء الرسالة المُحوّلة
    پیام هدایت‌شده | پیام فوروارد شده | پیام ارسال‌شده | شروع پیام هدایت‌شده
    iletilen mesaj | iletilmiş mesaj | yönlendirilen ileti | başlangıç iletilen mesaj
    vidarebefordrat meddelande | vidarebefordrat brev | vidarebefordrat mejl
    videresendt meddelelse | videresendt besked | start på videresendt besked | videresendt melding
    välitetty viesti | edelleenlähetetty viesti | alkaa välitetty viesti
    προωθημένο μήνυμα | προωθούμενο μήνυμα | αρχή προωθημένου μηνύματος
    """
)
_FORWARDED_FROM: Final = ("forwarded message from ", "forwarded by ", "forwarded message begins", "forwarded here")
_FORWARDED_END: Final = ("end forwarded message", "end of forwarded message", "end of forwarded", "end forwarded")

_LABELS: Final = {
    "from": """
        from | de | von | da | van | от | от кого | від | od | från | fra | lähettäjä | από
        发件人 | 寄件者 | 寄件人 | 差出人 | 送信者 | 보낸 사람 | من | از | kimden | gönderen | מאת | feladó
        expéditeur | remitente | remetente | mittente | absender
    """,
    "date": """
        date | sent | date sent | sent at | sent on | fecha | enviado | enviado el | enviada em | enviado em
        data | envoyé | envoyé le | envoy? | message du | gesendet | gesendet am | datum | inviato
        inviato il | verzonden | verzonden op | отправлено | дата | надіслано | wysłano | wysłane | skickat
        sendt | dato | lähetetty | päivämäärä | päiväys | στάλθηκε | ημερομηνία | ημ/νία | odesláno
        发送时间 | 发送日期 | 日期 | 时间 | 寄件日期 | 傳送時間 | 送信日時 | 日時 | 보낸 날짜 | 날짜
        التاريخ | تم الإرسال | أرسل | أُرسلت | تاریخ | ارسال شده | فرستاده شده | ارسال | زمان
        gönderildi | gönderme tarihi | tarih | נשלח | תאריך | elküldve | dátum
    """,
    "to": """
        to | para | à | a | ? | an | aan | кому | do | till | til | vastaanottaja | προς | komu | címzett
        收件人 | 收件者 | 宛先 | 받는 사람 | إلى | الى | به | گیرنده | kime | alıcı | אל | destinataire
        destinatario | destinatário | empfänger
    """,
    "subject": """
        subject | asunto | assunto | objet | sujet | betreff | oggetto | onderwerp | тема | temat
        ämne | emne | aihe | θέμα | předmět | tárgy | 主题 | 主旨 | 主題 | 件名 | 제목 | الموضوع | موضوع
        konu
        נושא
    """,
    "cc": """
        cc | bcc | copie | copie à | copia | kopie | копия | копія | dw | kopia | kopio | κοιν | κοιν.
        抄送 | 副本 | 참조 | نسخة | رونوشت | bilgi | con copia | másolat
    """,
    "other": """
        reply-to | sent by | importance | attachments | priority | message-id | organization | risposta
        sender | list-id | newsgroups | resent-from | responder a | répondre à | antwort an | wichtigkeit
        anlagen | importancia | antwoord aan
    """,
}
_LABEL_KINDS: Final = {label: kind for kind, labels in _LABELS.items() for label in _phrases(labels)}
_LONGEST_PHRASE: Final = 200
_LONGEST_LABEL: Final = 32
_GROUP_LINES: Final = 24
_CONTINUATIONS: Final = 3

Marker = Literal["original", "forwarded", "end"]


@dataclass(frozen=True, slots=True)
class HeaderGroup:
    """Header fields of a mail written into the text: lines up to `end` (excluded), and the kinds of field seen."""

    end: int
    kinds: frozenset[str]


_PROCESSED_BY: Final = "original message processed by "
"""What one program writes above an original, neither dashed nor with a colon."""


def marker(line: str) -> Marker | None:
    """What a separator line says: an original below, a forwarded mail below, or the end of one."""
    words = line.strip(_DASHES)
    if len(words) > _LONGEST_PHRASE:
        return None
    dashed = len(line) - len(words) >= 4 and line[:1] in "-_*=—–―~#"
    text = _plain(words.rstrip(":："))
    if text.startswith(_PROCESSED_BY) and len(words) <= _LONGEST_LABEL + len(_PROCESSED_BY):
        return "original"
    if not (dashed or words.endswith((":", "："))):
        return None
    if text in _FORWARDED or (dashed and text.startswith(_FORWARDED_FROM)):
        return "forwarded"
    if dashed and text in _ORIGINAL:
        return "original"
    return "end" if dashed and text.startswith(_FORWARDED_END) else None


def label_kind(line: str) -> str | None:
    """The kind of header field a line looks like: from, date, to, subject, cc, other; None when it is none."""
    label, colon, _ = line[: _LONGEST_LABEL + 8].replace("：", ":").partition(":")
    if not colon:
        return None
    plain = _plain(label.strip(" \t*_\u200e\u200f\xa0"))
    # Archives that lost what is not ASCII show the no-break space before a French colon as a question mark.
    return _LABEL_KINDS.get(plain) or _LABEL_KINDS.get(plain.rstrip("?"))


def header_group(lines: Sequence[str], start: int, limit: int) -> HeaderGroup | None:
    """The group of header fields that begins with line `start`; folded values and single blank lines are allowed."""
    kinds: set[str] = set()
    end = start
    for at in range(start, min(limit, start + _GROUP_LINES)):
        kind = label_kind(lines[at])
        if kind:
            kinds.add(kind)
            end = at + 1
        elif at == start or at - end >= _CONTINUATIONS or not _goes_on(lines, at, limit):
            break
    return HeaderGroup(end, frozenset(kinds)) if kinds else None


def _goes_on(lines: Sequence[str], at: int, limit: int) -> bool:
    """Whether a line without a label still belongs: a header field follows, at once or after one folded line."""
    following = lines[at + 1 : min(limit, at + 3)]
    if lines[at].startswith(">"):
        return False
    if not lines[at] or not lines[at - 1]:
        return bool(lines[at - 1]) and bool(following) and label_kind(following[0]) is not None
    return any(label_kind(line) for line in following)
