"""What an attribution claims: who wrote the quoted mail, from which address, and when."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.mail.claims import Claim, claim, fold_name, name_forms

MAY_3_1602 = "2019-05-03 16:02"
MAY_3 = ["2019-05-03 12:00"]
FEBRUARY_3 = ["2019-02-03 12:00"]

GMAIL = [
    "On Fri, May 3, 2019 at 4:02 PM Maria Silva <maria@example.org> wrote:",
    "El vie, 3 may 2019 a las 16:02, Maria Silva (<maria@example.org>) escribió:",
    "El vie., 3 de mayo de 2019 4:02 p. m., Maria Silva <maria@example.org> escribió:",
    "Em sex., 3 de mai. de 2019 às 16:02, Maria Silva <maria@example.org> escreveu:",
    "Le ven. 3 mai 2019 à 16:02, Maria Silva <maria@example.org> a écrit :",
    "Am Fr., 3. Mai 2019 um 16:02 Uhr schrieb Maria Silva <maria@example.org>:",
    "Il giorno ven 3 mag 2019 alle ore 16:02 Maria Silva <maria@example.org> ha scritto:",
    "Op vr 3 mei 2019 om 16:02 schreef Maria Silva <maria@example.org>:",
    "Den fre 3 maj 2019 kl 16:02 skrev Maria Silva <maria@example.org>:",
    "pe 3. toukok. 2019 klo 16.02 Maria Silva (maria@example.org) kirjoitti:",
    "W dniu pt., 3 maj 2019 o 16:02 Maria Silva <maria@example.org> napisał(a):",
    "пт, 3 мая 2019 г. в 16:02, Maria Silva <maria@example.org>:",
    "пт, 3 трав. 2019 р. о 16:02 Maria Silva <maria@example.org> пише:",
    "Στις Παρ, 3 Μαΐ 2019 στις 4:02 μ.μ., ο χρήστης Maria Silva <maria@example.org> έγραψε:",
    "Maria Silva <maria@example.org>, 3 May 2019 Cum, 16:02 tarihinde şunu yazdı:",
    "2019年5月3日(金) 16:02 Maria Silva <maria@example.org>:",
    "Maria Silva <maria@example.org> 于2019年5月3日周五 下午4:02写道：",
    "Maria Silva <maria@example.org> 於 2019年5月3日 週五 下午4:02寫道：",
    "2019년 5월 3일 (금) 오후 4:02, Maria Silva <maria@example.org>님이 작성:",
    "في الجمعة، ٣ مايو ٢٠١٩ في ٤:٠٢ م تمت كتابة ما يلي بواسطة Maria Silva <maria@example.org>:",
    "در تاریخ جمعه ۳ مهٔ ۲۰۱۹ ساعت ۱۶:۰۲ Maria Silva <maria@example.org> نوشت:",
    "\u202bבתאריך יום ו׳, 3 במאי 2019 ב-16:02 מאת \u202aMaria Silva\u202c\u200f <\u202amaria@example.org\u202c>:",
    "Vào Th 6, 3 thg 5, 2019 vào lúc 16:02 Maria Silva <maria@example.org> đã viết:",
]

OTHER_PROGRAMS = [
    "On Fri, May 03, 2019 at 04:02:00PM +0000, Maria Silva <maria@example.org> wrote:",
    "2019-05-03 18:02 GMT+02:00 Maria Silva <maria@example.org>:",
    "Maria Silva <maria@example.org> wrote on 2019-05-03T16:02:00Z:",
    "On Fri May  3 16:02:00 2019, Maria Silva [maria@example.org] wrote:",
    "Am 03.05.2019 um 16:02 schrieb Maria Silva <maria@example.org>:",
    "Maria Silva (maria@example.org) schrieb am 03.05.19 16:02:",
    "On Fri, 03 May 2019 12:02:00 -0400\nMaria Silva <maria@example.org> wrote:\n",
    "On 3-May-2019 16:02, Maria Silva via Open-data <maria@example.org> wrote:",
    "On May 3, 2019, at 4:02 PM, Maria Silva (via Open-data)\n<maria@example.org> wrote:",
]

HEADER_GROUPS = [
    "________________________________\nFrom: Maria Silva <maria@example.org>\nSent: Friday, May 3, 2019 4:02 PM\nTo: B",
    "-----Original Message-----\nFrom: Maria Silva [mailto:maria@example.org]\nSent: 03 May 2019 16:02\nTo: team",
    "*De :* Maria Silva <maria@example.org>\n*Envoyé :* vendredi 3 mai 2019 16:02\n*À :* Ali\n*Objet :* Re: cartes",
    "De: Maria Silva\n <maria@example.org>\nEnviado el: viernes, 3 de mayo de 2019 16:02\nPara: Ali",
    "Von: Maria Silva <maria@example.org>\nGesendet: Freitag, 3. Mai 2019 16:02\nAn: Ali",
    "Da: Maria Silva <maria@example.org>\nInviato: venerdì 3 maggio 2019 16:02\nA: Ali",
    "От: Maria Silva <maria@example.org>\nОтправлено: 3 мая 2019 г. 16:02\nКому: Али",
    "发件人: Maria Silva <maria@example.org>\n发送时间: 2019年5月3日 16:02\n收件人: 阿里",
    "من: Maria Silva <maria@example.org>\nتم الإرسال: ٣ مايو ٢٠١٩ ١٦:٠٢\nإلى: علي",
    "از: Maria Silva <maria@example.org>\nارسال شده: ۳ مه ۲۰۱۹ ۱۶:۰۲\nبه: علی",
    "--- Forwarded message ---\nFrom: Maria Silva <maria@example.org>\nDate: Fri, 3 May 2019 18:02:00 +0200\nTo: x",
]


def told(attribution: str) -> list[str]:
    return [f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d %H:%M}" for moment in claim(attribution).moments]


class TestClaim:
    @pytest.mark.parametrize("attribution", [*GMAIL, *OTHER_PROGRAMS, *HEADER_GROUPS])
    def test_who_from_where_and_when(self, attribution: str) -> None:
        found = claim(attribution)
        assert found.names == ("maria silva",)
        assert found.addresses == ("maria@example.org",)
        assert told(attribution) == [MAY_3_1602]

    @pytest.mark.parametrize(
        ("attribution", "moments"),
        [
            ("On 5/3/19 4:02 PM, Maria wrote:", ["2019-03-05 16:02", MAY_3_1602]),
            ("On 03/05/2019 16:02, Maria wrote:", [MAY_3_1602, "2019-03-05 16:02"]),
            ("El 13/5/2019 a las 16:02, Maria escribió:", ["2019-05-13 16:02"]),
            ("On 05/13/2019 at 16:02, Maria wrote:", ["2019-05-13 16:02"]),
            ("Am 3.5.2019 schrieb Maria:", MAY_3),
            ("On Fri, 3 May 2019, Maria wrote:", MAY_3),
            ("Le 3 février 2019, Maria a écrit :", FEBRUARY_3),
            ("Le 3 f?vrier 2019, Maria a ?crit :", FEBRUARY_3),
            ("Mar 3 set 2019, Maria ha scritto:", ["2019-09-03 12:00"]),
            ("mar 3 maggio 2016 16:02, Maria ha scritto:", ["2016-05-03 16:02"]),
            ("On 12:02 AM, May 3, 2019, Maria wrote:", ["2019-05-03 00:02"]),
            ("On 3 May 2019 at 12:02 PM, Maria wrote:", ["2019-05-03 12:02"]),
            ("On Fri, 2019-05-03 at 16:02 +0530, Maria wrote:", ["2019-05-03 10:32"]),
            ("On 3 May 2019 01:02 +0200, Maria wrote:", ["2019-05-02 23:02"]),
            ("در ۱۳ اردیبهشت ۱۳۹۸، ساعت ۱۶:۰۲، مریم نوشت:", [MAY_3_1602]),
            ("در ۱۳۹۸/۰۲/۱۳ ۱۶:۰۲، مریم نوشت:", [MAY_3_1602]),
            ("در ۳۰ اسفند ۱۳۹۹ مریم نوشت:", ["2021-03-20 12:00"]),
            ("في ٣ كانون الثاني ٢٠١٩ كتبت مريم:", ["2019-01-03 12:00"]),
            ("Den 3. maj 2019 kl. 16.02 skrev Maria:", [MAY_3_1602]),
            ("Am 3. Mai 2019, 16.02 Uhr, schrieb Maria:", [MAY_3_1602]),
            ("Le 3 mai 2019 à 16h02, Maria a écrit :", [MAY_3_1602]),
            ("2019年5月3日 16时02分，玛丽亚写道：", [MAY_3_1602]),
            ("On 3 May, Maria wrote:", []),
            ("On 31 February 2019, Maria wrote:", []),
            ("On 3 May 1919, Maria wrote:", []),
            ("On Friday, Maria wrote:", []),
            ("Maria wrote:", []),
        ],
    )
    def test_times_in_both_orders_without_a_time_and_in_other_calendars(
        self, attribution: str, moments: list[str]
    ) -> None:
        assert told(attribution) == moments

    @pytest.mark.parametrize(
        ("attribution", "names"),
        [
            ("Maria Silva wrote:", ("maria silva",)),
            ("Silva, Maria wrote:", ("silva, maria", "maria silva")),
            ('"Silva, Maria" <maria@example.org> wrote:', ("silva, maria", "maria silva")),
            ("On Friday Maria wrote:", ("maria",)),
            ("Zitat von Maria Silva <maria@example.org>:", ("maria silva",)),
            ("Quoting Maria Silva (maria@example.org):", ("maria silva",)),
            ("maps (Maria Silva) schrieb am 30.10.2009 19:20:", ("maps (maria silva)", "maps", "maria silva")),
            ("Maria Silva a ?crit :", ("maria silva",)),
            ("From: Ali [mailto:list@example.org] On Behalf Of Maria\nSent: x\n", ("ali", "maria")),
            ("在 2019年5月3日，玛丽亚·席尔瓦 写道：", ("玛丽亚·席尔瓦",)),
            ("On 3 May 2019, Linux for blind general discussion wrote:", ("linux for blind general discussion",)),
            ("On 3 May 2019, Maria de la Cruz wrote:", ("maria de la cruz",)),
            ("Al Silva wrote:", ("silva", "al silva")),
            ("On 16:02 Fri 03 May     , ?yvind Silva wrote:", ("?yvind silva",)),
            ("On 3 May 2019, you wrote:", ()),
            ("-----Original Message-----", ()),
            ("On 3 May 2019, maria@example.org wrote:", ()),
            ("", ()),
        ],
    )
    def test_names_as_they_stand_and_as_they_may_be_meant(self, attribution: str, names: tuple[str, ...]) -> None:
        assert claim(attribution).names == names

    @pytest.mark.parametrize(
        ("attribution", "addresses"),
        [
            ("On 5/3/19 at 4:02 PM, Maria <Maria at example.org> wrote:", ("maria@example.org",)),
            ("Em 3/5/19, Maria <maria em example.org> escreveu:", ("maria@example.org",)),
            (
                "On Fri, Maria (maria@example.org) via list <list@example.org>:",
                ("maria@example.org", "list@example.org"),
            ),
            ("From: Maria [mailto:maria at example.org]", ("maria@example.org",)),
            ("In article <a1b2@example.org>, Maria writes:", ()),
            ("Maria wrote at 16.02:", ()),
        ],
    )
    def test_addresses_also_as_archives_spell_them_out(self, attribution: str, addresses: tuple[str, ...]) -> None:
        assert claim(attribution).addresses == addresses

    def test_the_subject_and_the_recipients_of_a_header_group_claim_nothing(self) -> None:
        group = "From: Maria\nTo: Ali <ali@example.org>\nSubject: 3 May 2019 16:02, Ali wrote:"
        assert claim(group) == Claim(("maria",), (), ())

    def test_names_are_compared_in_one_form(self) -> None:
        assert fold_name("  'MARIA\N{NO-BREAK SPACE} Silva' ") == "maria silva"
        assert fold_name("e\u0301va") == fold_name("\u00c9VA")

    @pytest.mark.parametrize("told", ["Øyvind Ñandú", "?yvind ?and?", "??yvind ??and??", "øyvind nandu"])
    def test_a_name_is_known_though_an_archive_lost_its_letters(self, told: str) -> None:
        assert set(claim(f"{told} wrote:").names) & name_forms("Øyvind Ñandú")

    @given(st.text(max_size=300))
    @settings(deadline=None, max_examples=200)
    def test_whatever_stands_there_is_read(self, text: str) -> None:
        found = claim(text)
        assert all(name == fold_name(name) for name in found.names)

    @given(st.datetimes(datetime(1971, 1, 1), datetime(2099, 12, 31)))  # noqa: DTZ001 - hypothesis wants naive bounds
    @settings(deadline=None, max_examples=100)
    def test_a_told_time_is_found_again(self, time: datetime) -> None:
        moment = int(time.replace(second=0, microsecond=0, tzinfo=UTC).timestamp())
        for form in (
            "%Y-%m-%d %H:%M",
            "%d.%m.%Y, %H:%M",
            "%m/%d/%Y %I:%M %p",
            "%a, %b %d, %Y at %I:%M %p",
            "%d %B %Y %H:%M",
        ):
            assert moment in claim(f"On {time:{form}} Maria wrote:").moments
