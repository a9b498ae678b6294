"""A search that cannot be meant says so, and does not answer that there is nothing."""

from __future__ import annotations

import pytest

from forum_home import Store
from listforum.errors import UnknownItem
from listforum.forum import Forum
from mails import mail


@pytest.fixture(autouse=True)
def two_lists(store: Store) -> None:
    store(mail(1, subject="Census", text="The wells of the valley."))
    store(mail(2, subject="Seeds", text="No wells.", list_id="gardens.example.org"), name="Gardens")


@pytest.mark.parametrize("query", ["list:nope", "wells list:nope", "wells -list:nope", "wells list:open"])
def test_a_list_that_is_not_here_is_named_with_those_that_are(forum: Forum, query: str) -> None:
    with pytest.raises(UnknownItem, match=r"“(nope|open)”.*Known: Gardens, open-data"):
        forum.searching.search(query)


@pytest.mark.parametrize(
    ("query", "total"),
    [("wells list:gardens", 1), ("wells list:GARDENS", 1), ("wells -list:open-DATA", 1), ("wells", 2)],
)
def test_the_case_of_a_lists_name_does_not_count(forum: Forum, query: str, total: int) -> None:
    assert forum.searching.search(query).total == total
