# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of jobs and instances: which of them Upstart reads, files can hold, and PID 1 survives."""

from __future__ import absolute_import, division, print_function

import os
import re

from .._daemon.names import display_name
from .._errors import UpstartError
from .._text import is_utf_8, text_type
from .definitions import FILE_NAME_LIMIT
from .job_logs import KEEPS_LOGS, log_path

__metaclass__ = type

LOG_PATH_LIMIT = 255  # bytes; init tries for ever to start a process whose log has a longer path
PATH_LIMIT = 4095  # bytes
# Directories that init does not look into, as libnih has them: hidden ones, backups, swap files of editors, and those
# of version control and package managers.
SKIPPED = re.compile(
    r"\.|#.*#$|.*(~|\.bak|\.BAK|\.sw[pon]|,v|\.rpmsave|\.rpmorig|\.rpmnew|;[0-9a-fA-F]{8})$|.*\.dpkg-[^.]*$"
    r"|(RCS|CVS|CVS\.adm|SCCS|BitKeeper|\{arch\}|_darcs)$")


def check_job_name(name):
    """Raise UpstartError for text that cannot be the name of a job, whatever is to be done to it."""
    if not name:
        raise UpstartError("The name of a job is empty. Use the file's path relative to the job directory, without "
                           ".conf.", name=name)
    if not is_utf_8(name):
        raise UpstartError("The name of a job is not UTF-8. Upstart and D-Bus take no other text.")
    for problem, remedy in _problems(name):
        raise UpstartError("Invalid job name %s: %s. %s" % (_shown(name), problem, remedy), name=name)
    for part, limit in _too_long(name):
        raise UpstartError("The name of job %s is too long: %s takes %d bytes, and a file name has room for %d." % (
            _shown(name), "the part of a file name" if "/" in name else "it", len(_bytes(part)), limit), name=name)


def _problems(name):
    """Yield (problem, remedy) for what a name must not hold."""
    parts = name.split("/")
    relative = "Use the file's path relative to the job directory, without .conf."
    if "\0" in name:
        yield "it contains a NUL character", "Remove it."
    if name.startswith("/"):
        yield "it starts with /", relative
    if name.endswith("/"):
        yield "it ends with /", relative
    if "" in parts:
        yield "it has an empty path component", relative
    if "." in parts or ".." in parts:
        yield "'%s' is not allowed as a path component" % ("." if "." in parts else ".."), relative


def _too_long(name, suffix=".conf"):
    """Yield (part, how many bytes it may have) for the parts of a name that no file system takes."""
    parts = name.split("/")
    for part in parts[:-1]:
        if len(_bytes(part)) > FILE_NAME_LIMIT:
            yield part, FILE_NAME_LIMIT
    if len(_bytes(parts[-1])) + len(suffix) > FILE_NAME_LIMIT:
        yield parts[-1], FILE_NAME_LIMIT - len(suffix)


def check_file_name(name, conf_dir, suffix):
    """Raise UpstartError for the name of a job whose file cannot be written, or would not be read by init.

    :param suffix: text, ``.conf`` or ``.override``.
    """
    skipped = skipped_part(name)
    if skipped is not None:
        raise UpstartError("Upstart never reads the job %s: it skips directories with names such as %s. Choose another "
                           "name." % (_shown(name), skipped), name=name)
    for part, limit in _too_long(name, suffix):
        raise UpstartError("The name of job %s is too long for a file that ends in %s: it takes %d bytes, and there is "
                           "room for %d." % (_shown(name), suffix, len(_bytes(part)), limit), name=name)
    path = os.path.join(conf_dir, name + suffix)
    if len(_bytes(path)) > PATH_LIMIT:
        raise UpstartError("The path of job %s is too long: it takes %d bytes, and there is room for %d." % (
            _shown(name), len(_bytes(path)), PATH_LIMIT), name=name)


def skipped_part(name):
    """Return the first directory in the name of a job that init does not look into, or None."""
    for part in name.split("/")[:-1]:
        if is_skipped(part):
            return part
    return None


def is_skipped(folder):
    """Return whether init does not look into a directory of this name."""
    return SKIPPED.match(folder) is not None


def log_path_wedges_init(log_dir, job, instance, values, version):
    """Return the path of the log that makes init spin forever when it starts this instance, or None.

    :param log_dir: text, the directory of the jobs' logs.
    :param instance: text, the instance's name; '' for a job that has only one, or whose instances are not known.
    :param values: dict, the job's values as jobfile has them (only ``console`` counts), or None if they are not known.
    :param version: tuple, the daemon's.
    """
    if version < KEEPS_LOGS or (values or {}).get("console", "log") != "log":
        return None
    path = log_path(log_dir, job, instance)
    return path if path.startswith("/") and len(_bytes(path)) > LOG_PATH_LIMIT else None


def log_path_error(job, instance, path):
    """Return the error for an instance, or a job, whose start would wedge init; see ``log_path_wedges_init``."""
    return UpstartError(
        "Job %s would wedge init: the path of its log takes %d bytes, and with more than %d init tries to start it "
        "forever. Use a shorter name, or set console: none." % (
            _shown(display_name(job, instance)), len(_bytes(path)), LOG_PATH_LIMIT), name=job)


def _bytes(text):
    return text.encode("utf-8") if isinstance(text, text_type) else text


def _shown(name):
    """Return a name as a message has it, a long one cut."""
    text = name.replace("\0", "\\0")
    return text if len(text) <= 80 else text[:40] + "..." + text[-20:]
