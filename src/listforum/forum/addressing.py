"""Who a text goes to, and in whose name: decided, or refused in words, before anything is written."""

from __future__ import annotations

from dataclasses import dataclass
from gettext import gettext as _

from listforum.archive.archive import Archive
from listforum.archive.arrival import understand
from listforum.config import Account, Config
from listforum.errors import ConfigError, NoAddressError, UnknownItem, UsageError
from listforum.mail.address import same
from listforum.mail.recipients import answers_privately, private_recipient
from listforum.model.mail import Header


@dataclass(frozen=True, slots=True)
class Envelope:
    """Where a text goes. `answered` and `header` are those of the post it answers; None for a new topic.

    `changes_class` tells that an answer goes to one person though what it answers went to everyone.
    """

    list: str
    account: Account
    to: str
    public: bool
    answered: int | None = None
    header: Header | None = None
    changes_class: bool = False


class Addressing:
    """Addresses answers and new posts. Every doubt is refused."""

    def __init__(self, archive: Archive, config: Config) -> None:
        self._archive = archive
        self._config = config

    def to_list(self, post: int, list_name: str | None) -> Envelope:
        """An answer to everyone on the list that a post came from. Raises as `Writing.reply_to_list` says."""
        header = self.header(post)
        name = self._list_of(post, list_name)
        to = self.posting_address(name)
        self._must_have_come_from(name, to, post, header)
        if self._was_private(post, header):
            raise NoAddressError(
                _(
                    "Post {post} was sent to you and not to the list: answering it in public would show it to "
                    "everyone. Use --private, or write a new post."
                ).format(post=post)
            )
        return Envelope(name, self._account(name), to, public=True, answered=post, header=header)

    def to_author(self, post: int, list_name: str | None) -> Envelope:
        """An answer to the one person who wrote a post. Raises as `Writing.reply_privately` says."""
        header = self.header(post)
        name = self._list_of(post, list_name)
        if self._archive.digests.is_alone(post):
            raise NoAddressError(
                _(
                    "Post {post} is known from a digest only, which proves no address. Answer on the list, or ask the "
                    "person there for an address."
                ).format(post=post)
            )
        to = private_recipient(header, self._list_addresses())
        if to.casefold() in self._own_addresses():
            raise NoAddressError(
                _("Post {post} is your own: there is nobody else to answer privately.").format(post=post)
            )
        return Envelope(
            name,
            self._account(name),
            to,
            public=False,
            answered=post,
            header=header,
            changes_class=not self._was_private(post, header),
        )

    def new_topic(self, list_name: str) -> Envelope:
        """The first post of a topic. Raises as `Writing.post` says."""
        account = self._account(list_name)
        return Envelope(list_name, account, self.posting_address(list_name), public=True)

    def header(self, post: int) -> Header:
        """The header of a post as it came. Raises UnknownItem."""
        return understand(self._archive.contents.received(post)).header

    def posting_address(self, list_name: str) -> str:
        """Where posts to a list go. Raises NoAddressError in words that say how to set it."""
        settings = self._config.lists.get(list_name)
        if settings is not None and settings.address:
            return settings.address
        address, read_only = self._learned_address(list_name)
        if read_only:
            raise NoAddressError(
                _("The list “{list}” takes no posts: its mails say so (List-Post: NO).").format(list=list_name)
            )
        if not address:
            raise NoAddressError(
                _(
                    "No mail of “{list}” says where to post. If you know the address, set it in the config: address "
                    '= "…" under [lists.{list}].'
                ).format(list=list_name)
            )
        return address

    def _learned_address(self, list_name: str) -> tuple[str | None, bool]:
        try:
            return self._archive.lists.posting_address(list_name)
        except UnknownItem:  # it stands in the config, and nothing of it was read yet
            return None, False

    # --- which list, and whose address ----------------------------------------------------------------------------

    def _list_of(self, post: int, list_name: str | None) -> str:
        """The list whose account an answer is written from: never guessed where accounts differ."""
        lists = self._archive.topics.lists_of(post)
        if not lists:
            raise UnknownItem(_("There is no post {post}.").format(post=post))
        if list_name is not None:
            if list_name not in lists:
                raise UsageError(
                    _("Post {post} was not seen in “{list}”, but in: {lists}.").format(
                        post=post, list=list_name, lists=", ".join(lists)
                    )
                )
            return list_name
        configured = [name for name in lists if name in self._config.lists]
        if len({self._config.lists[name].account for name in configured}) > 1:
            raise UsageError(
                _(
                    "Post {post} was seen in lists of different accounts ({lists}): say with --list which one you "
                    "answer in, and so who you are there."
                ).format(post=post, lists=", ".join(configured))
            )
        return configured[0] if configured else lists[0]

    def _must_have_come_from(self, name: str, to: str, post: int, header: Header) -> None:
        """A folder may hold mails of several lists: an answer goes to none that its post never came from."""
        settings = self._config.lists.get(name)
        if settings is not None and settings.address:
            return
        own = self._archive.lists.list_id(name).casefold()
        foreign = header.list_id.casefold() != own if header.list_id else bool(header.list_post)
        named = {*header.list_post, *(mailbox.address for mailbox in (*header.to, *header.cc))}
        if foreign and not any(same(to, one) for one in named):
            raise NoAddressError(
                _(
                    "Post {post} came from another list ({other}) than the one that “{list}” posts to ({to}). Give "
                    "each list of the folder its own [lists.NAME] with list_id; or, if the list has moved, set "
                    'address = "…" under [lists.{list}].'
                ).format(post=post, other=header.list_id or ", ".join(header.list_post), list=name, to=to)
            )

    def _was_private(self, post: int, header: Header) -> bool:
        """Whether only the person got this mail.

        An imported archive often keeps no List-Id, and names an address its list no longer has: there a mail counts
        as private only when it is addressed to the person.
        """
        if not answers_privately(header, self._list_addresses()):
            return False
        if self._archive.posts.places(post):
            return True
        own = self._own_addresses()
        return any(mailbox.address.casefold() in own for mailbox in (*header.to, *header.cc))

    def _own_addresses(self) -> frozenset[str]:
        return frozenset(account.address.address.casefold() for account in self._config.accounts.values())

    def _account(self, list_name: str) -> Account:
        settings = self._config.lists.get(list_name)
        if settings is not None:
            return self._config.accounts[settings.account]
        try:
            self._archive.lists.id_of(list_name)
        except UnknownItem:
            known = ", ".join(self._config.lists) or _("none")
            raise UnknownItem(
                _("There is no list “{list}”. The config knows: {known}.").format(list=list_name, known=known)
            ) from None
        raise ConfigError(
            _(
                "The list “{list}” has no account to write from: add [lists.{list}] with account and folder to the "
                "config."
            ).format(list=list_name)
        )

    def _list_addresses(self) -> frozenset[str]:
        """Every address that is known to reach a whole list."""
        configured = {settings.address for settings in self._config.lists.values() if settings.address}
        named = {settings.list_id for settings in self._config.lists.values() if settings.list_id}
        return self._archive.lists.addresses() | configured | {one.replace(".", "@", 1) for one in named}
