# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Owner, mode, context and backups of files, by the means of AnsibleModule."""

from __future__ import absolute_import, division, print_function

import io
import os
import shutil
import tempfile
import time

from ansible.module_utils.common.text.converters import to_bytes

from ._errors import UpstartError
from ._system import reading

__metaclass__ = type

FILE_NAME_LIMIT = 255  # bytes
DEFAULT_MODE = 0o644  # what the daemon's own packages use
NAMED = ("mode", "owner", "group", "seuser", "serole", "selevel", "setype", "attributes")


def _beside(path, ending):
    """Return the path of a file in the same directory: its name with an ending, cut where it would be too long."""
    folder, name = os.path.split(path)
    while len(to_bytes(name + ending)) > FILE_NAME_LIMIT:
        name = name[:-1]
    return os.path.join(folder, name + ending)


class FileAttributes:
    """What converge.jobs needs of a module to treat files as ansible.builtin.copy does."""

    def __init__(self, module):
        self._module = module

    def prepare(self, staged, path):
        """Give ``staged`` what ``path`` has or, when it is new, shall have: owner, mode, context, extended attributes.

        Those of chattr come later, by ``adjust``: one that is immutable cannot be renamed.
        """
        if os.path.exists(path):
            self._make_like(staged, path)
            os.utime(staged, None)
        else:
            os.chmod(staged, DEFAULT_MODE)
            if self._module.selinux_enabled():
                self._module.set_context_if_different(staged, self._module.selinux_default_context(path), False)
        self._set(staged, attributes=None)

    def adjust(self, path):
        """Give an existing file the attributes that the task names; return whether that changes (or would) anything."""
        return os.path.exists(path) and self._set(path)

    def _set(self, path, **instead):
        if all(self._module.params.get(name) is None for name in NAMED):
            return False
        arguments = dict(self._module.load_file_common_arguments(self._module.params, path=path), **instead)
        return self._module.set_fs_attributes_if_different(arguments, False)

    def _make_like(self, copy, path):
        old = os.stat(path)
        if os.geteuid() == 0:
            os.chown(copy, old.st_uid, old.st_gid)
        shutil.copystat(path, copy)  # mode and times and, on Python 3, extended attributes with POSIX ACLs
        if self._module.selinux_enabled():
            self._module.set_context_if_different(copy, self._module.selinux_context(path), False)

    def backup(self, path):
        """Copy a file beside itself under a name that the daemon ignores; return that name, None for what is no file.

        The copy is whole or not there, and never open to more users than the file.
        """
        if not os.path.isfile(path):
            return None
        copy = _beside(path, ".%d.%s~" % (os.getpid(), time.strftime("%Y-%m-%d@%H:%M:%S")))
        handle = os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as target:
                shutil.copyfileobj(io.BytesIO(reading.read_bytes(path)), target)
            self._make_like(copy, path)
        except (IOError, OSError):
            os.unlink(copy)
            raise
        return copy

    def validate(self, command, name, data):
        """Run the user's own check on a copy of the file under its real name; raise UpstartError when it fails."""
        if "%s" not in command:
            raise UpstartError("validate must contain %%s for the file's name: %s" % command)
        try:
            folder = tempfile.mkdtemp(prefix="validate-", dir=self._module.tmpdir)
            try:
                path = os.path.join(folder, name)
                with open(path, "wb") as stream:
                    stream.write(data)
                status, out, err = self._module.run_command(command % path)
            finally:
                shutil.rmtree(folder, ignore_errors=True)
        except (IOError, OSError) as error:
            raise UpstartError("Cannot write a copy of %s for the validate command below %s: %s. Nothing was written."
                               % (name, self._module.tmpdir, error.strerror or error))
        if status != 0:
            raise UpstartError(
                "The validate command refused %s with status %d: %s. Nothing was written." % (
                    name, status, (err or out).strip()), command=command, rc=status, stdout=out, stderr=err)
