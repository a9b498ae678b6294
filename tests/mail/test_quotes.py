"""Whose words are whose."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.mail.quote_marks import quote_depth
from listforum.mail.quotes import blocks, own_words, own_words_digest, quoted

FOOTER = """\
_______________________________________________
Open-data mailing list
open-data@lists.example.org
https://lists.example.org/mailman/listinfo/open-data
"""

FOOTERS = [
    FOOTER,
    """\
_______________________________________________
open-data mailing list -- open-data@lists.example.org
To unsubscribe send an email to open-data-leave@lists.example.org
""",
    """\
--\N{SPACE}
You received this message because you are subscribed to the Google Groups "open-data" group.
To unsubscribe from this group and stop receiving emails from it, send an email to x@example.org.
To view this discussion visit https://groups.google.com/d/msgid/open-data/1.
""",
    """\
-=-=-=-=-=-=-=-=-=-=-=-
Groups.io Links: You receive all messages sent to this group.
View/Reply Online (#12): https://open-data.groups.io/g/main/message/12
Unsubscribe: https://open-data.groups.io/g/main/unsub [maria@example.org]
-=-=-=-=-=-=-=-=-=-=-=-
""",
    """\
########################################################################

To unsubscribe from the OPEN-DATA list, click the following link:
https://listserv.example.org/cgi-bin/wa?SUBED1=OPEN-DATA&A=1
""",
    """\
-------------------------------------------------------
Liste de diffusion open-data
Désabonnement : https://listes.example.org/sympa/signoff/open-data
""",
    """\
_______________________________________________
Lista de correo open-data
open-data@listas.example.org
https://listas.example.org/mailman/listinfo/open-data
""",
    """\
--\N{SPACE}
Open data group: open-data@lists.example.org
https://lists.example.org/mailman/listinfo/open-data for (un)subscription information.
""",
    """\
--\N{SPACE}
شما به این دلیل این پیام را دریافت کرده‌اید که در گروه «داده» عضو هستید.
برای لغو عضویت از این گروه نامه‌ای بفرستید به data-unsubscribe@example.org.
""",
    """\
-------------- next part --------------
A non-text attachment was scrubbed...
Name: map.png
URL: <https://lists.example.org/attachments/map.png>
""",
]


def kinds(text: str) -> list[tuple[str, int]]:
    return [(block.kind, block.depth) for block in blocks(text)]


class TestBlocks:
    def test_an_interleaved_answer_keeps_every_part_in_its_place(self) -> None:
        text = (
            "On Mon, 2 Mar 2026 at 10:00, Maria Silva <maria@example.org> wrote:\n"
            "> Are the files ready?\n\nYes.\n\n> And the maps?\n> > older words\nNot yet.\n"
        )
        assert kinds(text) == [
            ("attribution", 0),
            ("quote", 1),
            ("own", 0),
            ("quote", 1),
            ("quote", 2),
            ("own", 0),
        ]
        assert own_words(text) == "Yes.\n\nNot yet."

    @pytest.mark.parametrize(
        ("line", "depth", "words"),
        [
            ("> a", 1, "a"),
            (">a", 1, "a"),
            (">> a", 2, "a"),
            ("> > a", 2, "a"),
            (">>> > a", 4, "a"),
            (" > a", 1, "a"),
            ("a > b", 0, "a > b"),
            (">", 1, ""),
            (">  indented", 1, " indented"),
        ],
    )
    def test_quote_depth_counts_marks_with_or_without_blanks_between(self, line: str, depth: int, words: str) -> None:
        assert quote_depth(line) == (depth, words)

    def test_a_lone_escaped_from_line_is_no_quote(self) -> None:
        assert own_words("I live abroad.\n\n>From here it looks fine.") == "I live abroad.\n\n>From here it looks fine."

    def test_a_lone_indented_arrow_is_no_quote(self) -> None:
        assert own_words("Menu:\n  > Settings\n >Language\nThat is all.").count(">") == 2

    def test_a_mark_that_wrapping_left_alone_belongs_to_the_quote(self) -> None:
        assert own_words("> To: Maria <maria@example.org>; Ali\n<\n> ali@example.org>\n\nI see.") == "I see."

    def test_the_rest_of_a_wrapped_quoted_line_belongs_to_the_quote(self) -> None:
        text = (
            "> This quoted line was made longer than the other program liked and so it\nwas wrapped\n> here.\n\nI see."
        )
        assert own_words(text) == "I see."

    def test_a_short_answer_between_quoted_lines_is_the_authors(self) -> None:
        text = "> Does this quoted question go on for longer than sixty-four characters, then?\nyes\n> Sure?\nquite"
        assert own_words(text) == "yes\n\nquite"

    def test_bars_quote_but_tables_do_not(self) -> None:
        quote = "2026/3/2 Maria Silva <maria@example.org>\n\n| one\n| two\n|\n| three\n\nGood."
        assert own_words(quote) == "Good."
        table = "| name | size |\n| maps | 12 |\n| files | 9 |"
        assert own_words(table) == table

    def test_other_marks_quote_below_an_attribution_only(self) -> None:
        assert own_words("On 2 Mar 2026 10:00, Ali wrote:\n) Ready?\n) When?\n\nYes.") == "Yes."
        assert own_words("Try:\n! reset\n! go") == "Try:\n! reset\n! go"

    def test_initials_quote_only_when_clearly_so(self) -> None:
        assert own_words("MS> one\nMS> two\nMS> three\n\nI agree.") == "I agree."
        assert own_words("SQL> select 1\nSQL> select 2") == "SQL> select 1\nSQL> select 2"
        assert own_words("Type this:\nC> dir\nC> cd") == "Type this:\nC> dir\nC> cd"
        assert own_words("On 2 Mar 2026, Maria Silva wrote:\n\nMaria> one\n\nFine.") == "Fine."

    @pytest.mark.parametrize("mark", ["\N{RIGHT-TO-LEFT MARK}", "\ufeff", "\u202b"])
    def test_marks_of_direction_may_stand_before_a_quote_mark(self, mark: str) -> None:
        assert own_words(f"{mark}> پرونده‌ها آماده است؟\n\nبله.") == "بله."
        assert own_words(f"{mark}On 2 Mar 2026 10:00, Ali wrote:\n> a\n\nYes.") == "Yes."

    def test_a_mail_that_is_only_a_quote_has_no_own_words(self) -> None:
        assert own_words("> all of it\n> quoted\n") == ""

    def test_what_lies_beyond_the_lines_looked_at_is_own(self) -> None:
        text = "\n".join(["> quoted"] * 20_000 + ["> beyond", "the end"])
        assert "\n".join(block.text for block in blocks(text)) == text
        assert own_words(text) == "> beyond\nthe end"

    def test_nothing_gives_nothing(self) -> None:
        assert blocks("") == ()
        assert own_words(" \n\t\n") == ""


ATTRIBUTIONS = [
    "2026/3/2 Maria Silva <maria at example.org>:",
    "Dňa 2. 3. 2026 o 10:00 Maria Silva napísala:",
    "On Mon, Mar 2, 2026 at 10:00 AM, Maria Silva <maria@example.org> wrote:",
    "On 2 Mar 2026, at 10:00, Maria Silva wrote:",
    "On Mon, 2026-03-02 at 10:00 +0100, Maria Silva wrote:",
    "Maria Silva <maria@example.org> wrote:",
    "Maria Silva wrote:",
    "Maria Silva writes:",
    "* Maria Silva <maria@example.org> [2026-03-02 10:00]:",
    "Quoting Maria Silva <maria@example.org>:",
    "El lun, 2 mar 2026 a las 10:00, Maria Silva (<maria@example.org>) escribió:",
    "El lunes, 2 de marzo de 2026, Maria Silva escribi?:",
    "Em seg., 2 de mar. de 2026 às 10:00, Maria Silva <maria@example.org> escreveu:",
    "Em 02/03/2026 10:00, Maria Silva escreveu:",
    "Le lun. 2 mars 2026 à 10:00, Maria Silva <maria@example.org> a écrit :",
    "Le 02/03/2026 10:00, Maria Silva a ?crit :",
    "Am 02.03.26 um 10:00 schrieb Maria Silva:",
    "Maria Silva <maria@example.org> schrieb am Mo., 2. März 2026, 10:00:",
    "Il giorno lun 2 mar 2026 alle ore 10:00 Maria Silva <maria@example.org> ha scritto:",
    "Op ma 2 mrt. 2026 om 10:00 schreef Maria Silva <maria@example.org>:",
    "пн, 2 мар. 2026 г. в 10:00, Maria Silva <maria@example.org>:",
    "2 марта 2026 г., в 10:00, Мария Силва <maria@example.org> написал(а):",
    "02.03.2026 10:00, Мария Силва пишет:",
    "пн, 2 бер. 2026 р. о 10:00 Марія Сілва <maria@example.org> пише:",
    "W dniu 02.03.2026 o 10:00, Maria Silva pisze:",
    "pon., 2 mar 2026 o 10:00 Maria Silva <maria@example.org> napisał(a):",
    "Maria Silva <maria@example.org> 于2026年3月2日周一 上午10:00写道：",
    '在 2026-03-02 10:00:00，"Maria Silva" <maria@example.org> 写道：',
    "2026年3月2日(月) 10:00 Maria Silva <maria@example.org>:",
    "2026年3月2日 10:00、Maria Silva <maria@example.org>のメール:",
    "2026년 3월 2일 (월) 오전 10:00, Maria Silva <maria@example.org>님이 작성:",
    "في الاثنين، 2 مارس 2026 في 10:00 ص تمت كتابة ما يلي بواسطة Maria Silva <maria@example.org>:",
    "بتاريخ 2026/03/02 10:00، كتب مريم رضا:",
    "در تاریخ دوشنبه ۲ مارس ۲۰۲۶ ساعت ۱۰:۰۰ مریم رضایی <maria@example.org> نوشت:",
    "در ۱۴۰۴/۱۲/۱۱ ۱۰:۰۰، مریم رضایی نوشت:",
    "Maria Silva <maria@example.org>, 2 Mar 2026 Pzt, 10:00 tarihinde şunu yazdı:",
    "Den mån 2 mars 2026 kl 10:00 skrev Maria Silva <maria@example.org>:",
    "Den man. 2. mar. 2026 kl. 10.00 skrev Maria Silva <maria@example.org>:",
    "ma 2. maalisk. 2026 klo 10.00 Maria Silva (maria@example.org) kirjoitti:",
    "Στις Δευ 2 Μαρ 2026 στις 10:00 π.μ., ο χρήστης Maria Silva <maria@example.org> έγραψε:",
    "---- On Mon, 02 Mar 2026 10:00:00 +0100 Maria Silva <maria@example.org> wrote ----",
    "2026-03-02 10:00 GMT+01:00 Maria Silva <maria@example.org>:",
]


class TestAttributions:
    @pytest.mark.parametrize("line", ATTRIBUTIONS)
    def test_the_line_above_a_quote_is_no_own_word_in_any_language(self, line: str) -> None:
        text = f"Thanks.\n\n{line}\n> The files are ready.\n"
        assert own_words(text) == "Thanks."
        assert ("attribution", 0) in kinds(text)

    @pytest.mark.parametrize("line", [line for line in ATTRIBUTIONS if len(line) > 60])
    @pytest.mark.parametrize("width", [30, 40, 60])
    def test_it_may_be_folded(self, line: str, width: int) -> None:
        cut = line.rfind(" ", 0, width)
        text = f"Thanks.\n\n{line[:cut]}\n{line[cut + 1 :]}\n\n> The files are ready.\n"
        assert own_words(text) == "Thanks."

    def test_it_may_be_folded_within_the_address(self) -> None:
        text = "Thanks.\n\nOn Mon, Mar 2, 2026 at 10:00 AM Maria Silva <\nmaria@example.org\n> wrote:\n\n> Ready."
        assert own_words(text) == "Thanks."

    def test_it_may_be_folded_after_the_date(self) -> None:
        text = "Thanks.\n\nOn Mar 2, 2026,\nat 10:18,\nMaria Silva <maria@example.org> wrote:\n\n> Ready."
        assert own_words(text) == "Thanks."

    def test_it_goes_on_to_its_colon(self) -> None:
        for first, second in (
            ("2026-03-02 10:00 GMT+01:00, Open data discussion", "<open-data@lists.example.org>:"),
            ("On 3/2/26, Maria Silva <maria@example.org> wrote", ":"),
            ("Am Montag, den 02.03.2026, 10:00 +0100 schrieb", "open-data-request@lists.example.org:"),
        ):
            assert own_words(f"{first}\n{second}\n> Ready?\n\nYes.\n\n> Sure?\n\nQuite.") == "Yes.\n\nQuite."

    def test_it_takes_no_lines_of_the_answer_with_it(self) -> None:
        text = "Disk 309 GB\nMemory 3 GB\nMaria Silva <maria@example.org> wrote on 2 Mar 2026:\n\nHow big is it?"
        assert own_words(text) == "Disk 309 GB\nMemory 3 GB"

    def test_it_may_follow_the_answer_without_a_blank_line(self) -> None:
        text = "It works.\nOn Mon, 2 Mar 2026 at 10:00, Maria Silva wrote:\n> Ready?"
        assert own_words(text) == "It works."

    def test_when_clear_it_needs_no_quote_marks_below(self) -> None:
        text = "Thanks.\n\nOn Mon, 2 Mar 2026 at 10:00, Maria <m@example.org> wrote:\n\nThe files are ready.\n\nM."
        assert own_words(text) == "Thanks."
        assert kinds(text)[-1] == ("quote", 1)

    def test_when_nothing_stands_above_it_the_words_below_are_the_authors(self) -> None:
        text = "On 2 Mar 2026 10:00, Maria Silva <maria@example.org> wrote:\n\nThe answer stands below, unmarked."
        assert own_words(text) == "The answer stands below, unmarked."

    def test_a_word_before_the_quote_does_not_make_the_answer_a_quote(self) -> None:
        text = "Hi Ali,\n\nOn 2 Mar 2026 10:00, Ali <ali@example.org> wrote:\n...sic\n> Ready?\n\nYes, since noon."
        assert own_words(text).endswith("Yes, since noon.")

    def test_a_mark_of_omission_may_come_before_the_quote(self) -> None:
        assert own_words("Maria Silva wrote:\n[...]\n> ready\nGood.") == "[...]\n\nGood."

    @pytest.mark.parametrize(
        "text",
        [
            "On Thursday:\n\nWe meet at noon.",
            "As the minister wrote:\n\nnothing will change.",
            "One thing I had typed:\n\nmake install",
            "On the other hand, who wrote this at 10:00 and why?\n\nNobody knows.",
            "2026-03-02 14:30:25 start\n2026-03-02 14:30:26 stop",
            "The log says:\n\nwrote 3520 bytes from file maps.bin in 0.96 s (3.54 kb/s) at 10:00:\n\nand stops.",
            "Write to maps@example.org.\nCopyright 2026. Our address is:\n\nOld Street 1",
            "Look: https://example.org/on-2-march-2026-somebody-wrote\n\nGood, no?",
        ],
    )
    def test_prose_is_no_attribution(self, text: str) -> None:
        assert own_words(text) == text


SEPARATORS = [
    "-----Original Message-----",
    "----- Original Message -----",
    "-----Mensaje original-----",
    "-----Mensagem original-----",
    "-----Message d'origine-----",
    "-----Ursprüngliche Nachricht-----",
    "-----Ursprungliche Nachricht-----",
    "-----Messaggio originale-----",
    "-----Oorspronkelijk bericht-----",
    "-----Исходное сообщение-----",
    "-----Oryginalna wiadomość-----",
    "-----原始邮件-----",
    "-----الرسالة الأصلية-----",
    "-----پیام اصلی-----",
    "-----Özgün İleti-----",
    "-----Ursprungligt meddelande-----",
    "-----Oprindelig meddelelse-----",
    "-----Alkuperäinen viesti-----",
    "-----Αρχικό μήνυμα-----",
]
HEADER_GROUPS = [
    "From: Maria Silva [mailto:maria@example.org]\nSent: Monday, March 2, 2026 10:00\nTo: Team\nSubject: Files",
    "*From:* Maria Silva\n*Sent:* 2026-03-02\n*To:* team@example.org\n*Subject:* Files",
    "De: Maria Silva\nEnviado el: lunes, 2 de marzo de 2026 10:00\nPara: Equipo\nAsunto: Archivos",
    "De: Maria Silva\nEnviada em: segunda-feira, 2 de março de 2026\nPara: Equipe\nAssunto: Arquivos",
    "De : Maria Silva\nEnvoyé : lundi 2 mars 2026 10:00\nÀ : Équipe\nObjet : Fichiers",
    "Von: Maria Silva\nGesendet: Montag, 2. März 2026 10:00\nAn: Team\nBetreff: Dateien",
    "Da: Maria Silva\nInviato: lunedì 2 marzo 2026 10:00\nA: Squadra\nOggetto: File",
    "Van: Maria Silva\nVerzonden: maandag 2 maart 2026 10:00\nAan: Team\nOnderwerp: Bestanden",
    "От: Мария Силва\nОтправлено: 2 марта 2026 г. 10:00\nКому: Команда\nТема: Файлы",
    "Від: Марія Сілва\nНадіслано: 2 березня 2026 р. 10:00\nКому: Команда\nТема: Файли",
    "Od: Maria Silva\nWysłano: 2 marca 2026 10:00\nDo: Zespół\nTemat: Pliki",
    "发件人: Maria Silva\n发送时间: 2026年3月2日 10:00\n收件人: 团队\n主题: 文件",
    "发件人： Maria Silva\n发送时间： 2026年3月2日 10:00\n收件人： 团队\n主题： 文件",
    "差出人: Maria Silva\n送信日時: 2026年3月2日 10:00\n宛先: チーム\n件名: ファイル",
    "من: مريم رضا\nتم الإرسال: 2 مارس 2026 10:00\nإلى: الفريق\nالموضوع: الملفات",
    "از: مریم رضایی\nارسال شده: ۲ مارس ۲۰۲۶\nبه: گروه\nموضوع: پرونده‌ها",
    "Kimden: Maria Silva\nGönderildi: 2 Mart 2026 10:00\nKime: Takım\nKonu: Dosyalar",
    "Från: Maria Silva\nSkickat: den 2 mars 2026 10:00\nTill: Laget\nÄmne: Filer",
    "Fra: Maria Silva\nSendt: 2. marts 2026 10:00\nTil: Holdet\nEmne: Filer",
    "Lähettäjä: Maria Silva\nLähetetty: 2. maaliskuuta 2026\nVastaanottaja: Ryhmä\nAihe: Tiedostot",
    "Από: Maria Silva\nΣτάλθηκε: 2 Μαρτίου 2026\nΠρος: Ομάδα\nΘέμα: Αρχεία",
    "From: Maria Silva\n <maria@example.org>\nSent: Monday, March 2, 2026 10:00\nTo: Team\nSubject: Files",
    "From: Maria Silva\n\nSent: Monday, March 2, 2026 10:00\n\nTo: Team\n\nSubject: Files",
]


class TestOriginals:
    @pytest.mark.parametrize("separator", SEPARATORS)
    def test_what_stands_below_a_separator_is_quoted(self, separator: str) -> None:
        text = f"Thanks.\n\n{separator}\n\nThe files are ready."
        assert own_words(text) == "Thanks."
        assert kinds(text)[-1] == ("quote", 1)

    @pytest.mark.parametrize("group", HEADER_GROUPS)
    @pytest.mark.parametrize("rule", ["", "________________________________\n", "-----Original Message-----\n"])
    def test_what_stands_below_a_group_of_header_fields_is_quoted(self, group: str, rule: str) -> None:
        text = f"Thanks.\n\n{rule}{group}\n\nThe files are ready.\n"
        assert own_words(text) == "Thanks."
        assert [kind for kind, _ in kinds(text)] == ["own", "attribution", "quote"]

    def test_marked_quotes_below_a_separator_leave_the_answers_between_them_own(self) -> None:
        text = "----- Original Message -----\nFrom: Maria\nTo: Team\n\n> Ready?\n\nYes.\n\n> Sure?\n\nQuite."
        assert own_words(text) == "Yes.\n\nQuite."

    @pytest.mark.parametrize(
        "text",
        [
            "I need mails from: maria@example.org and to: team@example.org\n\nSubject: all of them",
            "From: the old town\nit is an hour on foot.",
            "a: one\nb: two\nto: three",
            "We meet again.\n\nDate: 2 March\nFrom: 10:00\nTo: 12:00\n\nBring the maps.",
        ],
    )
    def test_words_with_colons_are_no_header_group(self, text: str) -> None:
        assert own_words(text) == text

    def test_the_header_of_a_patch_is_the_authors_own(self) -> None:
        text = "From: Maria Silva <maria@example.org>\nDate: 2 Mar 2026\nSubject: [PATCH] maps: scale\n\nIt was wrong."
        assert own_words(text) == text

    @pytest.mark.parametrize(
        "separator",
        [
            "---------- Forwarded message ----------",
            "---------- Forwarded message ---------",
            "Begin forwarded message:",
            "-------- Weitergeleitete Nachricht --------",
            "---------- Mensaje reenviado ----------",
            "-------- Message transféré --------",
            "-------- Пересылаемое сообщение --------",
            "----- Forwarded message from Maria Silva <maria@example.org> -----",
        ],
    )
    def test_a_forwarded_mail_is_not_the_authors(self, separator: str) -> None:
        text = f"This may help.\n\n{separator}\nFrom: Maria\nDate: 2 Mar 2026\nSubject: Files\n\nThe files are ready."
        assert own_words(text) == "This may help."
        assert kinds(text)[-1] == ("forwarded", 0)

    def test_a_separator_may_name_the_program(self) -> None:
        assert own_words("Thanks.\n\nOriginal Message processed by example\n\nThe files are ready.") == "Thanks."

    def test_after_the_end_of_a_forwarded_mail_the_author_goes_on(self) -> None:
        text = (
            "See:\n----- Forwarded message from Maria -----\n\nReady.\n\n----- End forwarded message -----\n\nWhat now?"
        )
        assert own_words(text) == "See:\n\nWhat now?"

    def test_a_mail_forwarded_without_a_word_has_no_own_words(self) -> None:
        assert own_words("---------- Forwarded message ----------\nFrom: Maria\nSubject: Files\n\nReady.") == ""


class TestSignaturesAndFooters:
    def test_the_mark_begins_the_signature(self) -> None:
        assert own_words("Ready.\n\n-- \nMaria Silva\nmaria@example.org") == "Ready."

    def test_the_mark_without_its_blank_counts_near_the_end_only(self) -> None:
        assert own_words("Ready.\n--\nMaria Silva") == "Ready."
        long = "Ready.\n--\n" + "\n".join(f"point {number}" for number in range(20))
        assert own_words(long) == long

    def test_dashes_inside_a_text_are_no_mark(self) -> None:
        text = "Points:\n-- one\n-- two\n\nHeading\n----\n\nThat was it."
        assert own_words(text) == text

    def test_a_signature_before_a_quote_ends_there(self) -> None:
        text = "Ready.\n\n-- \nMaria\n\nOn 2 Mar 2026 10:00, Ali <ali@example.org> wrote:\n> When?\n\nBy noon."
        assert own_words(text) == "Ready.\n\nBy noon."

    @pytest.mark.parametrize(
        "line",
        [
            "Sent from my iPhone",
            "Sent from my mobile phone, please excuse typos.",
            "Get Outlook for Android<https://example.org/x>",
            "Envoyé depuis mon iPhone",
            "Enviado desde mi Android",
            "Enviado do meu iPhone",
            "Von meinem Mobiltelefon gesendet",
            "Отправлено с iPhone",
            "发自我的iPhone",
            "أرسلت من هاتفي",
            "ارسال شده از گوشی من",
        ],
    )
    def test_a_line_that_only_names_the_device_is_no_own_word(self, line: str) -> None:
        assert own_words(f"Ready.\n\n{line}\n") == "Ready."

    def test_a_sentence_about_sending_is_the_authors(self) -> None:
        text = "Sent from my desk, this is much easier than from my phone."
        assert own_words(text) == text

    def test_openpgp_armour_is_no_own_word(self) -> None:
        text = (
            "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nReady.\n- -- \nMaria\n"
            "-----BEGIN PGP SIGNATURE-----\n\niQEz\n=abcd\n-----END PGP SIGNATURE-----\n"
        )
        assert own_words(text) == "Ready."

    @pytest.mark.parametrize(
        "farewell",
        [
            "Best regards,\nMaria Silva",
            "Thanks,\n\nMaria",
            "thanks\nmaria",
            "Cheers!\nMaria",
            "Saludos,\nMaría",
            "Abraços,\nMaria",
            "Cordialement,\nMaria Silva",
            "Viele Grüße\nMaria",
            "Med vänlig hälsning\nMaria",
            "С уважением,\nМария",
            "祝好\n玛丽亚",
            "مع التحية،\nمريم",
            "با احترام\nمریم رضایی",
            "Kind regards,\nMaria Silva\nOpen-data team\nmaria@example.org\n+351 555 0100",
            "Maria Silva\nmaria@example.org\nhttps://maria.example.org",
            "-Maria",
            "- Maria Silva",
            "—Maria",
            "/Maria",
            "Maria Silva\n\n----------------\n\nMaps and more\n\nt. 555-931-0702\n\nhttps://maria.example.org/",
        ],
    )
    def test_a_farewell_by_hand_is_no_own_word(self, farewell: str) -> None:
        name = "\n\nMaria Silva" if "------" in farewell else ""
        assert own_words(f"The maps are ready.\n\n{farewell}") == f"The maps are ready.{name}"
        assert own_words(f"> Ready?\n\nYes.\n\n{farewell}\n\n> Sure?") == f"Yes.{name}"

    @pytest.mark.parametrize(
        "text",
        [
            "Thanks,\nMaria",
            "Best regards",
            "-Maria",
            "It works now.\n\nThanks!",
            "It works now.\n\nMaria",
            "Thanks!\nThe maps are ready, they lie where they always lie.",
            "It works.\n\nThanks,\nMaria\n\nPS: the maps are ready",
            "It works, see [1].\n\nThanks,\nMaria\n\n[1] https://example.org",
            "Bring:\n\n- bread\n\n- Maria",
            "It went to:\n\nhttps://example.org/a\nhttps://example.org/b",
            "It works.\n\nThanks,\nMaria\n\nOutput of make:",
        ],
    )
    def test_thanks_that_are_all_or_not_the_last_are_the_authors(self, text: str) -> None:
        assert own_words(text) == text

    def test_a_line_that_names_the_device_may_stand_above_other_words(self) -> None:
        assert own_words("Ready.\n\nSent from my iPhone\n\nOne more thing.") == "Ready.\n\nOne more thing."

    @pytest.mark.parametrize("footer", FOOTERS)
    def test_what_the_list_adds_is_no_own_word(self, footer: str) -> None:
        assert own_words(f"Ready.\n\nMaria\n\n{footer}") == "Ready.\n\nMaria"
        assert kinds(f"Ready.\n{footer}")[-1] == ("footer", 0)

    def test_footers_of_two_lists_stand_one_below_the_other(self) -> None:
        other = FOOTER.replace("open-data", "maps").replace("Open-data", "Maps")
        assert own_words(f"Ready.\n{FOOTER}{other}") == "Ready."

    def test_a_footer_in_the_middle_ends_with_its_paragraph(self) -> None:
        assert own_words(f"Ready.\n\n{FOOTER}\nOne more thing: the maps are late.") == (
            "Ready.\n\nOne more thing: the maps are late."
        )

    def test_advice_on_subscribing_is_the_authors(self) -> None:
        text = "To subscribe, open https://lists.example.org/mailman/listinfo/open-data and follow it."
        assert own_words(text) == text

    def test_what_a_group_writes_above_a_post_does_not_swallow_the_post(self) -> None:
        text = (
            "-----------------------------\nAli  Jan 27, 2026 9:54 PM\nPosted in group: <https://groups.google.com/d/forum/maps>\n"
            "The maps are ready.\nThey lie where they always lie,\nin the drawer below the files,\nand wait."
        )
        assert "The maps are ready." in own_words(text)

    def test_a_last_paragraph_below_a_rule_is_the_authors_when_it_is_prose(self) -> None:
        text = (
            "Ready.\n\n____________\n\n"
            "This paragraph goes on for longer than any line of a signature would, so it stays."
        )
        assert own_words(text) == text

    def test_a_ruled_off_table_is_the_authors(self) -> None:
        text = "Service      Date\n---------------------\nmaps         2 March\nfiles        9 March"
        assert own_words(text) == text


class TestDigest:
    POST = "The files are ready.\nThey lie where they always lie.\n\nMaria"

    @pytest.mark.parametrize(
        "seen",
        [
            f"{POST}\n\n{FOOTER}",
            POST.replace("\n", "\r\n"),
            POST.replace("\n", "  \n") + "\n\n\n",
            POST.replace("ready.\nThey", "ready. They"),
            POST.replace("files are", "files\N{NO-BREAK SPACE}are"),
            f"{POST}\n\n-- \nMaria Silva",
        ],
    )
    def test_the_same_post_seen_through_another_list_is_equal(self, seen: str) -> None:
        assert own_words_digest(own_words(seen)) == own_words_digest(own_words(self.POST))

    def test_other_words_differ_and_so_does_case(self) -> None:
        digests = {own_words_digest(words) for words in ("ready", "Ready", "not ready", "")}
        assert len(digests) == 4

    def test_it_is_sixteen_bytes_even_of_broken_text(self) -> None:
        assert len(own_words_digest("a\ud800b")) == 16


class TestQuoted:
    def test_the_quote_has_their_words_and_neither_signature_nor_footer(self) -> None:
        text = f"Are the files ready?\n\nI need them.\n\n-- \nAli\n{FOOTER}"
        assert quoted(text, "Ali wrote:") == "Ali wrote:\n> Are the files ready?\n>\n> I need them."

    def test_the_quotes_they_answered_are_left_out_with_what_stands_above_them(self) -> None:
        text = "Maria wrote:\n> Ready?\n>> When?\n\nYes.\n\n> Sure?\n\nQuite.\n\n-----Original Message-----\n\nReady?"
        assert quoted(text, "Ali wrote:") == "Ali wrote:\n> Yes.\n>\n> Quite."

    def test_an_old_footer_inside_a_quote_is_left_out_with_it(self) -> None:
        old = "\n".join(f"> {line}" for line in FOOTER.splitlines())
        assert quoted(f"Yes.\n\nMaria wrote:\n> Ready?\n>\n{old}\n\n{FOOTER}", "Ali wrote:") == "Ali wrote:\n> Yes."

    def test_several_blank_lines_become_one(self) -> None:
        assert quoted("Yes.\n\n\n \n\nNo.\n\n\nMaybe.", "Ali wrote:") == "Ali wrote:\n> Yes.\n>\n> No.\n>\n> Maybe."

    def test_indents_stay(self) -> None:
        assert quoted("Try:\n    make\n\tall", "Ali wrote:") == "Ali wrote:\n> Try:\n>     make\n> \tall"

    def test_where_all_is_quoted_it_goes_one_level_deeper(self) -> None:
        text = "Maria wrote:\n> Ready?\n>> When?\n"
        assert quoted(text, "Ali wrote:") == "Ali wrote:\n> Maria wrote:\n> > Ready?\n> > > When?"

    def test_where_all_is_an_unmarked_original_it_is_quoted_at_its_depth(self) -> None:
        assert quoted("-- \nAli\n\n-----Original Message-----\nFrom: Maria\nTo: Team\n\nReady?", "Ali wrote:").endswith(
            "> > Ready?"
        )

    def test_older_attributions_lose_their_addresses(self) -> None:
        text = "On 2 Mar 2026 10:00, Maria <maria@example.org> wrote:\n> Ready?\n> Ask ali@example.org."
        assert quoted(text, "Ali wrote:") == (
            "Ali wrote:\n> On 2 Mar 2026 10:00, Maria wrote:\n> > Ready?\n> > Ask ali@example.org."
        )

    @pytest.mark.parametrize(
        "written",
        ["<m@example.org>", "(m@example.org)", "[mailto:m@example.org]", "<m@example.org<mailto:m@example.org>>"],
    )
    def test_however_they_are_written(self, written: str) -> None:
        assert "@" not in quoted(f"Maria {written} wrote on 2 Mar 2026:\n> Ready?", "Ali wrote:")

    @pytest.mark.parametrize("text", ["", " \n\n", f"\n{FOOTER}"])
    def test_nothing_to_quote_is_quoted_as_nothing(self, text: str) -> None:
        assert quoted(text, "Ali wrote:") == ""

    def test_what_was_quoted_is_a_quote_again(self) -> None:
        assert own_words(quoted("Ready.\n\n-----Original Message-----\n\nWhen?", "Ali wrote:") + "\n\nGood.") == "Good."


LINES = st.one_of(
    st.sampled_from(
        ["", "> a", ">> b", "-- ", "--", "_____", "From: x", "Sent: y", "Subject: z", "On 2 Mar 2026 Ali wrote:", "| x"]
    ),
    st.sampled_from([*SEPARATORS, *ATTRIBUTIONS, *FOOTER.split("\n"), "Begin forwarded message:", "MS> x", ">From y"]),
    st.text(max_size=30),
)


class TestProperties:
    @given(st.lists(LINES, max_size=25).map("\n".join))
    @settings(deadline=None, max_examples=300)
    def test_the_blocks_joined_are_the_text(self, text: str) -> None:
        assert "\n".join(block.text for block in blocks(text)) == text

    @given(st.lists(LINES, max_size=25).map("\n".join))
    @settings(deadline=None, max_examples=200)
    def test_every_line_of_an_answers_beginning_is_marked_and_no_two_blank_ones_follow(self, text: str) -> None:
        attribution, *rows = quoted(text, "Ali wrote:").split("\n")
        assert attribution == ("Ali wrote:" if rows else "")
        assert all(row.startswith(">") for row in rows)
        assert (">", ">") not in itertools.pairwise(rows)
        if own := own_words(text):
            assert [row.removeprefix(">").strip() for row in rows if row != ">"] == [
                line.strip() for line in own.split("\n") if line.strip()
            ]

    @given(st.lists(LINES, max_size=25).map("\n".join))
    @settings(deadline=None, max_examples=200)
    def test_own_words_are_lines_of_the_text_and_depth_fits_the_kind(self, text: str) -> None:
        own = {line.rstrip() for line in text.split("\n")}
        assert all(line in own for line in own_words(text).split("\n") if line)
        for block in blocks(text):
            assert (block.depth > 0) == (block.kind == "quote") or block.kind == "forwarded"

    @given(st.lists(st.text(alphabet="abc دریا 中文 éü.,", min_size=1, max_size=60), min_size=1, max_size=8))
    @settings(deadline=None, max_examples=100)
    def test_plain_words_are_all_own(self, lines: list[str]) -> None:
        text = "\n".join(lines)
        assert own_words(text).split() == text.split()

    @pytest.mark.parametrize(
        "unit",
        [
            *("\n", "a\n", "> ", ">", "> a\n", "-", "-- \n", "_____\n", "-----Original Message-----\n", "From: x\n"),
            *("wrote:\n", "On 2 Mar 2026 at 10:00, ", "a@b <c@d>:\n", ":\n", "：\n", "x wrote: ", "| a\n", "JD> x\n"),
            *("-----BEGIN PGP SIGNED MESSAGE-----\n\n", "---------- x ----------\nwas scrubbed...\n\n", " ", "(", "1"),
            *(
                "Sent from my iphone\n",
                "You received this message because you are\n",
                "- Forwarded message -\n>From a\n",
            ),
            *(
                "On\n",
                "@@ -1,9 +1,9 @@\n",
                "@@ -0,0 +1 @@\n+x\n",
                "diff --git a b\n",
                "---\n a | 3 +\n",
                "```\n",
                "    a = b\n",
            ),
            *(
                "Thanks,\nMaria\n",
                "Thanks,\n\n",
                "-Maria\n\n",
                "Maria\nm@example.org\n\n",
                "From: x\n\n",
                "| a |\n> b\n",
            ),
            *(f"{FOOTER}\n", "On 1/1/2026 x wrote:\n> a\n", "on " * 30 + "\n", "<" * 70 + "\n", "a at b.", "\t"),
        ],
    )
    def test_a_megabyte_of_anything_is_read_in_half_a_second(self, unit: str) -> None:
        text = (unit * (1_000_000 // len(unit) + 1))[:1_000_000]
        began = time.process_time()
        found = blocks(text)
        assert time.process_time() - began < 3
        assert "\n".join(block.text for block in found) == text
