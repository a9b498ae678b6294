"""Which folder holds sent mail, and which post is the copy of another: what settling rests on, without any server."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.archive.outbox import Copy
from listforum.sync.settle import is_copy, sent_folder
from listforum.wire.folder import Folder


def folders(*names: str, special: str = "") -> list[Folder]:
    return [Folder(name, "\\Sent" if name == special else "", selectable=True) for name in names]


@pytest.mark.parametrize(
    ("found", "sent_one"),
    [
        (folders("INBOX", "Sent", "Outgoing", special="Outgoing"), "Outgoing"),
        (folders("INBOX", "Drafts", "Sent Items"), "Sent Items"),
        (folders("INBOX", "INBOX.Sent"), "INBOX.Sent"),
        (folders("INBOX", "[Gmail]/Enviados"), "[Gmail]/Enviados"),
        (folders("INBOX", "Éléments envoyés"), "Éléments envoyés"),
        (folders("INBOX", "Отправленные"), "Отправленные"),
        (folders("INBOX", "已发送"), "已发送"),
        (folders("INBOX", "ارسال شده"), "ارسال شده"),
        (folders("INBOX", "Lists/absent", "Presents"), None),
        ([Folder("Sent", "\\Sent", selectable=False)], None),
    ],
)
def test_the_sent_folder_is_known_by_its_use_or_its_name(found: list[Folder], sent_one: str | None) -> None:
    assert sent_folder(found) == sent_one


OWN = Copy(1, "Ana Lima", "ana@example.org", "Re: The census files", 1_790_000_040, b"d" * 16, same_id=True)
COPIES = st.builds(
    Copy,
    st.integers(2, 9),
    st.sampled_from(["Ana Lima", "ANA LIMA", "Eve"]),
    st.sampled_from(["ana@example.org", "Ana@Example.org", "eve@example.net", None]),
    st.sampled_from(["Re: The census files", "[open-data] The census files", "Watches"]),
    st.sampled_from([1_790_000_040, 1_790_000_100, 1_700_000_000, None]),
    st.sampled_from([b"d" * 16, b"e" * 16, None]),
    st.booleans(),
)


@given(other=COPIES, handed_over=st.sampled_from([None, 1_790_000_040]))
@settings(deadline=None, max_examples=200)
def test_only_the_same_words_are_the_same_mail(other: Copy, handed_over: int | None) -> None:
    if is_copy(OWN, other, handed_over):
        assert other.digest == OWN.digest
        assert other.same_id or ((other.subject != "Watches" and other.author != "Eve") or other.address is not None)
        assert other.same_id or other.sent in {1_790_000_040, 1_790_000_100}
        assert other.same_id or other.address != "eve@example.net"


def test_what_a_list_changes_does_not_make_another_mail() -> None:
    copy = replace(OWN, post=2, same_id=False)
    assert is_copy(OWN, copy, None)
    assert is_copy(OWN, replace(copy, subject="[open-data] Re: The census files"), None)
    assert is_copy(OWN, replace(copy, address=None), None)
    assert is_copy(OWN, replace(copy, sent=1_790_000_900), 1_790_000_880)
    assert not is_copy(OWN, replace(copy, sent=1_790_000_900), None)
    assert not is_copy(OWN, replace(copy, address=None, author="Eve"), None)
    assert not is_copy(OWN, replace(copy, digest=None), None)
