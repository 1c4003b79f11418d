# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: to_systemd
short_description: Translate the Upstart jobs of a host to systemd units
version_added: 2.0.0
description:
  - Translates job files and overrides to service units, event units, drop-ins, script files, links, and, where a
    condition needs one, path and socket units and udev rules.
  - Returns a finding for each stanza, each event of a condition and each call of init in a script. It says how
    close the translation is, what changes, and what to do. Nothing is dropped without a finding.
  - Pass all jobs of a host in one call, because the filter must know which jobs wait for an event or for another job.
  - The filter writes no files. The same input always gives the same result.
positional: systemd_version
options:
  _input:
    description:
      - The result of M(sysinit.upstart.upstart_info) with its subset V(stanzas), or a dictionary of jobs.
      - The value of a job is the text of its file, or a dictionary with the texts C(conf) and C(override).
      - Only texts give line numbers and drop-ins. M(sysinit.upstart.upstart_info) has merged the overrides.
    type: dictionary
    required: true
  systemd_version:
    description:
      - The version of systemd on the new host, V(229) (Ubuntu 16.04) or later.
      - If this version does not have a setting, the filter uses another one if possible, and adds a finding.
    type: integer
    default: 252
  log:
    description:
      - Where the output of jobs with C(console log) goes.
      - V(journal) is the journal. V(files) is a file for each job in O(log_dir), as before; this needs systemd 240.
    type: string
    choices: [journal, files]
    default: journal
  log_dir:
    description: The directory of the log files.
    type: string
    default: /var/log/upstart
  wanted_by:
    description:
      - A dictionary of runlevels to the targets that start a job with C(start on runlevel).
      - Without it, runlevels 2 to 5 are C(multi-user.target), and a job for runlevel 5 alone gets C(graphical.target).
    type: dictionary
    default: {}
  event_prefix:
    description: The beginning of the names of the units that stand for events.
    type: string
    default: event-
  distribution:
    description:
      - The family of the target distribution. Its own unit replaces a job such as C(ssh) or C(cron).
      - V(none) translates all jobs.
    type: string
    choices: [debian, redhat, none]
    default: debian
  script_dir:
    description: The directory of the script files.
    type: string
    default: /usr/local/lib/upstart-jobs
seealso:
  - ref: ansible_collections.sysinit.upstart.docsite.to_systemd
    description: How the translation works, and its limits.
  - ref: ansible_collections.sysinit.upstart.docsite.systemd_tables
    description: What becomes of each stanza, event and command.
  - module: sysinit.upstart.upstart_info
  - plugin: sysinit.upstart.event_graph
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Read the jobs of a host
  sysinit.upstart.upstart_info:
    subset: [stanzas]
  register: upstart

- name: Show what changes with systemd
  ansible.builtin.debug:
    msg: "{{ (upstart | sysinit.upstart.to_systemd).summary }}"

- name: Show the unit of one job file for Ubuntu 16.04
  vars:
    jobs:
      web: "{{ lookup('file', 'web.conf') }}"
  ansible.builtin.debug:
    msg: "{{ (jobs | sysinit.upstart.to_systemd(229)).files['/etc/systemd/system/web.service'] }}"

- name: Fail if something cannot be translated
  ansible.builtin.assert:
    that: (upstart | sysinit.upstart.to_systemd).findings | selectattr('verdict', 'eq', 'impossible') | length == 0
"""

RETURN = r"""
_value:
  description: The translation.
  type: dictionary
  contains:
    files:
      description: The texts of all files, by path.
      type: dictionary
      sample:
        /etc/systemd/system/web.service: |
          # Translated from an Upstart job by the filter sysinit.upstart.to_systemd.
          # Job: /etc/init/web.conf

          [Unit]
          Description=web

          [Service]
          Type=exec
          ExecStart=/usr/bin/web

          [Install]
          WantedBy=multi-user.target
    links:
      description: The links that start the units, by path, with their targets. A job with C(manual) has none.
      type: dictionary
      sample:
        /etc/systemd/system/multi-user.target.wants/web.service: /etc/systemd/system/web.service
    units:
      description: The name of the unit of each translated job.
      type: dictionary
      sample: {"web": web.service}
    jobs:
      description: The jobs, sorted by name.
      type: list
      elements: dictionary
      contains:
        name:
          description: The name of the job.
          type: string
          sample: web
        file:
          description: The job file.
          type: string
          sample: /etc/init/web.conf
        unit:
          description: The name of its unit, or null if it is not translated.
          type: string
          sample: web.service
        replaced_by:
          description: The unit of the target distribution that replaces it, V(none) if it needs no such job, or null.
          type: string
          sample: null
        files:
          description: The paths of its files in RV(_value.files). The units of events belong to no job.
          type: list
          elements: string
          sample: [/etc/systemd/system/web.service]
        links:
          description: The paths of its links in RV(_value.links).
          type: list
          elements: string
          sample: [/etc/systemd/system/multi-user.target.wants/web.service]
        verdict:
          description: The worst verdict of its findings, without the codes C(base-environment), C(console-log) and
            C(process-group), which nearly all jobs have.
          type: string
          sample: near
    findings:
      description: The findings, sorted by job, file and line.
      type: list
      elements: dictionary
      contains:
        code:
          description: The code of the finding. It stands in
            R(the tables of the translation,ansible_collections.sysinit.upstart.docsite.systemd_tables).
          type: string
          sample: respawn
        job:
          description: The name of the job.
          type: string
          sample: web
        file:
          description: The job file or override.
          type: string
          sample: /etc/init/web.conf
        line:
          description: The line. Null if it is unknown, or if the finding is about the whole job.
          type: integer
          sample: 4
        subject:
          description: The stanza, event or command.
          type: string
          sample: respawn
        verdict:
          description: V(exact), V(near), V(approximate) or V(impossible).
          type: string
          sample: near
        message:
          description: What changes.
          type: string
          sample: A program that exits with one of the statuses 200, 203, 205, 210, 216 or 217 is not restarted.
        remedy:
          description: What to do, or an empty string.
          type: string
          sample: Change RestartPreventExitStatus= if the program uses one of these statuses.
    summary:
      description: Lines for people, with the counts, and the findings that are approximate or impossible.
      type: list
      elements: string
      sample:
        - 1 jobs translated, 0 replaced by the distribution, 0 rejected by Upstart
        - "findings: 6 exact, 3 near, 3 approximate, 0 impossible"
"""

import typing as t
from collections.abc import Mapping

from ansible.errors import AnsibleFilterError
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.directive_table import OLDEST, SystemdRelease
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.distribution_table import DISTRIBUTIONS
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.findings import TranslationOptions
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.jobs import InputError, read_jobs
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.summary import job_entries, summary_lines
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.translate import HostTranslator
from ansible_collections.sysinit.upstart.plugins.plugin_utils._untrusted import untrusted

NAME = "sysinit.upstart.to_systemd"
LOGS = ("journal", "files")


@untrusted
def to_systemd(jobs: Mapping[str, t.Any], systemd_version: int = 252, log: str = "journal",
               log_dir: str = "/var/log/upstart", wanted_by: Mapping[t.Any, str] | None = None,
               event_prefix: str = "event-", distribution: str = "debian",
               script_dir: str = "/usr/local/lib/upstart-jobs") -> dict[str, t.Any]:
    """Return the translation of the jobs of a host."""
    check_choice("log", log, LOGS)
    check_choice("distribution", distribution, DISTRIBUTIONS)
    if isinstance(systemd_version, bool) or not isinstance(systemd_version, int) or systemd_version < OLDEST:
        raise AnsibleFilterError(f"{NAME}: systemd_version must be an integer of at least {OLDEST}, "
                                 f"not {systemd_version!r}")
    for name, text in (("log_dir", log_dir), ("event_prefix", event_prefix), ("script_dir", script_dir)):
        if not isinstance(text, str):
            raise AnsibleFilterError(f"{NAME}: {name} must be a text, not {text!r}")
    if not isinstance(wanted_by, (Mapping, type(None))):
        raise AnsibleFilterError(f"{NAME}: wanted_by must be a dictionary of runlevels to targets, not {wanted_by!r}")
    targets = {str(level): str(name) for level, name in (wanted_by or {}).items()}
    options = TranslationOptions(SystemdRelease(systemd_version), log, log_dir.rstrip("/"), targets, event_prefix,
                                 distribution, script_dir=script_dir.rstrip("/"))
    try:
        translation = HostTranslator(read_jobs(jobs), options).translate()
    except InputError as exc:
        raise AnsibleFilterError(f"{NAME}: {exc}") from exc
    return {"files": translation.files, "links": translation.links, "units": translation.units,
            "jobs": job_entries(translation), "findings": [finding.as_dict() for finding in translation.findings],
            "summary": summary_lines(translation)}


def check_choice(name: str, value: t.Any, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise AnsibleFilterError(f"{NAME}: {name} must be {', '.join(choices[:-1])} or {choices[-1]}, not {value!r}")


class FilterModule:
    """The filter to_systemd."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"to_systemd": to_systemd}
