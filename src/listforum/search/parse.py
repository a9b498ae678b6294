"""What a person typed, understood: words, phrases, exclusions, choices, fields and dates.

A typed word may be several terms ("foo-bar", an address, a run of Chinese): then its parts must stand in that order,
as in a phrase. What cannot be understood is told in the query's `problems`, and the rest is searched for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from gettext import gettext as _

from listforum.errors import QueryError
from listforum.search.fields import Meaning, meaning
from listforum.search.pieces import Either, Piece, mended, misgrouped, pieces, plain, short, unclosed, unfinished_pieces
from listforum.search.query import Choice, Condition, Dated, InList, Query, list_term

MAX_QUERY = 1_000
MAX_CLAUSES = 32
MAX_PROBLEMS = 3


def parse(text: str, today: date) -> Query:
    """Understand a query. `today` (UTC) gives `yesterday`, `3d` and the like their meaning.

    Raises QueryError, with a sentence that says what would be right, where nothing is left to search for.
    """
    problems: list[str] = []
    text = plain(_short_enough(text, problems))
    mark = unclosed(text)
    if mark is not None:
        _tell_unclosed(short(text[mark + 1 :]), problems)
        text = mended(text, mark)
    if misgrouped(text):
        problems.append(_("Brackets do not group words: OR joins the two words beside it, and - excludes one."))
    return _query(pieces(text), today, problems)


def parse_unfinished(text: str, today: date) -> Query:
    """Understand a query that is still being typed: its last word may go on, so words that begin with it count too.

    What is still missing at the end is no problem yet. Raises QueryError, as `parse` does.
    """
    problems: list[str] = []
    return _query(unfinished_pieces(plain(_short_enough(text, problems))), today, problems)


def with_known_lists(query: Query, names: Collection[str]) -> Query:
    """The query with the lists that there are: those that begin so for one that is not there, or none.

    It tells so in `problems`. Raises QueryError where nothing is left to search for.
    """
    known = sorted(map(list_term, names))
    problems: list[str] = list(query.problems)

    def found(condition: Condition) -> Iterator[Condition]:
        if not isinstance(condition, InList) or condition.name in known:
            yield condition
            return
        similar = [InList(name) for name in known if name.startswith(condition.name)]
        problems.append(
            _("There is no list {name}; the lists that begin so are searched.").format(name=short(condition.name))
            if similar
            else _("There is no list {name}. Known: {lists}.").format(
                name=short(condition.name), lists=", ".join(sorted(map(short, names)))
            )
        )
        yield from similar

    required = [tuple(each for condition in choice for each in found(condition)) for choice in query.required]
    excluded = [each for condition in query.excluded for each in found(condition)]
    return _some(Query(tuple(filter(None, required)), tuple(excluded), tuple(dict.fromkeys(problems))))


def _tell_unclosed(phrase: str, problems: list[str]) -> None:
    if phrase:
        problems.append(
            _('A quotation mark is never closed: write "{phrase}" with one at each end.').format(phrase=phrase)
        )


def _short_enough(text: str, problems: list[str]) -> str:
    if len(text) <= MAX_QUERY:
        return text
    problems.append(
        _("The query is longer than {most} characters: only its beginning is searched for.").format(most=MAX_QUERY)
    )
    words = text[:MAX_QUERY].rsplit(maxsplit=1)
    return words[0] + " " if len(words) == 2 else text[:MAX_QUERY] + " "


def _query(found: Sequence[Piece | Either], today: date, problems: list[str]) -> Query:
    told = _Told(problems)
    required: list[Choice] = []
    excluded: list[Condition] = []
    for group in _groups(found, today, told):
        conditions = tuple(dict.fromkeys(condition for each in group for condition in each.conditions))
        if any(each.excluded for each in group):
            excluded += conditions
        else:
            required.append(conditions)
    query = _bounded(list(dict.fromkeys(required)), list(dict.fromkeys(excluded)), told)
    return _some(replace(query, problems=told.at_once()), told.kept_back)


@dataclass(slots=True)
class _Told:
    """The problems of a query, and those that are kept back because what is missing may still be typed."""

    problems: list[str]
    kept_back: list[str] = field(default_factory=list)

    def at_once(self) -> tuple[str, ...]:
        """As many as a person reads."""
        return tuple(dict.fromkeys(self.problems))[:MAX_PROBLEMS]


def _groups(found: Sequence[Piece | Either], today: date, told: _Told) -> Iterator[list[Meaning]]:
    """What the pieces mean, those that OR joins together; alone where it is excluded."""
    groups: list[list[Meaning]] = []
    joining: Either | None = None
    for piece in found:
        if isinstance(piece, Either):
            if groups:
                joining = piece
            else:
                told.problems.append(_or_at_an_edge())
            continue
        meant = meaning(piece, today)
        if meant.problem:
            (told.kept_back if meant.pending else told.problems).append(meant.problem)
        elif not meant.conditions:
            continue
        if joining is None:
            groups.append([])
        groups[-1] += [meant] if meant.conditions else []
        joining = None
    if joining is not None:
        (told.kept_back if joining.open else told.problems).append(_or_at_an_edge())
    for group in groups:
        yield from _without_excluded(group, told)


def _without_excluded(group: list[Meaning], told: _Told) -> Iterator[list[Meaning]]:
    """A group that can be asked for: of several, one of which is enough, none can be excluded."""
    if len(group) > 1:
        told.problems += [
            _("{word} cannot stand beside OR, so it is left out.").format(word=short(each.typed))
            for each in group
            if each.excluded
        ]
        group = [each for each in group if not each.excluded]
    if group:
        yield group


def _or_at_an_edge() -> str:
    return _("OR stands between two words, as in pump OR tap.")


def _bounded(required: list[Choice], excluded: list[Condition], told: _Told) -> Query:
    """A query of no more conditions than can be answered at once, its dates made one."""
    room = MAX_CLAUSES
    kept: list[Choice] = []
    for choice in required:
        kept += [choice[:room]] if room else []
        room -= min(room, len(choice))
    if sum(map(len, required)) + len(excluded) > MAX_CLAUSES:
        told.problems.insert(
            0, _("The query has more than {most} words: only the first are searched for.").format(most=MAX_CLAUSES)
        )
    return Query(_dates_joined(kept), tuple(excluded[:room]))


def _dates_joined(required: list[Choice]) -> tuple[Choice, ...]:
    """The choices with all times that must hold as one."""
    times = [choice[0] for choice in required if len(choice) == 1 and isinstance(choice[0], Dated)]
    others = [choice for choice in required if len(choice) > 1 or not isinstance(choice[0], Dated)]
    if not times:
        return tuple(others)
    after = max((time.after for time in times if time.after is not None), default=None)
    before = min((time.before for time in times if time.before is not None), default=None)
    return (*others, (Dated(after, before),))


def _some(query: Query, kept_back: Sequence[str] = ()) -> Query:
    """The query, unless there is nothing left of it."""
    if query.required or query.excluded:
        return query
    why = " ".join((*query.problems, *kept_back))
    raise QueryError(why or _('Nothing to search for: type one or more words, or a "phrase in quotation marks".'))
