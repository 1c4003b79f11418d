# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The findings of a translation, and what all of its parts share."""

from __future__ import annotations

import typing as t
from dataclasses import asdict, dataclass, field

from .condition_table import CONDITIONS_BY_CODE, OTHERS_BY_CODE, SCRIPTS_BY_CODE
from .directive_table import Directive, SystemdRelease
from .jobs import HostJob, StanzaPlace
from .rows import Row, Verdict
from .stanza_table import BY_CODE

ROWS: dict[str, Row] = {**BY_CODE, **CONDITIONS_BY_CODE, **SCRIPTS_BY_CODE, **OTHERS_BY_CODE}


@dataclass(frozen=True)
class TranslationFinding:
    """What becomes of a stanza, an event or a line of a script."""

    code: str
    job: str
    file: str
    line: int | None
    subject: str
    verdict: Verdict
    message: str
    remedy: str

    def as_dict(self) -> dict[str, t.Any]:
        return asdict(self)


@dataclass(frozen=True)
class TranslationOptions:
    """The options of the translator."""

    release: SystemdRelease
    log: str = "journal"
    log_dir: str = "/var/log/upstart"
    wanted_by: dict[str, str] = field(default_factory=dict)
    event_prefix: str = "event-"
    distribution: str = "debian"
    unit_dir: str = "/etc/systemd/system"
    script_dir: str = "/usr/local/lib/upstart-jobs"


class FindingList:
    """The findings of one job."""

    def __init__(self, job: HostJob) -> None:
        self.job = job
        self.items: dict[TranslationFinding, None] = {}

    def add(self, code: str, subject: str, place: StanzaPlace | None = None, line: int | None = None,
            more: str = "", verdict: Verdict | None = None) -> None:
        """Add a finding by the table.

        :param subject: the stanza, event or command as written.
        :param line: the line in the file of ``place``, if it is not the first one of the stanza.
        :param more: a sentence in front of the one of the table.
        """
        row = ROWS[code]
        message = " ".join(text for text in (more, row.change) if text)
        self.items[TranslationFinding(
            code, self.job.name, place.file if place else self.job.file,
            line if line is not None else place.line if place else None, subject, verdict or row.verdict,
            message or "Nothing changes.", row.remedy)] = None

    def add_missing(self, directive: Directive | None, place: StanzaPlace | None = None) -> None:
        """Add a finding for a setting that the chosen systemd lacks."""
        if directive is not None:
            self.add("older-systemd", directive.name, place, verdict=directive.verdict, more=(
                f"{directive.name} needs systemd {directive.since}; instead: {directive.instead}. "
                f"{directive.change}").strip())
