"""How often a wait is renewed: seldom, but before the link is forgotten; and what a day of it costs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from listforum.sync.rhythm import LONGEST, SHORTEST, Calm, Rhythm, bytes_a_day


def test_a_link_found_dead_makes_the_wait_shorter_down_to_six_minutes() -> None:
    rhythm = Rhythm()
    assert rhythm.seconds == LONGEST
    lengths = []
    for _death in range(4):
        rhythm.died()
        lengths.append(rhythm.seconds)
    assert lengths == [12 * 60, SHORTEST, SHORTEST, SHORTEST]


def test_a_link_that_holds_again_and_again_is_trusted_with_more() -> None:
    rhythm = Rhythm(SHORTEST)
    for _renewal in range(7):
        rhythm.held()
    assert rhythm.seconds == SHORTEST
    rhythm.held()
    assert rhythm.seconds == 9 * 60
    for _renewal in range(100):
        rhythm.held()
    assert rhythm.seconds == LONGEST


def test_a_death_between_takes_the_trust_away() -> None:
    rhythm = Rhythm(12 * 60)
    for _round in range(5):
        for _renewal in range(7):
            rhythm.held()
        rhythm.died()
    assert rhythm.seconds == SHORTEST


@given(st.integers(), st.lists(st.booleans(), max_size=60))
def test_it_never_leaves_what_servers_and_networks_bear(known: int, held: list[bool]) -> None:
    rhythm = Rhythm(known)
    for alive in held:
        (rhythm.held if alive else rhythm.died)()
        assert 5 * 60 <= rhythm.seconds <= 29 * 60


def test_a_day_costs_about_40_kb_mostly_what_the_server_says_by_itself() -> None:
    assert 35_000 < bytes_a_day() < 42_000
    assert bytes_a_day(SHORTEST) < 2 * bytes_a_day()
    assert bytes_a_day(other_folders=2) - bytes_a_day() == 60 * 2 * 110


def test_pauses_grow_while_nothing_comes_of_it() -> None:
    calm = Calm()
    alarms = [calm.false_alarm() for _alarm in range(30)]
    assert alarms[:3] == [5, 10, 20]
    assert alarms[-1] == 300
    calm.something_came()
    assert calm.false_alarm() == 5


def test_who_pays_for_coming_back_comes_back_less_often() -> None:
    def last(paid: int) -> float:
        calm = Calm()
        return [calm.link_died(0.5, paid) for _death in range(30)][-1]

    assert last(paid=0) == 120
    assert last(paid=4_000) == 1_800
    calm = Calm()
    calm.link_died(0.5, 0)
    calm.link_held()
    assert calm.link_died(0.5, 0) == 2
