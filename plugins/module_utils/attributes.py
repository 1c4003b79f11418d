# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Owner, mode, context and backups of files, by the means of AnsibleModule."""

from __future__ import absolute_import, division, print_function

import os
import shutil
import stat
import tempfile

from .errors import UpstartError

__metaclass__ = type

DEFAULT_MODE = 0o644  # what the daemon's own packages use
NAMED = ("mode", "owner", "group", "seuser", "serole", "selevel", "setype", "attributes")


class FileAttributes:
    """What converge.jobs needs of a module to treat files as ansible.builtin.copy does."""

    def __init__(self, module):
        self._module = module

    def prepare(self, staged, path):
        """Give ``staged`` the owner, mode and context that ``path`` has or, when it is new, shall have."""
        if os.path.exists(path):
            old = os.stat(path)
            if os.geteuid() == 0:
                os.chown(staged, old.st_uid, old.st_gid)
            os.chmod(staged, stat.S_IMODE(old.st_mode))
            if self._module.selinux_enabled():
                self._module.set_context_if_different(staged, self._module.selinux_context(path), False)
        else:
            os.chmod(staged, DEFAULT_MODE)
            if self._module.selinux_enabled():
                self._module.set_context_if_different(staged, self._module.selinux_default_context(path), False)
        self.adjust(staged)

    def adjust(self, path):
        """Give an existing file the attributes that the task names; return whether that changes (or would) anything."""
        if all(self._module.params.get(name) is None for name in NAMED) or not os.path.exists(path):
            return False
        arguments = self._module.load_file_common_arguments(self._module.params, path=path)
        return self._module.set_fs_attributes_if_different(arguments, False)

    def backup(self, path):
        """Copy a file beside itself under a name that the daemon ignores; return that name."""
        return self._module.backup_local(path)

    def validate(self, command, name, data):
        """Run the user's own check on a copy of the file under its real name; raise UpstartError when it fails."""
        if "%s" not in command:
            raise UpstartError("validate must contain %%s for the file's name: %s" % command)
        folder = tempfile.mkdtemp(prefix="validate-", dir=self._module.tmpdir)
        try:
            path = os.path.join(folder, name)
            with open(path, "wb") as stream:
                stream.write(data)
            status, out, err = self._module.run_command(command % path)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        if status != 0:
            raise UpstartError(
                "The validate command refused %s with status %d: %s. Nothing was written." % (
                    name, status, (err or out).strip()), command=command, rc=status, stdout=out, stderr=err)
