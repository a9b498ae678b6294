"""Where mail goes that is handed in: to the list, which sends out its copy of it, or to nobody at all."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from listforum.demo.mailbox import Mailbox


@dataclass(frozen=True, slots=True)
class PostOffice:
    """Where mail goes. What is sent to `address` is delivered to `posts` as `list_copy` makes it of the mail and the
    time; what is sent to anybody else is kept in `private`, and reaches nobody.
    """

    user: bytes
    password: bytes = field(repr=False)
    address: str
    list_copy: Callable[[bytes, int], bytes]
    posts: Mailbox
    private: Mailbox

    def accept(self, recipients: list[str], mail: bytes) -> None:
        """Keep a mail for all its recipients; it is on the disk on return."""
        now = int(time.time())
        to_list = {recipient.lower() == self.address.lower() for recipient in recipients}
        if True in to_list:
            self.posts.append(self.list_copy(mail, now), now)
        if False in to_list:
            self.private.append(mail, now)

    def knows(self, user: bytes, password: bytes) -> bool:
        return (user, password) == (self.user, self.password)
