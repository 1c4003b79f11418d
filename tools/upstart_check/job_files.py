# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The job files to check: each job file with the override beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

CONF, OVERRIDE = ".conf", ".override"
LIMIT = 16 << 20  # bytes; no job file is longer


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
        if not path.is_file():
            raise UnreadableError(f"{path}: it is not a regular file")
        with path.open("rb") as stream:
            return stream.read(LIMIT)
    except OSError as exc:
        raise UnreadableError(f"{path}: {exc.strerror}") from exc


def find(paths: Iterable[Path]) -> list[JobFiles]:
    """Return the jobs of files and directories, each once, in the order of their paths.

    An override is checked together with the job file beside it.
    """
    jobs = {}
    for path in paths:
        for folder, file in _files(path):
            base = file.with_suffix("")
            conf, override = (beside if beside.exists() else None
                              for beside in (base.with_name(base.name + suffix) for suffix in (CONF, OVERRIDE)))
            jobs[base.absolute()] = JobFiles(str(base.relative_to(folder)), conf, override)
    return [jobs[base] for base in sorted(jobs)]


def _files(path: Path) -> Iterator[tuple[Path, Path]]:
    """Yield (job directory, file) for a path. The names of jobs are relative to the directory."""
    if path.is_dir():
        yield from ((path, file) for suffix in (CONF, OVERRIDE) for file in path.rglob(f"*{suffix}") if file.is_file())
    elif not path.exists():
        raise UnreadableError(f"{path}: No such file or directory")
    elif path.suffix not in (CONF, OVERRIDE):
        raise UnreadableError(f"{path}: a job file ends in {CONF}, and an override in {OVERRIDE}")
    else:
        yield path.parent, path
