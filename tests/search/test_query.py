"""What a person types, and how it is understood."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.errors import QueryError
from listforum.search.parse import MAX_CLAUSES, MAX_QUERY, parse, parse_unfinished, with_known_lists
from listforum.search.query import (
    FIELDS,
    Choice,
    Clause,
    Condition,
    Dated,
    Field,
    Has,
    InList,
    InTopic,
    Marked,
    Query,
    Reading,
)

TODAY = date(2026, 3, 1)
"""A Sunday."""


def query(text: str) -> Query:
    return parse(text, TODAY)


def word(term: str, *fields: Field) -> Clause:
    return Clause(fields or FIELDS, (Reading((term,)),))


def in_row(*terms: str) -> Clause:
    return Clause(FIELDS, (phrase(*terms),))


def phrase(*terms: str) -> Reading:
    return Reading(tuple(dict.fromkeys(terms)), "\0" + "\0".join(terms) + "\0")


def beginning(prefix: str, *head: str) -> Reading:
    return Reading(head, "".join(f"\0{term}" for term in (*head, prefix)) if head else "", prefix)


def all_of(*conditions: Condition) -> Query:
    return Query(tuple((condition,) for condition in conditions))


def none_of(*conditions: Condition) -> Query:
    return Query((), conditions)


def one_of(*conditions: Condition) -> Choice:
    return conditions


def day(year: int, month: int = 1, day_of_month: int = 1) -> int:
    return int(datetime(year, month, day_of_month, tzinfo=UTC).timestamp())


WATER, PUMP, TAP = word("water"), word("pump"), word("tap")

UNDERSTOOD = [
    # words
    ("water", all_of(WATER)),
    ("  water   pump ", all_of(WATER, PUMP)),
    ("water\u3000pump", all_of(WATER, PUMP)),
    ("water Water", all_of(WATER)),
    ("water & pump !", all_of(WATER, PUMP)),
    ("water AND pump", all_of(WATER, PUMP)),
    ("water and pump", all_of(WATER, word("and"), PUMP)),
    ("(water pump)", all_of(WATER, PUMP)),
    ("(water OR pump) tap", Query((one_of(WATER, PUMP), one_of(TAP)))),
    ("(water pump) tap -(tap)", Query((one_of(WATER), one_of(PUMP), one_of(TAP)), (TAP,))),
    ("搜索", all_of(word("搜索"))),
    ("搜索引", all_of(Clause(FIELDS, (Reading(("搜索", "索引"), "\0搜\0索\0引\0"),)))),
    ("می\u200cروم", all_of(Clause(FIELDS, (phrase("می", "روم"), Reading(("میروم",)))))),
    ("water-pump", all_of(in_row("water", "pump"))),
    ("12:30", all_of(in_row("12", "30"))),
    ("https://example.org", all_of(in_row("https", "exampl", "org"))),
    ("mailto:maria@example.org", all_of(in_row("mailto", "maria", "exampl", "org"))),
    ("file:///pump", all_of(in_row("file", "pump"))),
    ("std::vector", all_of(in_row("std", "vector"))),
    ("C:\\pump", all_of(in_row("c", "pump"))),
    ("pump:", all_of(PUMP)),
    # phrases
    ('"water pump"', all_of(in_row("water", "pump"))),
    ("“water pump”", all_of(in_row("water", "pump"))),
    ("„water pump“", all_of(in_row("water", "pump"))),
    ("«water pump»", all_of(in_row("water", "pump"))),
    ("「water pump」", all_of(in_row("water", "pump"))),
    ('"water"', all_of(WATER)),
    ('"" water', all_of(WATER)),
    ('pump"hand made"', all_of(PUMP, in_row("hand", "made"))),
    ('"subject:pump"', all_of(in_row("subject", "pump"))),
    ('"water OR pump"', all_of(in_row("water", "or", "pump"))),
    # exclusions
    ("water -pump", Query(((WATER,),), (PUMP,))),
    ("-pump", none_of(PUMP)),
    ("－pump", none_of(PUMP)),
    ('water -"hand pump"', Query(((WATER,),), (in_row("hand", "pump"),))),
    ("water - pump", all_of(WATER, PUMP)),
    ("--water -> pump", all_of(WATER, PUMP)),
    # choices
    ("water OR pump", Query((one_of(WATER, PUMP),))),
    ("water | pump", Query((one_of(WATER, PUMP),))),
    ("water|pump", Query((one_of(WATER, PUMP),))),
    ("water ｜ pump", Query((one_of(WATER, PUMP),))),
    ("ＷＡＴＥＲ ＯＲ pump", Query((one_of(WATER, PUMP),))),
    ("tap water OR pump tap", Query((one_of(TAP), one_of(WATER, PUMP)))),
    ("water OR pump OR tap", Query((one_of(WATER, PUMP, TAP),))),
    ("water OR pump tap OR water", Query((one_of(WATER, PUMP), one_of(TAP, WATER)))),
    ("water OR OR pump", Query((one_of(WATER, PUMP),))),
    ("water or pump", all_of(WATER, word("or"), PUMP)),
    ("from:maria OR list:garden", Query((one_of(word("maria", "author"), InList("garden")),))),
    ('"hand pump" OR is:starred', Query((one_of(in_row("hand", "pump"), Marked("starred")),))),
    ("on:2024 OR -before:2026", Query((one_of(Dated(day(2024), day(2025)), Dated(day(2026))),))),
    # beginnings
    ("pum*", all_of(Clause(FIELDS, (beginning("pum"),)))),
    ("Pumps*", all_of(Clause(FIELDS, (beginning("pumps"),)))),
    ("pum＊", all_of(Clause(FIELDS, (beginning("pum"),)))),
    ("کتا٭", all_of(Clause(FIELDS, (beginning("کتا"),)))),
    ("-pum*", none_of(Clause(FIELDS, (beginning("pum"),)))),
    ("subject:pum*", all_of(Clause(("subject",), (beginning("pum"),)))),
    ("foo-ba*", all_of(Clause(FIELDS, (beginning("ba", "foo"),)))),
    ('"hand pu*"', all_of(Clause(FIELDS, (beginning("pu", "hand"),)))),
    ('"hand pu"*', all_of(Clause(FIELDS, (beginning("pu", "hand"),)))),
    ("搜索*", all_of(word("搜索"))),
    ("搜*", all_of(word("搜"))),
    ("می\u200cرو*", all_of(Clause(FIELDS, (beginning("رو", "می"), beginning("میرو"))))),
    ("pum* OR tap", Query((one_of(Clause(FIELDS, (beginning("pum"),)), TAP),))),
    # fields
    ("from:maria", all_of(word("maria", "author"))),
    ("FROM:maria", all_of(word("maria", "author"))),
    ("from：maria", all_of(word("maria", "author"))),
    ("ｆｒｏｍ:maria", all_of(word("maria", "author"))),
    ("\u200ffrom:\u2067maria\u2069", all_of(word("maria", "author"))),
    ("-from:maria", none_of(word("maria", "author"))),
    ("subject:pump", all_of(word("pump", "subject"))),
    ('subject:"pump"', all_of(word("pump", "subject"))),
    ("file:report", all_of(word("report", "file"))),
    ("file:report.pdf", all_of(Clause(("file",), (phrase("report", "pdf"),)))),
    ("list:Garden", all_of(InList("garden"))),
    ("to-list:Garden", all_of(InList("garden"))),
    ("-list:garden", none_of(InList("garden"))),
    ("topic:12", all_of(InTopic(12))),
    ("topic:#۱۲", all_of(InTopic(12))),
    ("-topic:12", none_of(InTopic(12))),
    ("is:unread", all_of(Marked("unread"))),
    ("is:read", none_of(Marked("unread"))),
    ("-is:read", all_of(Marked("unread"))),
    ("IS:Unanswered", all_of(Marked("unanswered"))),
    ("is:answered", none_of(Marked("unanswered"))),
    ("is:followed -is:starred", Query(((Marked("followed"),),), (Marked("starred"),))),
    ("has:attachment", all_of(Has("attachment"))),
    ("has:patches", all_of(Has("patch"))),
    ("-has:link", none_of(Has("link"))),
    # times
    ("after:2024", all_of(Dated(after=day(2024)))),
    ("before:2024", all_of(Dated(before=day(2024)))),
    ("on:2024", all_of(Dated(day(2024), day(2025)))),
    ("-after:2024", all_of(Dated(before=day(2024)))),
    ("-before:2024", all_of(Dated(after=day(2024)))),
    ("-on:2024", none_of(Dated(day(2024), day(2025)))),
    ("after:yesterday before:today", all_of(Dated(day(2026, 2, 28), day(2026, 3, 1)))),
    ("after:2020 after:2021 before:2024 before:2023", all_of(Dated(day(2021), day(2023)))),
    ("after:2024 pump", all_of(PUMP, Dated(after=day(2024)))),
    ("on:last year pump", all_of(PUMP, Dated(day(2025), day(2026)))),
    ('on:"last year"', all_of(Dated(day(2025), day(2026)))),
]


@pytest.mark.parametrize(("typed", "meant"), UNDERSTOOD)
def test_understood(typed: str, meant: Query) -> None:
    assert query(typed) == meant


SPANS = [
    ("2024", (2024, 1, 1), (2025, 1, 1)),
    ("2024-06", (2024, 6, 1), (2024, 7, 1)),
    ("2024-12", (2024, 12, 1), (2025, 1, 1)),
    ("2024-6-5", (2024, 6, 5), (2024, 6, 6)),
    ("2024/06/05", (2024, 6, 5), (2024, 6, 6)),
    ("2024.06", (2024, 6, 1), (2024, 7, 1)),
    ("5.6.2024", (2024, 6, 5), (2024, 6, 6)),
    ("2024-02-29", (2024, 2, 29), (2024, 3, 1)),
    ("۲۰۲۴", (2024, 1, 1), (2025, 1, 1)),
    ("２０２４-０６", (2024, 6, 1), (2024, 7, 1)),
    ("today", (2026, 3, 1), (2026, 3, 2)),
    ("Yesterday", (2026, 2, 28), (2026, 3, 1)),
    ("0d", (2026, 3, 1), (2026, 3, 2)),
    ("3d", (2026, 2, 26), (2026, 3, 2)),
    ("۳d", (2026, 2, 26), (2026, 3, 2)),
    ("2w", (2026, 2, 15), (2026, 3, 2)),
    ("1M", (2026, 2, 1), (2026, 3, 2)),
    ("6m", (2025, 9, 1), (2026, 3, 2)),
    ("1y", (2025, 3, 1), (2026, 3, 2)),
    ("9999y", (1970, 1, 1), (2026, 3, 2)),
    ("9999d", (1998, 10, 15), (2026, 3, 2)),
    ("this-week", (2026, 2, 23), (2026, 3, 2)),
    ("last_week", (2026, 2, 16), (2026, 2, 23)),
    ("this month", (2026, 3, 1), (2026, 4, 1)),
    ("last month", (2026, 2, 1), (2026, 3, 1)),
    ("This Year", (2026, 1, 1), (2027, 1, 1)),
    ("last-year", (2025, 1, 1), (2026, 1, 1)),
]


@pytest.mark.parametrize(("typed", "first", "end"), SPANS)
def test_a_time_is_before_from_and_within_the_days_that_are_meant(
    typed: str, first: tuple[int, int, int], end: tuple[int, int, int]
) -> None:
    assert query(f"on:{typed}") == all_of(Dated(day(*first), day(*end)))
    assert query(f"after:{typed}") == all_of(Dated(after=day(*first)))
    assert query(f"before:{typed}") == all_of(Dated(before=day(*first)))


@pytest.mark.parametrize(("today", "first"), [(date(2024, 3, 31), (2024, 2, 29)), (date(2025, 3, 31), (2025, 2, 28))])
def test_a_month_ago_is_a_day_that_there_was(today: date, first: tuple[int, int, int]) -> None:
    assert parse("after:1m", today) == all_of(Dated(after=day(*first)))


PARTLY_WRONG = [
    ('"water pump', all_of(WATER, PUMP), 'write "water pump" with one at each end'),
    ('water 5" pump', all_of(WATER, word("5"), PUMP), "never closed"),
    ('subject:"pump', all_of(word("pump", "subject")), "never closed"),
    ('water -"hand pump', Query(((WATER,),), (in_row("hand", "pump"),)), "never closed"),
    ("(water tap) OR pump", Query((one_of(WATER), one_of(TAP, PUMP))), "Brackets do not group"),
    ("pump OR (tap water)", Query((one_of(PUMP, TAP), one_of(WATER))), "Brackets do not group"),
    ("-(tap pump)", Query(((PUMP,),), (TAP,)), "Brackets do not group"),
    ("colour:green", all_of(Clause(FIELDS, (Reading(("colour", "green")),))), "colour: green"),
    ('colour:"light green"', all_of(Clause(FIELDS, (Reading(("colour", "light", "green")),))), 'colour: "light green"'),
    ("author:maria", all_of(word("maria", "author")), "write from:maria"),
    ("since:2024", all_of(Dated(after=day(2024))), "write after:2024"),
    ("in:garden", all_of(InList("garden")), "write list:garden"),
    ("water after:spring", all_of(WATER), "write after:2024, after:2024-06 or after:2024-06-15"),
    ("water after:24", all_of(WATER), "is not a date"),
    ("water after:2024-13", all_of(WATER), "is not a date"),
    ("water after:2024-00", all_of(WATER), "is not a date"),
    ("water on:2023-02-29", all_of(WATER), "is not a date"),
    ("water on:2024-01-01-01", all_of(WATER), "is not a date"),
    ("water on:²024", all_of(WATER), "is not a date"),
    ("water before:1403", all_of(WATER), "Gregorian"),
    ("water on:last pump", all_of(WATER, PUMP), "on:last is not a date"),
    ("water since:spring", all_of(WATER), "is not a date"),
    ("water from:", all_of(WATER), "as in from:maria"),
    ('water subject:""', all_of(WATER), "as in subject:meeting"),
    ("list: garden", all_of(word("garden")), "as in list:open-data"),
    ("water is:good", all_of(WATER), "write is:unread, is:unanswered, is:followed or is:starred"),
    ("water has:picture", all_of(WATER), "write has:attachment, has:patch or has:link"),
    ("water topic:pump", all_of(WATER), "write topic:12"),
    ("water topic:0", all_of(WATER), "write topic:12"),
    ("water topic:" + "9" * 30, all_of(WATER), "write topic:12"),
    ("OR water", all_of(WATER), "between two words"),
    ("water OR", all_of(WATER), "between two words"),
    ("water OR !", all_of(WATER), "between two words"),
    ("water OR before:spring", all_of(WATER), "is not a date"),
    ("tap before:spring OR water", all_of(TAP, WATER), "is not a date"),
    ("water OR -pump", all_of(WATER), "-pump cannot stand beside OR"),
    ("water OR is:read", all_of(WATER), "is:read cannot stand beside OR"),
    ("wa*ter", all_of(in_row("wa", "ter")), "at the end of a word"),
    ("*water", all_of(WATER), "at the end of a word"),
    ("water " + "x" * MAX_QUERY, all_of(WATER), "longer than 1000 characters"),
]


@pytest.mark.parametrize(("typed", "meant", "said"), PARTLY_WRONG)
def test_what_is_wrong_is_said_and_the_rest_is_searched_for(typed: str, meant: Query, said: str) -> None:
    understood = query(typed)
    assert Query(understood.required, understood.excluded) == meant
    assert len(understood.problems) == 1
    assert said in understood.problems[0]


def test_of_too_many_words_the_first_are_searched_for() -> None:
    understood = query(" ".join(f"w{n}" for n in range(MAX_CLAUSES + 1)))
    assert understood.required == tuple((word(f"w{n}"),) for n in range(MAX_CLAUSES))
    assert "more than 32 words" in understood.problems[0]


def test_only_the_first_few_problems_are_told() -> None:
    assert len(query("water " + " ".join(f"is:x{n}" for n in range(20))).problems) == 3


REFUSED = [
    ("", "Nothing to search for"),
    ("   ", "Nothing to search for"),
    ("!?", "Nothing to search for"),
    ('""', "Nothing to search for"),
    ('"', "Nothing to search for"),
    ("-", "Nothing to search for"),
    ("*", "Nothing to search for"),
    ("AND", "Nothing to search for"),
    ("OR", "between two words"),
    ("from:", "as in from:maria"),
    ("after:spring", "is not a date"),
    ("-after:spring is:good", "is:good"),
    ("-pump OR -tap", "cannot stand beside OR"),
]


@pytest.mark.parametrize(("typed", "said"), REFUSED)
def test_refused_where_nothing_is_left_to_search_for(typed: str, said: str) -> None:
    with pytest.raises(QueryError) as caught:
        query(typed)
    assert said in str(caught.value)


# --- while one types ------------------------------------------------------------------------------------------------


def unfinished(text: str) -> Query:
    return parse_unfinished(text, TODAY)


def going_on(term: str, prefix: str, *fields: Field) -> Clause:
    return Clause(fields or FIELDS, (Reading((term,)), beginning(prefix)))


UNFINISHED = [
    ("pum", all_of(going_on("pum", "pum"))),
    ("pumps", all_of(going_on("pump", "pumps"))),
    ("water pum", all_of(WATER, going_on("pum", "pum"))),
    ("water OR pum", Query((one_of(WATER, going_on("pum", "pum")),))),
    ("subject:pum", all_of(going_on("pum", "pum", "subject"))),
    ("foo-ba", all_of(Clause(FIELDS, (phrase("foo", "ba"), beginning("ba", "foo"))))),
    ('"hand pu', all_of(Clause(FIELDS, (phrase("hand", "pu"), beginning("pu", "hand"))))),
    ('"hand ', all_of(word("hand"))),
    ('water "', all_of(WATER)),
    ("pump ", all_of(PUMP)),
    ('"pump"', all_of(PUMP)),
    ("pump:", all_of(PUMP)),
    ("pump.", all_of(PUMP)),
    ("p", all_of(word("p"))),
    ("-pum", none_of(word("pum"))),
    ("搜索", all_of(word("搜索"))),
    ("在lin", all_of(Clause(FIELDS, (phrase("在", "lin"), beginning("lin", "在"))))),
    ("pump OR", all_of(PUMP)),
    ("pump OR ", all_of(PUMP)),
    ("pump |", all_of(PUMP)),
    ("pump from:", all_of(PUMP)),
    ("pump is:unr", all_of(PUMP)),
    ("pump after:20", all_of(PUMP)),
    ("after:2024-", all_of(Dated(after=day(2024)))),
    ("after:2024-0", all_of(Dated(after=day(2024)))),
    ("pump on:last", all_of(PUMP)),
    ("pump on:last mo", all_of(PUMP)),
    ("on:last month", all_of(Dated(day(2026, 2), day(2026, 3)))),
]


@pytest.mark.parametrize(("typed", "meant"), UNFINISHED)
def test_the_last_word_may_go_on_and_what_is_missing_is_no_problem_yet(typed: str, meant: Query) -> None:
    assert unfinished(typed) == meant


@pytest.mark.parametrize("typed", ["pump is:unr ", "pump from: ", "pump after:20 ", "colour:green"])
def test_what_is_finished_and_wrong_is_said_at_once(typed: str) -> None:
    assert unfinished(typed).problems


def test_while_nothing_is_left_it_is_said_what_is_missing() -> None:
    with pytest.raises(QueryError, match="as in from:maria"):
        unfinished("from:")


# --- lists that are not there ---------------------------------------------------------------------------------------


def test_lists_that_begin_so_stand_for_one_that_is_not_there() -> None:
    understood = with_known_lists(query("pump list:open"), ["Open-Data", "open-maps", "garden"])
    assert understood.required == (one_of(PUMP), one_of(InList("open-data"), InList("open-maps")))
    assert understood.problems == ("There is no list open; the lists that begin so are searched.",)


def test_a_list_that_is_not_there_is_left_out() -> None:
    understood = with_known_lists(query("pump list:kitchen -list:cellar"), ["garden"])
    assert understood.required == (one_of(PUMP),)
    assert understood.excluded == ()
    assert understood.problems == (
        "There is no list kitchen. Known: garden.",
        "There is no list cellar. Known: garden.",
    )


def test_lists_that_are_there_are_left_as_they_are() -> None:
    understood = query("pump list:garden -is:read")
    assert with_known_lists(understood, ["Garden"]) == understood


def test_only_a_list_that_is_not_there_is_refused() -> None:
    with pytest.raises(QueryError, match="There is no list kitchen"):
        with_known_lists(query("list:kitchen"), ["garden"])


# --- whatever is typed ----------------------------------------------------------------------------------------------

SIGNS = ['"', "-", ":", " ", "*", "|", "(", "OR", " OR ", "“", "\u200c", "\u200f", "\udc80", "last", "year"]
NAMES = ["from:", "subject:", "list:", "before:", "after:", "on:", "is:", "has:", "topic:", "file:", "http://", "foo:"]
typed_texts = st.lists(
    st.one_of(st.text(max_size=8), st.sampled_from(SIGNS), st.sampled_from(NAMES), st.sampled_from(["2024-", "3d"])),
    max_size=20,
).map("".join)


@given(typed_texts)
@settings(deadline=None, max_examples=400)
def test_whatever_is_typed_is_understood_or_refused(typed: str) -> None:
    for understand in (query, unfinished):
        try:
            understood = understand(typed)
        except QueryError as error:
            assert str(error)
        else:
            assert understood.required or understood.excluded
            assert all(choice for choice in understood.required)
            assert all(understood.problems)


@given(st.text(max_size=30))
@settings(deadline=None, max_examples=200)
def test_words_in_quotation_marks_are_never_a_field(typed: str) -> None:
    plain = "".join(each for each in typed if each not in '"“”„‟«»＂「」『』')
    try:
        understood = query(f'"{plain}"')
    except QueryError as error:
        assert "Nothing to search for" in str(error)
    else:
        ((condition,),) = understood.required
        assert isinstance(condition, Clause)
        assert condition.fields == FIELDS


PIECES: list[tuple[str, str, Condition]] = [
    ("water", "water", WATER),
    ("pumps", "“pump”", PUMP),
    ('"hand pump"', "hand-pump", in_row("hand", "pump")),
    ("from:maria", "From:MARIA", word("maria", "author")),
    ("list:garden", "to-list:Garden", InList("garden")),
    ("is:unread", "IS:unread", Marked("unread")),
    ("has:patch", "has:Patches", Has("patch")),
    ("topic:7", "topic:#７", InTopic(7)),
    ("on:2024-06", "on:2024/6", Dated(day(2024, 6), day(2024, 7))),
    ("tap*", "Tap＊", Clause(FIELDS, (beginning("tap"),))),
]


@given(st.lists(st.lists(st.sampled_from(PIECES), min_size=1, max_size=3, unique=True), min_size=1, max_size=5))
@settings(deadline=None, max_examples=100)
def test_what_means_the_same_is_understood_the_same_however_it_is_typed(
    groups: list[list[tuple[str, str, Condition]]],
) -> None:
    one_way = " ".join(" OR ".join(piece[0] for piece in group) for group in groups)
    other_way = "  ".join(" | ".join(piece[1] for piece in group) for group in groups)
    understood = query(one_way)
    assert understood == query(other_way)
    assert understood.problems == ()
    choices = dict.fromkeys(tuple(piece[2] for piece in group) for group in groups)
    together = [choice for choice in choices if len(choice) > 1 or not isinstance(choice[0], Dated)]
    dates = [choice for choice in choices if choice not in together]
    assert understood.required == (*together, *dates)


@pytest.mark.parametrize("typed", ["w", "w ", '"', '"w" ', "-", "foo:", "|", "w|", "OR ", "搜", "\u200c", "pum* ", "("])
def test_very_long_texts_are_understood_at_once(typed: str) -> None:
    for understand in (query, unfinished):
        began = time.process_time()
        try:
            understand(typed * (100_000 // len(typed)))
        except QueryError as error:
            assert str(error)
        assert time.process_time() - began < 0.5
