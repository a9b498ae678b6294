"""How bytes lie in the archive: compressed."""

from __future__ import annotations

import zlib
from gettext import gettext as _

from listforum.errors import ArchiveError


def packed(data: bytes) -> bytes:
    """Bytes as they are stored."""
    return zlib.compress(data, 6)


def unpacked(data: bytes) -> bytes:
    """What was packed. Raises ArchiveError when the disk gave back something else than was stored."""
    try:
        return zlib.decompress(data)
    except zlib.error as error:
        raise damaged(error) from error


def damaged(error: object) -> ArchiveError:
    """What to say where the archive does not hold what was stored in it."""
    return ArchiveError(
        _(
            "Something in the archive is damaged ({error}). Save what can be read of it with: listforum "
            "rebuild --salvage (the damaged file is kept beside the new one)."
        ).format(error=error)
    )
