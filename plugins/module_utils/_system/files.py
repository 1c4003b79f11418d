# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write files to the job directory: the daemon never reads a half-written file."""

from __future__ import absolute_import, division, print_function

import collections
import errno
import fcntl
import os
import re
import stat
import tempfile
import threading
import time

from .._errors import UpstartError
from .._text import decode, encode
from .reading import read_file

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Iterable, List, Optional, Protocol, Sequence, Tuple  # noqa: F401

    class Preparer(Protocol):
        """What a Batch needs from the attributes of a file that it writes."""

        def prepare(self, staged, path):
            # type: (str, str) -> None
            """Give the staged file the owner, mode and context of the file at ``path``, or of a new file."""

    class Attributes(Preparer, Protocol):
        """_file_attributes.FileAttributes, for rooms that may not import it."""

        def adjust(self, path):
            # type: (str) -> bool
            """Set the attributes of a file as the task asks; return whether that changes anything."""

        def backup(self, path):
            # type: (str) -> Optional[str]
            """Copy a file and return the path of the copy, None for no file."""

        def validate(self, command, name, data):
            # type: (str, str, bytes) -> None
            """Run the user's own check on a copy of the file."""

__metaclass__ = type

# The daemon loads all *.conf and *.override files, hidden ones too, but never a file with this suffix.
STAGED_SUFFIX = ".ansible~"
STAGED_NAME = re.compile(r"\..+\.[^.]+\.ansible~$")  # as Batch.place makes them
STAGED_PREFIX_LENGTH = 200  # bytes of the file's own name in its staged name; the rest must fit too
ANY_CONTENT = object()  # type: Any  # replace the file whatever it contains
ABANDONED_AGE = 3600.0  # seconds after which a staged file counts as abandoned on file systems without locks
LOCK_ATTEMPTS, LOCK_INTERVAL = 50, 0.01  # attempts to get a lock that others hold, and seconds between them
FLUSH_THREADS = 8
REMEDIES = {
    errno.ENOSPC: "Free space or inodes on its file system (see df and df -i), then run the task again.",
    errno.EDQUOT: "Free space within the disk quota, then run the task again.",
    errno.EROFS: "Mount its file system read-write, then run the task again.",
    errno.EPERM: "If the file or its directory is immutable (see lsattr), run chattr -i on it.",
    errno.EACCES: "Run the task as a user with write access (become: true).",
}


def check_target(path, removal=False):
    # type: (str, bool) -> None
    """Raise UpstartError if a path cannot be written or removed because something other than a file is there.

    :param removal: bool, whether the path is to be removed, else written.
    """
    try:
        mode = os.lstat(path).st_mode
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR):
            return
        raise UpstartError("Cannot check %s: %s." % (path, error.strerror), path=path)
    if stat.S_ISREG(mode) or (removal and stat.S_ISLNK(mode)):
        return
    kind = "a symbolic link to %s" % os.readlink(path) if stat.S_ISLNK(mode) else "not a regular file"
    if stat.S_ISDIR(mode):
        kind = "a directory"
    raise UpstartError("%s is in the way: it is %s. Move it away; it is not replaced." % (path, kind), path=path)


def _missing(folder):
    # type: (str) -> List[str]
    """Return the missing directories on the way to ``folder`` and itself, the outermost first."""
    missing = []  # type: List[str]
    while folder and not os.path.isdir(folder):
        missing.insert(0, folder)
        folder = os.path.dirname(folder)
    return missing


class Batch:
    """Write and remove several files together. Use it in a ``with`` statement, which cleans up all staged files.

    No file changes before ``finish``, which flushes all data before it renames the first file. It leaves a file alone
    that another process has changed since the task read it.
    """

    def __init__(self):
        # type: () -> None
        # Tuples of path, staged file, attributes; the last two are None for a removal.
        self._steps = []  # type: List[Tuple[str, Optional[str], Any]]
        # Path: expected bytes until its next step, None for no file.
        self._before = {}  # type: Dict[str, Optional[bytes]]
        self._after = {}  # type: Dict[Optional[str], bytes]  # staged file: its bytes
        # Path of a removed file: number of directories above it to remove with it.
        self._levels = {}  # type: Dict[str, int]
        self._folders = []  # type: List[str]  # directories that this batch has made
        self._locks = {}  # type: Dict[str, Optional[int]]  # folder: descriptor with a lock, or None
        self._copies = {}  # type: Dict[str, str]  # path: its copy
        self.done = []  # type: List[str]  # paths of finished steps

    def __enter__(self):
        # type: () -> Batch
        return self

    def __exit__(self, *unused):
        # type: (*Any) -> None
        staged_files = [staged for _path, staged, _attributes in self._steps if staged is not None]
        for name in staged_files + [copy for path, copy in self._copies.items() if path not in self.done]:
            try:
                os.unlink(name)
            except OSError:  # it does not exist, or the disk is broken, which the first error reports
                pass
        for folder in reversed(self._folders):
            remove_if_empty(folder)
        for handle in self._locks.values():
            if handle is not None:
                os.close(handle)

    def tidy(self, folders):
        # type: (Iterable[str]) -> None
        """Remove staged files of tasks that were killed before they renamed them.

        :param folders: iterable of text.
        """
        for folder in folders:
            if _staged_in(folder):
                self._lock_folder(folder)

    def keep(self, path, attributes):
        # type: (str, Attributes) -> Optional[str]
        """Copy ``path`` and return the name of the copy. It is removed again if the file is not changed.

        A batch keeps one copy of a file: the removal of a job file removes its override too, which the task may list.
        """
        if path in self._copies:
            return self._copies[path]
        try:
            copy = attributes.backup(path)
        except (IOError, OSError) as error:
            raise _file_error("keep a copy of", path, error)
        if copy is not None:
            self._copies[path] = copy
        return copy

    def make_parent(self, path, conf_dir):
        # type: (str, str) -> None
        """Make the subdirectory of a job whose name has a ``/``. It is removed again if it stays empty."""
        if not os.path.isdir(conf_dir):
            raise UpstartError("The job directory %s does not exist. Check that this host runs Upstart, or set "
                               "conf_dir to the directory of its job files. With load: false, create it first."
                               % conf_dir, path=conf_dir)
        parent = os.path.dirname(path)
        for folder in _missing(parent):
            try:
                os.mkdir(folder, 0o755)
            except OSError as error:
                if error.errno != errno.EEXIST or not os.path.isdir(folder):
                    raise _file_error("make the directory", parent, error)
            else:
                self._folders.append(folder)

    def place(self, path, data, attributes, before=ANY_CONTENT):
        # type: (str, bytes, Preparer, Optional[bytes]) -> None
        """Stage ``data`` (bytes) beside ``path``; ``finish`` moves it there.

        :param attributes: object with ``prepare(staged, path)``, which sets owner, mode and context of the staged file.
        :param before: bytes of the file when the task read it, None for no file. ``finish`` raises if it differs.
        """
        folder, name = os.path.split(path)
        try:
            self._lock_folder(folder)
            handle, staged = tempfile.mkstemp(prefix=".%s." % _staged_prefix(name), suffix=STAGED_SUFFIX, dir=folder)
            self._steps.append((path, staged, attributes))
            self._before.setdefault(path, before)
            self._after[staged] = data
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
        except (IOError, OSError) as error:
            raise _file_error("write", path, error)

    def remove(self, path, before=ANY_CONTENT, levels=0):
        # type: (str, Optional[bytes], int) -> None
        """Add the removal of a file; adding it twice is no error.

        :param before: as for ``place``.
        :param levels: int, number of directories above the file to remove with it if they are empty then.
        """
        if (path, None, None) not in self._steps:
            self._steps.append((path, None, None))
            self._before.setdefault(path, before)
            self._levels[path] = levels

    def finish(self):
        # type: () -> None
        """Write and remove all files in the order in which they were added, and flush the directories."""
        _flush_all([(path, staged) for path, staged, _attributes in self._steps if staged is not None])
        folders = set(os.path.dirname(path) for path, _staged, _attributes in self._steps)
        for path, staged, _attributes in reversed(self._steps):
            self._check_unchanged(path, staged)
        while self._steps:
            path, staged, attributes = self._steps[0]
            self._check_unchanged(path, staged)
            try:
                if staged is None:
                    os.unlink(path)
                else:
                    attributes.prepare(staged, path)
                    os.rename(staged, path)
            except (IOError, OSError) as error:
                raise _file_error("remove" if staged is None else "write", path, error, self.done)
            except UpstartError as error:  # the attributes that the task asks for
                error.facts["done"] = list(self.done)
                raise
            self._before[path] = self._after.get(staged)
            self.done.append(path)
            del self._steps[0]
            for _level in range(self._levels.pop(path, 0)):
                path = os.path.dirname(path)
                if remove_if_empty(path):
                    folders.discard(path)
                    folders.add(os.path.dirname(path))
        for folder in folders:
            _flush(folder)

    def _check_unchanged(self, path, staged):
        # type: (str, Optional[str]) -> None
        """Raise UpstartError if a file has neither the content that the task read nor the staged content."""
        before = self._before[path]
        if before is ANY_CONTENT:
            return
        present = read_file(path)
        if present != before and (present is None or present != self._after.get(staged)):
            effect = "these files were changed before it: " + ", ".join(self.done) if self.done else (
                "nothing was written")
            raise UpstartError("%s was changed by another process after this task read it; %s. Run the task again." % (
                path, effect), path=path, done=list(self.done))

    def _lock_folder(self, folder):
        # type: (str) -> None
        """Get a shared lock on a folder with staged files. If no other task has one, remove abandoned files first."""
        if folder in self._locks:
            return
        self._locks[folder] = None
        try:
            handle = os.open(folder, os.O_RDONLY)
        except OSError:
            return  # the attempt to write a file there reports the error
        self._locks[folder] = handle
        _remove_staged(folder, 0.0 if _lock(handle, fcntl.LOCK_EX, 1) else ABANDONED_AGE)
        _lock(handle, fcntl.LOCK_SH, LOCK_ATTEMPTS)


def _lock(handle, kind, attempts):
    # type: (int, int, int) -> bool
    """Try to lock a descriptor, and return whether that worked. The kernel releases the locks of a killed process."""
    for left in range(attempts - 1, -1, -1):
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
            return True
        except (IOError, OSError) as error:
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                return False  # no locks on this file system
        if left:
            time.sleep(LOCK_INTERVAL)
    return False


def _staged_in(folder):
    # type: (str) -> List[str]
    try:
        entries = os.listdir(folder)
    except OSError:
        return []
    return [os.path.join(folder, entry) for entry in entries if STAGED_NAME.match(entry)]


def _staged_prefix(name):
    # type: (str) -> str
    """Return the part of a file's name that its staged name begins with."""
    short = encode(decode(name))[:STAGED_PREFIX_LENGTH]
    return short if str is bytes else short.decode("utf-8", "ignore")  # type: ignore[return-value]  # Python 2


def remove_if_empty(folder):
    # type: (str) -> bool
    """Remove a directory if it is empty, and return whether it was."""
    try:
        os.rmdir(folder)
        return True
    except OSError:
        return False


def _remove_staged(folder, age):
    # type: (str, float) -> None
    """Remove the staged files in a folder that are older than ``age`` seconds."""
    for path in _staged_in(folder):
        try:
            if not age or time.time() - os.lstat(path).st_mtime > age:
                os.unlink(path)
        except OSError:
            pass  # it no longer exists


def _file_error(verb, path, error, done=()):
    # type: (str, str, EnvironmentError, Sequence[str]) -> UpstartError
    """Return the UpstartError for a file that could not be changed.

    :param done: list of text, the files that the task has changed already.
    """
    text = "Cannot %s %s: %s" % (verb, path, error.strerror or error)
    if verb == "write":
        text += "; the file is unchanged"
    if done:
        text += "; these files were changed before it: %s" % ", ".join(done)
    remedy = REMEDIES.get(error.errno)  # type: ignore[arg-type]  # None has no remedy
    return UpstartError(text + "." + (" " + remedy if remedy else ""), path=path, done=list(done))


def _flush_all(staged_files):
    # type: (Sequence[Tuple[str, str]]) -> None
    """Flush staged files in several threads at once, because the file system then commits them together.

    :param staged_files: list of (path, staged file).
    """
    waiting = collections.deque(staged_files)
    errors = []  # type: List[UpstartError]

    def flush_waiting():
        # type: () -> None
        while True:
            try:
                path, staged = waiting.popleft()
            except IndexError:
                return
            try:
                _flush(staged)
            except (IOError, OSError) as error:
                errors.append(_file_error("write", path, error))

    threads = [threading.Thread(target=flush_waiting) for _number in range(min(FLUSH_THREADS, len(waiting)) - 1)]
    for thread in threads:
        thread.start()
    flush_waiting()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def _flush(path):
    # type: (str) -> None
    """Write the data of a file, or the names in a directory, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
