"""What a post's own header says about the post it answers (RFC 5322, 3.6.4)."""

from __future__ import annotations

from collections.abc import Iterable

from listforum.mail.thread_index import thread_index
from listforum.model.forum import Evidence
from listforum.model.mail import Header

CONVERSATION = "@thread-index.invalid"
"""Ends the ids that stand for places in an Outlook conversation, beside Message-IDs."""

MOST_REFERRED = 100
"""Ids kept of one post: more than any real thread is deep, few enough that a hostile header costs nothing."""


def evidence(post: int, ids: Iterable[str], header: Header, date: int, seniority: tuple[int, int, str]) -> Evidence:
    """What threading needs to know of a post, from its header.

    `ids` are all the Message-IDs the post is known by, without brackets; `date` is the moment that orders it.
    In-Reply-To names the parent; References, from the newest to the oldest, stand in where that parent is not here
    (RFC 5322, 3.6.4); then the places above its own in an Outlook conversation. Of more than `MOST_REFERRED` of either
    the nearest are kept, and the oldest, which names the thread.

    `seniority` settles who owns an id that several posts carry, the smallest being the senior. It should rest on what
    the writer of a mail cannot choose, such as the time a server received it, or a forged copy takes over the answers.
    """
    own = tuple(dict.fromkeys(known for known in ids if known))
    replied = dict.fromkeys(named for named in header.in_reply_to if named and named not in own)
    referred = dict.fromkeys(replied)
    referred.update(dict.fromkeys(named for named in reversed(header.references) if named and named not in own))
    nearest = (*_nearest(tuple(referred)), *_nearest(_places_above(header)))
    return Evidence(post, own, nearest, sum(named in replied for named in nearest), date, seniority)


def _nearest(ids: tuple[str, ...]) -> tuple[str, ...]:
    return ids if len(ids) <= MOST_REFERRED else (*ids[: MOST_REFERRED - 1], ids[-1])


def own_place(header: Header) -> tuple[str, ...]:
    """The id of a mail's place in an Outlook conversation, when it has one."""
    place = thread_index(header.thread_index)
    return (place.own + CONVERSATION,) if place else ()


def _places_above(header: Header) -> tuple[str, ...]:
    place = thread_index(header.thread_index)
    return tuple(parent + CONVERSATION for parent in place.parents) if place else ()
