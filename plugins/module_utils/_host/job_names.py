# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of job names: names that Upstart never reads, that no file can have, or that make PID 1 loop forever."""

from __future__ import absolute_import, division, print_function

import os
import re

from .._daemon.names import display_name
from .._errors import UpstartError
from .._jobfile.directories import skipped_folder
from .._text import is_utf_8, text_type
from .definitions import FILE_NAME_LIMIT
from .job_logs import log_path
from .releases import JOB_LOGS_SINCE

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Iterator, Optional, Tuple, Union  # noqa: F401

__metaclass__ = type

DEFAULT_CONF_DIR = "/etc/init"
FILE_SUFFIXES = (".conf", ".override")
LOG_PATH_LIMIT = 255  # bytes; init tries forever to start a process whose log has a longer path
PATH_LIMIT = 4095  # bytes
CONTROL = re.compile("[\x01-\x1f\x7f]")  # for NUL see check_job_name


def check_job_name(name):
    # type: (str) -> None
    """Raise UpstartError for text that cannot be the name of a job, even of a job to remove."""
    if not name:
        raise UpstartError("The name of a job is empty. Use the file's path relative to the job directory, without "
                           ".conf.", name=name)
    if not is_utf_8(name):
        raise UpstartError("The name of a job is not UTF-8. Upstart and D-Bus accept only UTF-8 text.")
    for problem, remedy in _problems(name):
        raise UpstartError("Invalid job name %s: %s. %s" % (_shown(name), problem, remedy), name=name)
    for component, limit in _too_long(name):
        raise UpstartError("The name of job %s is too long: %s takes %d bytes, and the limit for a file name is %d." % (
            _shown(name), "a path component" if "/" in name else "it", len(_bytes(component)), limit), name=name)


def _problems(name):
    # type: (str) -> Iterator[Tuple[str, str]]
    """Yield (problem, remedy) for each thing that a name must not contain."""
    components = name.split("/")
    relative = "Use the file's path relative to the job directory, without .conf."
    meant = meant_name(name)
    if meant:
        relative = "Use %s: t%s" % (meant, relative[len("Use t"):])
    if "\0" in name:
        yield "it contains a NUL character", "Remove it."
    if name.startswith("/"):
        yield "it starts with /", relative
    if name.endswith("/"):
        yield "it ends with /", relative
    if "" in components:
        yield "it has an empty path component", relative
    if "." in components or ".." in components:
        yield "'%s' is not allowed as a path component" % ("." if "." in components else ".."), relative


def meant_name(name, conf_dir=DEFAULT_CONF_DIR):
    # type: (str, str) -> Optional[str]
    """Return the name of the job that is probably meant by the path or the name of its file, or None for a name."""
    text = name.strip()
    for folder in (conf_dir.rstrip("/") + "/", DEFAULT_CONF_DIR + "/", DEFAULT_CONF_DIR[1:] + "/"):
        if text.startswith(folder):
            text = text[len(folder):]
            break
    else:
        text = text.rpartition("/")[2] if text.startswith("/") else text
    for suffix in FILE_SUFFIXES:
        if text.endswith(suffix):
            text = text[:-len(suffix)]
            break
    return text if text and text != name else None


def check_written_name(name, conf_dir, removal=False):
    # type: (Optional[str], str, bool) -> None
    """Raise UpstartError for the name of a file instead of a job, for blanks around a name and for control characters.

    A job that has such a name all the same can be removed.
    """
    name = name or ""
    path = os.path.join(conf_dir, name)
    if removal and any(os.path.exists(path + suffix) for suffix in FILE_SUFFIXES):
        return
    if not name.strip() or name.startswith("/"):
        return  # see check_job_name
    meant = meant_name(name, conf_dir)
    for suffix in FILE_SUFFIXES:
        if name.endswith(suffix) and meant:
            option = " and override: true" if suffix == ".override" else ""
            raise UpstartError("Invalid job name %s: it is the name of a file. Leave out %s: write name: %s%s." % (
                _shown(name), suffix, _shown(meant), option), name=name)
    if CONTROL.search(name.strip()):
        raise UpstartError("Invalid job name %r: it contains a line break or another control character. Remove it."
                           % name, name=name)
    if name != name.strip():
        raise UpstartError("Invalid job name '%s': it begins or ends with a blank or a line break. Write name: %s." % (
            _shown(name), _shown(name.strip())), name=name)


def _too_long(name, suffix=".conf"):
    # type: (str, str) -> Iterator[Tuple[str, int]]
    """Yield (path component, its limit in bytes) for each component of a name that is too long for a file system."""
    components = name.split("/")
    for component in components[:-1]:
        if len(_bytes(component)) > FILE_NAME_LIMIT:
            yield component, FILE_NAME_LIMIT
    if len(_bytes(components[-1])) + len(suffix) > FILE_NAME_LIMIT:
        yield components[-1], FILE_NAME_LIMIT - len(suffix)


def check_file_name(name, conf_dir, suffix):
    # type: (str, str, str) -> None
    """Raise UpstartError for the name of a job whose file cannot be written, or which init would not read.

    :param suffix: text, ``.conf`` or ``.override``.
    """
    skipped = skipped_folder(name)
    if skipped is not None:
        raise UpstartError("Upstart never reads the job %s: it skips directories with names such as %s. Choose another "
                           "name." % (_shown(name), skipped), name=name)
    for component, limit in _too_long(name, suffix):
        raise UpstartError("The name of job %s is too long for a file that ends in %s: it takes %d bytes, and the "
                           "limit is %d." % (_shown(name), suffix, len(_bytes(component)), limit), name=name)
    path = os.path.join(conf_dir, name + suffix)
    if len(_bytes(path)) > PATH_LIMIT:
        raise UpstartError("The path of job %s is too long: it takes %d bytes, and the limit is %d." % (
            _shown(name), len(_bytes(path)), PATH_LIMIT), name=name)


def fatal_log_path(log_dir, job, instance, values, version):
    # type: (str, str, str, Optional[Dict[str, Any]], Tuple[int, ...]) -> Optional[str]
    """Return the path of the log that makes init loop forever when it starts this instance, or None.

    :param log_dir: text, the directory of the jobs' logs.
    :param instance: text, the instance's name; '' for a job with a single instance, or if its instances are unknown.
    :param values: dict, the job's values as in _jobfile (only ``console`` counts), or None if unknown.
    :param version: tuple, the daemon's.
    """
    if version < JOB_LOGS_SINCE or (values or {}).get("console", "log") != "log":
        return None
    path = log_path(log_dir, job, instance)
    return path if path.startswith("/") and len(_bytes(path)) > LOG_PATH_LIMIT else None


def log_path_error(job, instance, path):
    # type: (str, str, str) -> UpstartError
    """Return the error for an instance, or a job, whose start would make init loop forever; see ``fatal_log_path``."""
    return UpstartError(
        "Job %s would make init loop forever: the path of its log takes %d bytes, and the limit is %d. Use a shorter "
        "name, or set console: none." % (
            _shown(display_name(job, instance)), len(_bytes(path)), LOG_PATH_LIMIT), name=job)


def _bytes(text):
    # type: (Union[bytes, str]) -> bytes
    return text.encode("utf-8") if isinstance(text, text_type) else text  # type: ignore[return-value]  # bytes


def _shown(name):
    # type: (str) -> str
    """Return a name for a message, shortened if it is long."""
    text = name.replace("\0", "\\0")
    return text if len(text) <= 80 else text[:40] + "..." + text[-20:]
