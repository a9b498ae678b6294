"""What fetching would cost is told before it is paid."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from forum_home import Store, open_forum
from listforum.archive.arrival import understand
from listforum.cancel import Cancel
from listforum.forum import Forum
from listforum.forum.connecting import Person
from listforum.home import Home
from listforum.mail.structure import split
from listforum.model.traffic import Bytes, Paid
from lists import LIST, deliver, noise
from mails import BEGAN, mail
from member import Member
from servers.dovecot import Dovecot, User


def test_a_text_that_is_here_costs_nothing(forum: Forum, store: Store) -> None:
    posts = store(mail(1), mail(2))
    assert forum.fetching.price(posts) == 0
    assert forum.fetching.price([]) == 0


def test_what_is_missing_of_texts_is_their_price(forum: Forum, store: Store) -> None:
    received = split(mail(1, text="word " * 1000))
    [part] = received.parts
    absent = understand(replace(received, raw=None, parts=(replace(part, content=None),)))
    received = split(mail(2, text="word " * 1000))
    half = understand(replace(received, raw=None, parts=(replace(part, content=b"word " * 500),)))
    first, second = forum.archive.posts.add("open-data", [absent, half], BEGAN * 2).posts
    assert part.size <= forum.fetching.price([first]) < part.size + 200
    assert part.size - 2500 <= forum.fetching.price([second]) < part.size - 2500 + 200
    assert forum.fetching.price([first, second]) == forum.fetching.price([first]) + forum.fetching.price([second])


def test_a_connection_costs_what_connections_have_cost(forum: Forum) -> None:
    guess = forum.fetching.connect_price()
    assert 2_000 < guess < 8_000
    now = int(time.time())
    for day, (paid, times) in enumerate(((6_000, 2), (3_000, 1), (900_000, 0))):
        forum.archive.ledger.add(now - day * 24 * 3600, "open-data", {"connect": Paid(Bytes(100, paid - 100), times)})
    assert forum.fetching.connect_price() == 3_000


def test_the_price_told_is_close_to_what_is_paid(tmp_path: Path, dovecot: Dovecot, user: User) -> None:
    member = Member(tmp_path / "home")
    member.configure(dovecot, user, LIST)
    half = "".join(f"Line {n} of a long text.\n" for n in range(500))  # what people write repeats itself about so much
    deliver(dovecot, user, 1, text=half + noise(1, 4_000))
    member.json("sync", "--headers-only")
    with open_forum(Home(member.home)) as forum:
        [post] = forum.fetching.waiting(forum.reading.topic_numbers_in("open-data", ["all"]))
        told = forum.fetching.price([post]) + forum.fetching.connect_price()
        report = forum.fetching.texts([post], Person(lambda _: "", Cancel(), lambda _: None))
        assert report.errors == []
        assert abs(report.spent.total - told) < 0.3 * told
        assert forum.fetching.price([post]) == 0
