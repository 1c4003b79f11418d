# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put files into the job directory so that the daemon only ever sees whole ones."""

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

__metaclass__ = type

# The daemon loads every *.conf and *.override, hidden ones too, so a name that ends like this is safe.
STAGED = ".ansible~"
STAGED_NAME = re.compile(r"\..+\.[^.]+\.ansible~$")  # as Batch.place makes them
STAGED_LENGTH = 200  # bytes of a file's name that its staged name begins with
ANYTHING = object()  # a file that is replaced whatever it holds
ABANDONED = 3600.0  # seconds after which a staged file belongs to nobody, where locks do not tell
LOCK_LOOKS, LOCK_PAUSE = 50, 0.01  # how often, and how many seconds apart, a lock that others hold is tried
FLUSHERS = 8
REMEDIES = {
    errno.ENOSPC: "Make room on its file system (look with df, and df -i) and run the task again.",
    errno.EDQUOT: "Make room within the disk quota and run the task again.",
    errno.EROFS: "Have its file system mounted for writing, and run the task again.",
    errno.EPERM: "Is it, or its directory, immutable? Look with lsattr, and undo that with chattr -i.",
    errno.EACCES: "Become a user who may do that (become: true).",
}


def check_target(path, removal=False):
    """Refuse a place where no file can be put or, for a ``removal``, taken away; raise UpstartError."""
    try:
        mode = os.lstat(path).st_mode
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR):
            return
        raise UpstartError("Cannot look at %s: %s." % (path, error.strerror), path=path)
    if stat.S_ISREG(mode) or (removal and stat.S_ISLNK(mode)):
        return
    kind = "a symbolic link to %s" % os.readlink(path) if stat.S_ISLNK(mode) else "not a regular file"
    if stat.S_ISDIR(mode):
        kind = "a directory"
    raise UpstartError("%s is in the way: it is %s. Move it away; it is not replaced." % (path, kind), path=path)


def _missing(folder):
    """Return the directories that must be made to have ``folder``, the outermost first."""
    missing = []
    while folder and not os.path.isdir(folder):
        missing.insert(0, folder)
        folder = os.path.dirname(folder)
    return missing


class Batch:
    """Files that are placed and removed together; use it in a ``with`` statement, which leaves no staged file behind.

    Nothing happens to them before ``finish``, and then all data is flushed before the first file gets its name. A file
    that is no longer what its change was planned from is left alone: somebody's change would be lost.
    """

    def __init__(self):
        self._steps = []  # of path, staged file or None for a removal, attributes
        self._before = {}  # the bytes that each path is to hold until its next step, None for no file
        self._after = {}  # the bytes that are staged, by the staged file
        self._levels = {}  # how many directories above a removed file go with it
        self._folders = []  # directories that were made here
        self._claims = {}
        self._copies = []
        self._done = []

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        litter = [staged for _path, staged, _attributes in self._steps if staged is not None]
        for name in litter + [copy for path, copy in self._copies if path not in self._done]:
            try:
                os.unlink(name)
            except OSError:  # it has gone, or the disk takes no change at all: the first error says so
                pass
        for folder in reversed(self._folders):
            _remove_if_empty(folder)
        for handle in self._claims.values():
            if handle is not None:
                os.close(handle)

    def tidy(self, folders):
        """Remove what runs that were killed between staging and renaming left in folders."""
        for folder in folders:
            if _staged_in(folder):
                self._claim(folder)

    def keep(self, path, attributes):
        """Copy ``path`` and return the name of the copy, which goes again if the file is not changed in the end."""
        try:
            copy = attributes.backup(path)
        except (IOError, OSError) as error:
            raise _failed("keep a copy of", path, error)
        if copy is not None:
            self._copies.append((path, copy))
        return copy

    def make_parent(self, path, conf_dir):
        """Make the sub-directory of a job whose name has a ``/``; it goes again if nothing is put there in the end."""
        if not os.path.isdir(conf_dir):
            raise UpstartError("The job directory %s does not exist. Is this host running Upstart, or does it read its "
                               "jobs from elsewhere (conf_dir)?" % conf_dir, path=conf_dir)
        parent = os.path.dirname(path)
        for folder in _missing(parent):
            try:
                os.mkdir(folder, 0o755)
            except OSError as error:
                if error.errno != errno.EEXIST or not os.path.isdir(folder):
                    raise _failed("make the directory", parent, error)
            else:
                self._folders.append(folder)

    def place(self, path, data, attributes, before=ANYTHING):
        """Have ``data`` (bytes) written to ``path``: it is staged beside it now.

        :param attributes: object with ``prepare(staged, path)``, which gives the staged file the owner, mode and
            context that the file shall have.
        :param before: bytes that the change was planned from, None for no file: ``finish`` raises if the file differs.
        """
        folder, name = os.path.split(path)
        try:
            self._claim(folder)
            handle, staged = tempfile.mkstemp(prefix=".%s." % _beginning(name), suffix=STAGED, dir=folder)
            self._steps.append((path, staged, attributes))
            self._before.setdefault(path, before)
            self._after[staged] = data
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
        except (IOError, OSError) as error:
            raise _failed("write", path, error)

    def remove(self, path, before=ANYTHING, levels=0):
        """Have a file removed; to ask for that twice is no error.

        :param before: as of ``place``.
        :param levels: how many of the directories above the file are removed with it if that leaves them empty.
        """
        if (path, None, None) not in self._steps:
            self._steps.append((path, None, None))
            self._before.setdefault(path, before)
            self._levels[path] = levels

    def finish(self):
        """Carry out everything, in the order in which it was asked for, and make it last."""
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
                raise _failed("remove" if staged is None else "write", path, error, self._done)
            self._before[path] = self._after.get(staged)
            self._done.append(path)
            del self._steps[0]
            for _level in range(self._levels.pop(path, 0)):
                path = os.path.dirname(path)
                if _remove_if_empty(path):
                    folders.discard(path)
                    folders.add(os.path.dirname(path))
        for folder in folders:
            _flush(folder)

    def _check_unchanged(self, path, staged):
        """Raise UpstartError unless a file is what its next step was planned from, or holds already what is staged."""
        before = self._before[path]
        if before is ANYTHING:
            return
        present = read_file(path)
        if present != before and (present is None or present != self._after.get(staged)):
            text = "%s was changed by somebody else after this task had read it." % path
            text += (" Changed before that, and not undone: %s." % ", ".join(self._done) if self._done
                     else " Nothing was written.")
            raise UpstartError(text + " Run the task again.", path=path, done=list(self._done))

    def _claim(self, folder):
        """Lock a folder as one that files are staged in; who is alone there removes what is left of others."""
        if folder in self._claims:
            return
        self._claims[folder] = None
        try:
            handle = os.open(folder, os.O_RDONLY)
        except OSError:
            return  # placing a file there will tell
        self._claims[folder] = handle
        _remove_staged(folder, 0.0 if _lock(handle, fcntl.LOCK_EX, 1) else ABANDONED)
        _lock(handle, fcntl.LOCK_SH, LOCK_LOOKS)


def _lock(handle, kind, looks):
    """Return whether a lock was got; a killed process loses its own."""
    for left in range(looks - 1, -1, -1):
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
            return True
        except (IOError, OSError) as error:
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                return False  # no locks on this file system
        if left:
            time.sleep(LOCK_PAUSE)
    return False


def _staged_in(folder):
    try:
        entries = os.listdir(folder)
    except OSError:
        return []
    return [os.path.join(folder, entry) for entry in entries if STAGED_NAME.match(entry)]


def _beginning(name):
    """Return what of a file's name its staged name begins with: there must be room for the rest."""
    short = encode(decode(name))[:STAGED_LENGTH]
    return short if str is bytes else short.decode("utf-8", "ignore")


def _remove_if_empty(folder):
    """Remove a directory that holds nothing; return whether it is gone by that."""
    try:
        os.rmdir(folder)
        return True
    except OSError:
        return False


def _remove_staged(folder, age):
    """Remove the staged files in a folder that are older than ``age`` seconds."""
    for path in _staged_in(folder):
        try:
            if not age or time.time() - os.lstat(path).st_mtime > age:
                os.unlink(path)
        except OSError:
            pass  # gone meanwhile


def _failed(verb, path, error, done=()):
    """Return the error for a file that is as it was; ``done`` are those of the same task that are changed already."""
    text = "Cannot %s %s: %s." % (verb, path, error.strerror or error)
    if verb == "write":
        text += " The file is as it was."
    if done:
        text += " Changed before that, and not undone: %s." % ", ".join(done)
    remedy = REMEDIES.get(error.errno)
    return UpstartError(text + (" " + remedy if remedy else ""), path=path, done=list(done))


def _flush_all(staged_files):
    """Flush many files, given as (path, staged file); several at a time, since they then share the disk's commits."""
    waiting = collections.deque(staged_files)
    errors = []

    def work():
        while True:
            try:
                path, staged = waiting.popleft()
            except IndexError:
                return
            try:
                _flush(staged)
            except (IOError, OSError) as error:
                errors.append(_failed("write", path, error))

    helpers = [threading.Thread(target=work) for _number in range(min(FLUSHERS, len(waiting)) - 1)]
    for helper in helpers:
        helper.start()
    work()
    for helper in helpers:
        helper.join()
    if errors:
        raise errors[0]


def _flush(path):
    """Wait until a file's data, or a directory's names, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
