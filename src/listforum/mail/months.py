"""The names of the months in the languages of our people, however they are shortened."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Final

_SHORTEST: Final = 3
"""So many letters of a month's name may stand for it, where no other month begins with them."""

_GREGORIAN: Final = """
    january february march april may june july august september october november december
    enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
    janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro
    janvier février mars avril mai juin juillet août septembre octobre novembre décembre
    januar februar märz april mai juni juli august september oktober november dezember
    jänner feber marts april maj juni juli august september oktober november desember
    gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
    januari februari maart april mei juni juli augustus september oktober november december
    tammikuu helmikuu maaliskuu huhtikuu toukokuu kesäkuu heinäkuu elokuu syyskuu lokakuu marraskuu joulukuu
    stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia
    styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad grudzień
    ledna února března dubna května června července srpna září října listopadu prosince
    января февраля марта апреля мая июня июля августа сентября октября ноября декабря
    январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь
    січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня
    ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık
    ιανουαρίου φεβρουαρίου μαρτίου απριλίου μαΐου ιουνίου ιουλίου αυγούστου σεπτεμβρίου οκτωβρίου νοεμβρίου δεκεμβρίου
    ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie
    január február március április május június július augusztus szeptember október november december
    gener febrer març abril maig juny juliol agost setembre octubre novembre desembre
    يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر
    جانفي فيفري مارس أفريل ماي جوان جويلية أوت سبتمبر أكتوبر نوفمبر ديسمبر
    كانون_الثاني شباط آذار نيسان أيار حزيران تموز آب أيلول تشرين_الأول تشرين_الثاني كانون_الأول
    ژانویه فوریه مارس آوریل مه ژوئن ژوئیه اوت سپتامبر اکتبر نوامبر دسامبر
    ژانویهٔ فوریهٔ مارچ آپریل می جون جولای آگوست سپتامبر اکتوبر نوامبر دسامبر
    ינואר פברואר מרץ אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר
    tháng_1 tháng_2 tháng_3 tháng_4 tháng_5 tháng_6 tháng_7 tháng_8 tháng_9 tháng_10 tháng_11 tháng_12
"""
_SHORT: Final = """
    jan feb mar apr may jun jul aug sep oct nov dec
    ene feb mrz abr mai junh julh ago sept okt nov dez
    janv févr mär avr maj juin juil aoû set out nov déc
    gen febr mrt apr mag giu lug ago sett ott nov dic
    янв фев мар апр мая июн июл авг сен окт ноя дек
    січ лют бер кві тра чер лип сер вер жов лис гру
    sty lut marz kwi mai cze lip sie wrz paź lis gru
    oca şub mar nis may haz tem ağu eyl eki kas ara
    ian fev mar apr mai iun iul avg sent okt noi dek
    tammi helmi maalis huhti touko kesä heinä elo syys loka marras joulu
    led úno bře dub kvě čvn čvc srp zář říj lis pro
    ιαν φεβ μαρ απρ μαι ιουν ιουλ αυγ σεπ οκτ νοε δεκ
    ינו פבר מרץ אפר מאי יונ יול אוג ספט אוק נוב דצמ
    thg_1 thg_2 thg_3 thg_4 thg_5 thg_6 thg_7 thg_8 thg_9 thg_10 thg_11 thg_12
"""
_PERSIAN: Final = """
    فروردین اردیبهشت خرداد تیر مرداد شهریور مهر آبان آذر دی بهمن اسفند
    فروردين ارديبهشت خرداد تير امرداد شهريور مهر آبان آذر دي بهمن اسفند
"""


@dataclass(frozen=True, slots=True)
class Month:
    """A month, 1 to 12, of the Gregorian calendar or the Persian one."""

    number: int
    persian: bool = False


def without_accents(word: str) -> str:
    """A word without accents, which people leave out."""
    if word.isascii():
        return word
    return "".join(char for char in unicodedata.normalize("NFD", word) if not unicodedata.combining(char))


def month_named(words: str) -> Month | None:
    """The month that one casefolded word names, or two with a blank between, in whole or shortened."""
    return _names().get(without_accents(words.removesuffix("ta") if words.endswith("kuuta") else words))


@cache
def _names() -> dict[str, Month]:
    """Every name and shortening; the same as archives show them that lost what is not ASCII."""
    names: dict[str, Month] = {}
    ambiguous: set[str] = set()
    for month, name in _rows(_GREGORIAN):
        shortened = name.rpartition(" ")[0] or name
        for length in range(_SHORTEST, len(shortened)):
            if names.setdefault(name[:length], month) != month:
                ambiguous.add(name[:length])
    for beginning in ambiguous:
        del names[beginning]
    names.update((name, month) for table in (_GREGORIAN, _SHORT) for month, name in _rows(table))
    names.update((name, Month(month.number, persian=True)) for month, name in _rows(_PERSIAN))
    return names


def _rows(table: str) -> list[tuple[Month, str]]:
    rows = [line.casefold().split() for line in table.strip().split("\n")]
    named = [(Month(number), name.replace("_", " ")) for row in rows for number, name in enumerate(row, start=1)]
    plain = [(month, without_accents(name)) for month, name in named]
    lost = [(month, "".join(char if char.isascii() else "?" for char in name)) for month, name in named]
    return plain + [(month, name) for month, name in lost if "?" in name and name.count("?") < 3]
