"""What a person types, and how it is understood."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.errors import QueryError
from listforum.search.query import FIELDS, MAX_CLAUSES, MAX_QUERY, Clause, Field, Query, Reading, parse

TODAY = date(2026, 3, 1)


def query(text: str) -> Query:
    return parse(text, TODAY)


def word(term: str, *fields: Field) -> Clause:
    return Clause(fields or FIELDS, (Reading((term,)),))


def in_row(*terms: str) -> Clause:
    return Clause(FIELDS, (Reading(tuple(dict.fromkeys(terms)), "\0" + "\0".join(terms) + "\0"),))


def day(year: int, month: int = 1, day_of_month: int = 1) -> int:
    return int(datetime(year, month, day_of_month, tzinfo=UTC).timestamp())


UNDERSTOOD = [
    ("water", Query((word("water"),))),
    ("  water   pump ", Query((word("water"), word("pump")))),
    ("water Water", Query((word("water"),))),
    ("water & pump !", Query((word("water"), word("pump")))),
    ('"water pump"', Query((in_row("water", "pump"),))),
    ("“water pump”", Query((in_row("water", "pump"),))),
    ("«water pump»", Query((in_row("water", "pump"),))),
    ('"water"', Query((word("water"),))),
    ("water-pump", Query((in_row("water", "pump"),))),
    ('pump"hand made"', Query((word("pump"), in_row("hand", "made")))),
    ("water -pump", Query((word("water"),), (word("pump"),))),
    ("-pump", Query((), (word("pump"),))),
    ('water -"hand pump"', Query((word("water"),), (in_row("hand", "pump"),))),
    ("water - pump", Query((word("water"), word("pump")))),
    ("from:maria", Query((word("maria", "author"),))),
    ("FROM:maria", Query((word("maria", "author"),))),
    ("from：maria", Query((word("maria", "author"),))),
    ("-from:maria", Query((), (word("maria", "author"),))),
    ("subject:pump", Query((word("pump", "subject"),))),
    ('subject:"pump"', Query((word("pump", "subject"),))),
    ("list:Garden", Query(lists=("garden",))),
    ("-list:garden", Query(excluded_lists=("garden",))),
    ("after:2024", Query(after=day(2024))),
    ("before:2024-06", Query(before=day(2024, 6))),
    ("after:2024-6-5", Query(after=day(2024, 6, 5))),
    ("after:2024/06/05", Query(after=day(2024, 6, 5))),
    ("after:۲۰۲۴", Query(after=day(2024))),
    ("after:yesterday before:today", Query(after=day(2026, 2, 28), before=day(2026, 3, 1))),
    ("after:2020 after:2021 before:2024 before:2023", Query(after=day(2021), before=day(2023))),
    ("12:30", Query((in_row("12", "30"),))),
    ("https://example.org", Query((in_row("https", "exampl", "org"),))),
    ("mailto:maria@example.org", Query((in_row("mailto", "maria", "exampl", "org"),))),
    ("std::vector", Query((in_row("std", "vector"),))),
    ("C:\\pump", Query((in_row("c", "pump"),))),
    ("pump:", Query((word("pump"),))),
    ("搜索", Query((word("搜索"),))),
    ("搜索引", Query((Clause(FIELDS, (Reading(("搜索", "索引"), "\0搜\0索\0引\0"),)),))),
    (
        "می\u200cروم",
        Query((Clause(FIELDS, (Reading(("می", "روم"), "\0می\0روم\0"), Reading(("میروم",)))),)),
    ),
]


@pytest.mark.parametrize(("typed", "meant"), UNDERSTOOD)
def test_understood(typed: str, meant: Query) -> None:
    assert query(typed) == meant


REFUSED = [
    ("", "Nothing to search for"),
    ("   ", "Nothing to search for"),
    ("!?", "Nothing to search for"),
    ('""', "Nothing to search for"),
    ("-", "Nothing to search for"),
    ('"water', 'write "water" with one at each end'),
    ('subject:"water pump', 'write "water pump" with one at each end'),
    ("from:", "as in from:maria"),
    ('subject:""', "as in subject:meeting"),
    ("list: garden", "as in list:open-data"),
    ("author:maria", "write from:maria"),
    ("since:2024", "write after:2024-06"),
    ("colour:green", "from:, subject:, list:, before: and after:"),
    ('colour:"light green"', 'colour: "light green"'),
    ("after:spring", "write after:2024, after:2024-06 or after:2024-06-15"),
    ("after:24", "is not a date"),
    ("after:2024-13", "is not a date"),
    ("after:2023-02-29", "is not a date"),
    ("after:2024-01-01-01", "is not a date"),
    ("after:²024", "is not a date"),
    ("before:1403", "Gregorian"),
    ("-after:2024", "write before:2024 instead"),
    ("w" * (MAX_QUERY + 1), "longer than 1000 characters"),
    ("w " * 40 + " ".join(f"w{n}" for n in range(MAX_CLAUSES + 1)), "more than 32 words"),
]


@pytest.mark.parametrize(("typed", "said"), REFUSED)
def test_refused_with_what_would_be_right(typed: str, said: str) -> None:
    with pytest.raises(QueryError) as caught:
        query(typed)
    assert said in str(caught.value)


typed_texts = st.lists(
    st.one_of(
        st.text(max_size=8),
        st.sampled_from(
            ['"', "-", ":", " ", "from:", "subject:", "list:", "before:", "after:", "2024-", "http://", "“"]
        ),
    ),
    max_size=20,
).map("".join)


@given(typed_texts)
@settings(deadline=None, max_examples=400)
def test_whatever_is_typed_is_understood_or_refused(typed: str) -> None:
    try:
        understood = query(typed)
    except QueryError as error:
        assert str(error)
    else:
        assert understood != Query()


@given(st.text(max_size=30))
@settings(deadline=None, max_examples=200)
def test_words_in_quotation_marks_are_never_a_field(typed: str) -> None:
    plain = "".join(each for each in typed if each not in '"“”„«»＂')
    try:
        understood = query(f'"{plain}"')
    except QueryError as error:
        assert "Nothing to search for" in str(error)
    else:
        assert len(understood.required) == 1
        assert understood.required[0].fields == FIELDS
