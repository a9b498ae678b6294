"""Saved searches: kept under a name, in any case of it, until they are thrown away."""

from __future__ import annotations

from pathlib import Path

import pytest

from forum_home import Store, open_forum
from listforum.archive.salvage import salvage
from listforum.errors import QueryError, UnknownItem, UsageError
from listforum.forum import Forum
from listforum.home import Home
from listforum.model.forum import SavedSearch
from mails import mail


def test_they_are_told_by_name_and_outlast_the_session(forum: Forum, home: Home) -> None:
    forum.views.keep("wells", "from:maria well*")
    forum.views.keep("Seeds", "is:unread seeds")
    with open_forum(home) as again:
        assert again.views.all() == (SavedSearch("Seeds", "is:unread seeds"), SavedSearch("wells", "from:maria well*"))
        assert again.views.named(" WELLS ") == SavedSearch("wells", "from:maria well*")


def test_one_of_the_same_name_is_replaced_and_can_be_put_back(forum: Forum) -> None:
    assert forum.views.keep("Straße", "wells") is None
    before = forum.views.keep("STRASSE", "seeds")
    assert forum.views.all() == (SavedSearch("STRASSE", "seeds"),)
    assert before is not None
    forum.views.keep(before.name, before.words)
    assert forum.views.all() == (SavedSearch("Straße", "wells"),)


def test_one_is_thrown_away_once(forum: Forum) -> None:
    forum.views.keep("wells", "wells")
    assert forum.views.drop("Wells") is True
    assert forum.views.drop("Wells") is False
    assert forum.views.all() == ()


class TestRenaming:
    def test_the_words_stay(self, forum: Forum) -> None:
        forum.views.keep("wells", "from:maria well*")
        forum.views.rename("wells", "Wells")
        forum.views.rename("Wells", "چاه‌ها")
        assert forum.views.all() == (SavedSearch("چاه‌ها", "from:maria well*"),)

    def test_a_name_that_is_taken_is_refused_and_nothing_is_lost(self, forum: Forum) -> None:
        forum.views.keep("wells", "wells")
        forum.views.keep("seeds", "seeds")
        with pytest.raises(UsageError, match=r"“SEEDS” already"):
            forum.views.rename("wells", "SEEDS")
        assert [one.name for one in forum.views.all()] == ["seeds", "wells"]

    def test_one_that_is_not_there_is_named_with_those_that_are(self, forum: Forum) -> None:
        with pytest.raises(UnknownItem, match=r"“nope”.*none yet"):
            forum.views.rename("nope", "wells")
        forum.views.keep("wells", "wells")
        with pytest.raises(UnknownItem, match=r"“nope”.*Known: wells"):
            forum.views.named("nope")


@pytest.mark.parametrize("words", ["", "   ", '""', "from:"])
def test_words_in_which_there_is_nothing_to_search_for_are_refused(forum: Forum, words: str) -> None:
    with pytest.raises(QueryError):
        forum.views.keep("wells", words)
    assert forum.views.all() == ()


@pytest.mark.parametrize("name", ["", " \n", "\x1b[2J", "x" * 101])
def test_a_name_that_nobody_could_see_is_refused(forum: Forum, name: str) -> None:
    with pytest.raises(UsageError):
        forum.views.keep(name, "wells")


def test_names_and_words_are_safe_to_show(forum: Forum) -> None:
    forum.views.keep("wells\x1b[31m\nof \u202eours", "dry\twells\x07")
    assert forum.views.all() == (SavedSearch("wells of ours", "dry wells"),)
    forum.views.keep("half \udcff", "wells \udcff")
    assert forum.views.named("half \udcff").words.startswith("wells ")


def test_they_outlast_a_rebuild_and_a_salvage(forum: Forum, home: Home, store: Store) -> None:
    store(mail(1))
    forum.views.keep("wells", "from:maria well*")
    forum.archive.searches.remember("seeds")
    forum.upkeep.rebuild(lambda _done, _total: None)
    assert forum.views.all() == (SavedSearch("wells", "from:maria well*"),)
    forum.close()
    salvage(Path(home.database), lambda _done, _total: None)
    with open_forum(home) as again:
        assert again.views.all() == (SavedSearch("wells", "from:maria well*"),)
        assert again.archive.searches.remembered() == ("seeds",)
