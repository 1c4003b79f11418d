# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The job files to check: each job file with the override beside it."""

from __future__ import annotations

import errno
import functools
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

CONF, OVERRIDE = ".conf", ".override"
LIMIT = 16 << 20  # bytes; no job file is longer
REMEDIES = {errno.EACCES: "run upstart-check as a user who can read it", errno.ELOOP: "fix or remove the link"}


class UnreadableError(Exception):
    """A path cannot be read, or it is not a job file."""


@dataclass(frozen=True)
class JobFiles:
    """The files of a job.

    :ivar name: its name; None for a file of which only the text counts, such as standard input.
    :ivar conf: the job file, or None for an override alone.
    :ivar override: the override, or None.
    """

    name: str | None
    conf: Path | None
    override: Path | None

    def path(self, kind: str | None) -> Path:
        """Return the path of a finding's file: conf or override, or None for the job."""
        path = self.override if kind == "override" or self.conf is None else self.conf
        assert path is not None
        return path

    def texts(self) -> tuple[bytes | None, bytes | None]:
        """Return the bytes of both files, None for one that does not exist."""
        return read(self.conf), read(self.override)


def read(path: Path | None) -> bytes | None:
    """Return the bytes of a regular file."""
    if path is None:
        return None
    try:
        if not _is_file(path):
            raise UnreadableError(f"{path}: it is not a regular file")
        with path.open("rb") as stream:
            return stream.read(LIMIT)
    except OSError as exc:
        raise _unreadable(path, exc) from exc


def find(paths: Iterable[Path]) -> list[JobFiles]:
    """Return the jobs of files and directories, each once, in the order of their paths.

    An override is checked together with the job file beside it. A job in several of the paths has its longest name,
    which is the one in the outermost directory.
    """
    jobs: dict[tuple[str, ...], JobFiles] = {}
    real_path = functools.cache(os.path.realpath)
    for path in paths:
        for folder, file in _files(path):
            stem = _stem(file.name)
            conf, override = (beside if os.path.lexists(beside) and _is_file(beside) else None
                              for beside in (file.parent / (stem + suffix) for suffix in (CONF, OVERRIDE)))
            job = JobFiles("/".join([*file.parent.relative_to(folder).parts, stem]), conf, override)
            key = (*Path(real_path(file.parent)).parts, stem)
            jobs[key] = max(jobs.get(key, job), job, key=lambda same: len(same.name or ""))
    return [jobs[key] for key in sorted(jobs)]


def _files(path: Path) -> Iterator[tuple[Path, Path]]:
    """Yield (job directory, file) for a path. The names of jobs are relative to the directory.

    As Upstart does, follow links to files, but not those to directories, and pass over FIFOs and devices.
    """
    if stat.S_ISDIR(_mode(path)):
        for folder, _subfolders, names in os.walk(path, onerror=_raise_unreadable):
            files = (Path(folder, name) for name in names if _stem(name))
            yield from ((path, file) for file in files if _is_file(file))
    elif not _stem(path.name):
        raise UnreadableError(f"{path}: a job file ends in {CONF}, and an override in {OVERRIDE}")
    elif not _is_file(path):
        raise UnreadableError(f"{path}: it is not a regular file")
    else:
        yield path.parent, path


def _stem(name: str) -> str:
    """Return the name of a job file or an override without its ending, or "" for another file."""
    return next((name[:-len(suffix)] for suffix in (CONF, OVERRIDE) if name.endswith(suffix)), "")


def _is_file(path: Path) -> bool:
    """Return whether a path is a regular file or a link to one."""
    return stat.S_ISREG(_mode(path))


def _mode(path: Path) -> int:
    try:
        return os.stat(path).st_mode
    except OSError as exc:
        raise _unreadable(path, exc) from exc


def _raise_unreadable(exc: OSError) -> None:
    raise _unreadable(exc.filename, exc) from exc


def _unreadable(path: Path | str, exc: OSError) -> UnreadableError:
    """Return the error for a path that cannot be read: the path, the cause and, where there is one, the remedy."""
    if exc.errno == errno.ENOENT and os.path.islink(path):
        return UnreadableError(f"{path}: the symbolic link leads to no file: fix or remove the link")
    remedy = REMEDIES.get(exc.errno or 0)
    return UnreadableError(f"{path}: {exc.strerror}" + (f": {remedy}" if remedy else ""))
