# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put files into the job directory so that the daemon only ever sees whole ones."""

from __future__ import absolute_import, division, print_function

import errno
import glob
import os
import stat
import tempfile
import time

from ..errors import UpstartError

__metaclass__ = type

# The daemon loads every *.conf and *.override, hidden ones too, so a name that ends like this is safe.
STAGED = ".ansible~"
ABANDONED = 3600.0  # seconds after which a staged file belongs to nobody


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


def make_parent(path, conf_dir):
    """Make the sub-directory of a job whose name has a ``/``; ``conf_dir`` itself must be there."""
    if not os.path.isdir(conf_dir):
        raise UpstartError("The job directory %s does not exist. Is this host running Upstart, or does it read its "
                           "jobs from elsewhere (conf_dir)?" % conf_dir, path=conf_dir)
    parent = os.path.dirname(path)
    if not os.path.isdir(parent):
        try:
            os.makedirs(parent, 0o755)
        except OSError as error:
            raise UpstartError("Cannot make the directory %s: %s." % (parent, error.strerror), path=parent)


def place(path, data, attributes):
    """Write ``data`` (bytes) to ``path`` in one step: staged beside it, flushed, given its attributes, renamed.

    :param attributes: object with ``prepare(staged, path)``, which gives the staged file the owner, mode and context
        that the file shall have.
    """
    folder, name = os.path.split(path)
    _remove_abandoned(folder, name)
    staged = None
    try:
        handle, staged = tempfile.mkstemp(prefix=".%s." % name, suffix=STAGED, dir=folder)
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        attributes.prepare(staged, path)
        os.rename(staged, path)
        staged = None
        _flush_directory(folder)
    except (IOError, OSError) as error:
        raise UpstartError("Cannot write %s: %s. The file is as it was." % (path, error.strerror or error), path=path)
    finally:
        if staged is not None and os.path.exists(staged):
            os.unlink(staged)


def remove(path):
    """Remove a file and make that last."""
    try:
        os.unlink(path)
        _flush_directory(os.path.dirname(path))
    except (IOError, OSError) as error:
        raise UpstartError("Cannot remove %s: %s." % (path, error.strerror), path=path)


def _flush_directory(folder):
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove_abandoned(folder, name):
    """Remove what a run that was killed between staging and renaming left of this file."""
    pattern = os.path.join(folder, ".%s.*%s" % (name.replace("[", "[[]"), STAGED))
    for path in glob.glob(pattern):
        try:
            if time.time() - os.lstat(path).st_mtime > ABANDONED:
                os.unlink(path)
        except OSError:
            pass  # gone meanwhile
