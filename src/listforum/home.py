"""The one directory that holds everything listforum knows: private to its owner, and written by one at a time."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from gettext import gettext as _
from itertools import islice
from pathlib import Path

from listforum.errors import BusyError, HomeError
from listforum.words import N_

_PRIVATE_FILE = 0o600
_PRIVATE_DIRECTORY = 0o700
_OTHERS = 0o077
_SHARED_TOO = 0o640
_TEMPORARY_SECONDS = 24 * 3600
_WORKING = N_("working")


@dataclass(frozen=True, slots=True)
class Home:
    """Where things lie. Nothing is made, changed or even looked at before `prepare`."""

    directory: Path

    @classmethod
    def locate(cls, argument: str | None, environ: Mapping[str, str]) -> Home:
        """Return the home named by --home, else by LISTFORUM_HOME, else the platform's place for a person's data."""
        named = argument if argument is not None else environ.get("LISTFORUM_HOME") or None
        if named is None:
            # Costs a tenth of a small command's start, and most people name their home once, in the environment.
            from platformdirs import user_data_dir  # noqa: PLC0415

            named = user_data_dir("listforum", appauthor=False)
        if not named.strip() or "\0" in named:
            raise HomeError(_("the home needs a name: --home DIRECTORY"))
        try:
            return cls(Path(named).expanduser().absolute())
        except RuntimeError:
            raise HomeError(_("{home} is nowhere: there is no such user").format(home=named)) from None

    @property
    def config_file(self) -> Path:
        return self.directory / "config.toml"

    @property
    def database(self) -> Path:
        return self.directory / "archive.sqlite3"

    @property
    def index(self) -> Path:
        return self.directory / "index"

    @property
    def temporary(self) -> Path:
        return self.directory / "tmp"

    @property
    def lock_file(self) -> Path:
        return self.directory / "lock"

    # --- privacy ------------------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Make the home if need be, and make everything of listforum's in it private: 0700 and 0600.

        The config is the person's own file: `config.load` judges it, and nothing changes it. Raises HomeError.
        """
        with _in_words(self.directory):
            _make_directory(self.directory)
            self._refuse_a_strangers_directory()
            if not self.writable():
                code = errno.EROFS if os.statvfs(self.directory).f_flag & os.ST_RDONLY else errno.EACCES
                raise OSError(code, os.strerror(code))
            _make_directory(self.index)
            _make_directory(self.temporary)
        with _in_words(self.directory):
            _make_private(self.directory.resolve())
            for path in self._own():
                _make_private(path)

    def writable(self) -> bool:
        """Tell whether the home can be written, or made where it does not exist yet."""
        place = self.directory
        while not os.path.lexists(place) and place != place.parent:
            place = place.parent
        effective = os.access in os.supports_effective_ids
        return place.is_dir() and os.access(place, os.W_OK | os.X_OK, effective_ids=effective)

    def modes_hold(self) -> bool:
        """Tell whether the file system keeps files private by their modes; sticks and shared folders often do not."""
        return modes_hold(self.directory)

    def restrict_process(self) -> None:
        """Let this process leave no trace outside the home: private files, no core dump, temporary files in the home.

        Concerns the whole process and its children; called once, at its start.
        """
        os.umask(_OTHERS)
        _forbid_core_dumps()
        directory = str(self.temporary)
        os.environ.update(TMPDIR=directory, SQLITE_TMPDIR=directory)
        if "tempfile" in sys.modules:
            # It may have chosen its directory already; where it has not, importing it costs a small command too much.
            import tempfile  # noqa: PLC0415

            tempfile.tempdir = directory

    def _refuse_a_strangers_directory(self) -> None:
        facts = self.directory.stat()
        if not stat.S_ISDIR(facts.st_mode):
            raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        if facts.st_uid != os.geteuid() and self.modes_hold():
            raise HomeError(
                _("{directory} belongs to another user; name a directory of your own with --home").format(
                    directory=self.directory
                )
            )
        if facts.st_mode & _OTHERS and self._holds_only_strange_files() and self.modes_hold():
            raise HomeError(
                _(
                    "{directory} holds other things and is open to other users; name an empty or a new directory"
                    " with --home, or make it private: chmod 700 {directory}"
                ).format(directory=self.directory)
            )

    def _holds_only_strange_files(self) -> bool:
        with os.scandir(self.directory) as entries:
            names = {entry.name for entry in islice(entries, 1000)}
        own = {self.config_file.name, self.database.name, self.lock_file.name, self.index.name, self.temporary.name}
        return bool(names) and not names & own

    def _own(self) -> Iterator[Path]:
        """Yield every file and directory of listforum's own making."""
        yield self.lock_file
        yield from self.directory.glob(f"{self.database.name}*")
        for top in (self.index, self.temporary):
            if top.is_symlink():
                continue
            for directory, directories, files in os.walk(top):
                yield Path(directory)
                yield from (Path(directory, name) for name in (*directories, *files))

    # --- one at a time ------------------------------------------------------------------------------------------------

    @contextmanager
    def lock(self, purpose: str = _WORKING) -> Iterator[None]:
        """Be the only one who syncs, sends or indexes in this home; `purpose` tells others what is done: N_("syncing").

        Does not wait: raises BusyError, which says what the other does. The kernel frees the lock when the process
        ends, however it ends; what stands in the file is only for people. Raises HomeError where nothing can be locked.
        """
        with _in_words(self.lock_file):
            descriptor = os.open(self.lock_file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, _PRIVATE_FILE)
        try:
            with _in_words(self.lock_file):
                _lock_at_once(descriptor)
                _write_holder(descriptor, f"{os.getpid()} {purpose}")
                self._sweep()
            yield
        finally:
            # A child that is just being started may hold a copy of the descriptor for a moment: closing would not do.
            with suppress(OSError):
                fcntl.flock(descriptor, fcntl.LOCK_UN)
            os.close(descriptor)

    def _sweep(self) -> None:
        """Remove temporary files that a killed process left: they may hold a draft."""
        for path in self.temporary.glob("*"):
            try:
                facts = path.lstat()
                if stat.S_ISREG(facts.st_mode) and facts.st_mtime < time.time() - _TEMPORARY_SECONDS:
                    path.unlink()
            except FileNotFoundError:
                continue  # its owner was quicker


def modes_hold(directory: Path) -> bool:
    """Tell whether modes protect files in this directory. Where nothing can be written to try it, they are believed."""
    probe = directory / f".modes-{os.getpid()}-{time.monotonic_ns()}"
    try:
        descriptor = os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, _PRIVATE_FILE)
    except OSError:
        return True
    try:
        return all(_keeps(descriptor, mode) for mode in (_PRIVATE_FILE, _SHARED_TOO))
    finally:
        os.close(descriptor)
        probe.unlink(missing_ok=True)


def _keeps(descriptor: int, mode: int) -> bool:
    try:
        os.fchmod(descriptor, mode)
    except OSError:
        return False
    return stat.S_IMODE(os.fstat(descriptor).st_mode) == mode


def _make_directory(directory: Path) -> None:
    """Make a directory and those above it, each for its owner only."""
    missing = [place for place in (directory, *directory.parents) if not os.path.lexists(place)]
    for place in reversed(missing):
        try:
            place.mkdir(_PRIVATE_DIRECTORY)
        except FileExistsError:
            continue  # another listforum made it in the same moment


def _make_private(path: Path) -> None:
    """Take a file or directory of one's own away from everyone else. Links are left: what they name is not ours."""
    try:
        facts = path.lstat()
        if stat.S_ISLNK(facts.st_mode) or facts.st_uid != os.geteuid():
            return
        wanted = _PRIVATE_DIRECTORY if stat.S_ISDIR(facts.st_mode) else _PRIVATE_FILE
        if stat.S_IMODE(facts.st_mode) != wanted:
            path.chmod(wanted)
    except FileNotFoundError:
        return  # a journal or a temporary file that was done with
    except PermissionError:
        if modes_hold(path.parent):
            raise


def _forbid_core_dumps() -> None:
    # Needed once in a process that goes on to read private mail, not by one that prints its usage.
    import resource  # noqa: PLC0415

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        try:
            import ctypes  # noqa: PLC0415
        except ImportError:  # a Python built without libffi; the limit has to do
            return
        # A core that is piped to a program ignores the limit; a process that cannot be dumped has none.
        pr_set_dumpable = 4
        ctypes.CDLL(None).prctl(pr_set_dumpable, 0, 0, 0, 0)


def _lock_at_once(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise BusyError(_words_of_holder(os.pread(descriptor, 200, 0).decode("utf-8", "replace"))) from None


def _write_holder(descriptor: int, holder: str) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, holder.encode(), 0)


def _words_of_holder(holder: str) -> str:
    number, _blank, purpose = holder.partition(" ")
    if not (number.isascii() and number.isdigit() and purpose.isprintable() and purpose):
        return _("another listforum is at work in this home; wait until it is done, or stop it")
    if int(number) == os.getpid():
        words = _("this listforum is {doing} in this home; wait until it is done, or stop it")
    else:
        words = _("another listforum (process {number}) is {doing} in this home; wait until it is done, or stop it")
    return words.format(number=number, doing=_(purpose))


# --- what went wrong --------------------------------------------------------------------------------------------------

_WORDS = {
    errno.EROFS: N_("{path} is on a disk that can only be read"),
    errno.ENOTDIR: N_("{path} is not a directory"),
    errno.EEXIST: N_("{path} is not a directory"),
    errno.EACCES: N_("{path} cannot be written: you have no permission there"),
    errno.EPERM: N_("{path} cannot be written: you have no permission there"),
    errno.ENOSPC: N_("{path} cannot be written: the disk is full"),
    errno.EDQUOT: N_("{path} cannot be written: your share of the disk is used up"),
    errno.ENOENT: N_("{path} does not exist"),
    errno.ELOOP: N_("{path} is a link that leads nowhere safe"),
    errno.ENAMETOOLONG: N_("{path} has a name too long for this disk"),
    errno.EIO: N_("{path} cannot be used: the disk reports an error"),
    errno.ENOLCK: N_("{path} is on a file system without locks; put the home on a local disk"),
    errno.ENOTSUP: N_("{path} is on a file system without locks; put the home on a local disk"),
}


def explained(error: OSError, path: Path) -> HomeError:
    """Return the HomeError that says what the system's error about this path means."""
    words = _WORDS.get(error.errno or 0, N_("{path} cannot be used: {why}"))
    return HomeError(_(words).format(path=path, why=error.strerror))


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise explained(error, path) from error
