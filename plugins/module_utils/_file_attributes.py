# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Owner, mode, SELinux context and backups of files, with the methods of AnsibleModule."""

from __future__ import absolute_import, division, print_function

import contextlib
import errno
import io
import os
import re
import shutil
import tempfile
import time

from ansible.module_utils.common.text.converters import to_bytes

from ._errors import UpstartError
from ._system import reading
from ._text import decode, shell_words

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Iterator, List, Optional, Tuple  # noqa: F401
    from ansible.module_utils.basic import AnsibleModule  # noqa: F401

__metaclass__ = type

FILE_NAME_LIMIT = 255  # bytes
DEFAULT_MODE = 0o644  # as in Upstart's own packages
COPY_NAMES = 100  # names to try for a copy: those of one second may be taken
PERCENT = re.compile(r"%([s%])")  # in the validate command
ATTRIBUTE_OPTIONS = ("mode", "owner", "group", "seuser", "serole", "selevel", "setype", "attributes")


def _beside(path, ending):
    # type: (str, str) -> str
    """Return the path of a file in the same directory: the name with an ending, shortened if it is too long."""
    folder, name = os.path.split(path)
    while len(to_bytes(name + ending)) > FILE_NAME_LIMIT:
        name = name[:-1]
    return os.path.join(folder, name + ending)


def _new_copy(path):
    # type: (str) -> Tuple[str, int]
    """Make an empty copy beside a file, under a name that does not exist; return its path and a descriptor."""
    moment = time.strftime("%Y-%m-%d@%H:%M:%S")
    number = 0
    while True:
        copy = _beside(path, ".%d.%s%s~" % (os.getpid(), moment, ".%d" % number if number else ""))
        try:
            return copy, os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            number += 1
            if error.errno != errno.EEXIST or number == COPY_NAMES:
                raise


def _words(command, path):
    # type: (str, str) -> List[str]
    """Return the words of the validate command: ``%s`` becomes the path and ``%%`` a percent sign."""
    return [PERCENT.sub(lambda match: decode(path) if match.group(1) == "s" else "%", word)
            for word in shell_words(decode(command))]


class FileAttributes:
    """File attributes and checks as in ansible.builtin.copy.

    :param module: AnsibleModule.
    """

    def __init__(self, module):
        # type: (AnsibleModule) -> None
        self._module = module

    def prepare(self, staged, path):
        # type: (str, str) -> None
        """Give ``staged`` the owner, mode, context and extended attributes of ``path``, or the defaults of a new file.

        The attributes of chattr follow in ``adjust``, because an immutable file cannot be renamed.
        """
        with self._failures_about(path):
            if os.path.exists(path):
                self._make_like(staged, path)
                os.utime(staged, None)
            else:
                os.chmod(staged, DEFAULT_MODE)
                if self._module.selinux_enabled():
                    self._module.set_context_if_different(staged, self._module.selinux_default_context(path), False)
            self._set(staged, attributes=None)

    def adjust(self, path):
        # type: (str) -> bool
        """Set the attributes of a file as the task asks; return whether that changes anything, also in check mode."""
        with self._failures_about(path):
            return os.path.exists(path) and self._set(path)

    @contextlib.contextmanager
    def _failures_about(self, path):
        # type: (str) -> Iterator[None]
        """Turn a failure of AnsibleModule into UpstartError: AnsibleModule names neither the job file nor a remedy."""
        def fail(msg, details=None, exception=None, **_fields):
            # type: (str, Optional[str], Any, **Any) -> None
            reasons = [msg, details, getattr(exception, "strerror", None)]
            raise UpstartError(
                "Cannot set the owner, mode or attributes of %s: %s. Correct these options of the task, or run it as "
                "root." % (path, ": ".join(reason.strip().rstrip(".") for reason in reasons if reason)), path=path)

        fail_json = self._module.fail_json
        self._module.fail_json = fail  # type: ignore[method-assign,assignment]
        try:
            yield
        finally:
            self._module.fail_json = fail_json  # type: ignore[method-assign]

    def _set(self, path, **overrides):
        # type: (str, **Any) -> bool
        if all(self._module.params.get(name) is None for name in ATTRIBUTE_OPTIONS):
            return False
        arguments = dict(self._module.load_file_common_arguments(self._module.params, path=path), **overrides)
        return self._module.set_fs_attributes_if_different(arguments, False)

    def _make_like(self, copy, path):
        # type: (str, str) -> None
        old = os.stat(path)
        if os.geteuid() == 0:
            os.chown(copy, old.st_uid, old.st_gid)
        shutil.copystat(path, copy)  # mode and times and, on Python 3, extended attributes with POSIX ACLs
        if self._module.selinux_enabled():
            self._module.set_context_if_different(copy, self._module.selinux_context(path), False)

    def backup(self, path):
        # type: (str) -> Optional[str]
        """Copy a file to a name next to it that the daemon ignores; return that path, or None for no file.

        There is never a half-written copy, and never a copy that more users can read than the file.
        """
        if not os.path.isfile(path):
            return None
        copy, handle = _new_copy(path)
        try:
            with os.fdopen(handle, "wb") as target:
                shutil.copyfileobj(io.BytesIO(reading.read_bytes(path)), target)
            self._make_like(copy, path)
        except (IOError, OSError):
            os.unlink(copy)
            raise
        return copy

    def _check(self, command, path):
        # type: (str, str) -> Tuple[int, str, str]
        """Run the user's own check on a file; return its exit status, output and error output."""
        try:
            return self._module.run_command(_words(command, path), handle_exceptions=False)
        except (IOError, OSError, ValueError) as error:
            raise UpstartError(
                "Cannot run the validate command %s: %s. Nothing was written; correct the command, or install the "
                "program." % (command, getattr(error, "strerror", None) or error), command=command)

    def validate(self, command, name, data):
        # type: (str, str, bytes) -> None
        """Run the user's own check on a copy of the file with the same name; raise UpstartError if it fails."""
        try:
            has_placeholder = _words(command, name) != _words(command, "")
        except ValueError as error:
            raise UpstartError(
                u"%s: the validate command cannot be split into words (%s): %s. Nothing was written; fix the quotes of "
                u"validate." % (decode(name), error, decode(command)), command=command)
        if not has_placeholder:
            raise UpstartError("validate must contain %%s, the placeholder for the path of the file: %s" % command)
        try:
            folder = tempfile.mkdtemp(prefix="validate-", dir=self._module.tmpdir)
            try:
                path = os.path.join(folder, name)
                with open(path, "wb") as stream:
                    stream.write(data)
                status, out, err = self._check(command, path)
            finally:
                shutil.rmtree(folder, ignore_errors=True)
        except (IOError, OSError) as error:
            raise UpstartError("Cannot write a copy of %s in %s for the validate command: %s. Nothing was written."
                               % (name, self._module.tmpdir, error.strerror or error))
        if status != 0:
            raise UpstartError(
                "The validate command refused %s with status %d: %s. Nothing was written." % (
                    name, status, (err or out).strip()), command=command, rc=status, stdout=out, stderr=err)
