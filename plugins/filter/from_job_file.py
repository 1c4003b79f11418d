# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: from_job_file
short_description: Turn the text of an Upstart job file into options of upstart_job
version_added: 0.1.0
author:
  - The sysinit.upstart contributors !UNKNOWN
description:
  - Reads a job file exactly as the Upstart daemon reads it, and returns what is set in it as a dictionary, with the
    names that the options of M(sysinit.upstart.upstart_job) have.
  - A file that the daemon refuses is an error with its message and line.
positional: override
options:
  _input:
    description: The text of the file C(NAME.conf).
    type: string
    required: true
  override:
    description: The text of the file C(NAME.override), which is read on top of the job file.
    type: string
  version:
    description: The release of Upstart that decides which stanzas there are, such as V('1.5').
    type: string
    default: 1.13.2
seealso:
  - plugin: sysinit.upstart.to_job_file
    plugin_type: filter
  - module: sysinit.upstart.upstart_job
"""

EXAMPLES = r"""
- name: Show what starts a job
  ansible.builtin.debug:
    msg: "{{ (lookup('file', 'web.conf') | sysinit.upstart.from_job_file).start_on }}"

- name: Read a job file of the host together with its override
  ansible.builtin.set_fact:
    web: "{{ conf.content | b64decode | sysinit.upstart.from_job_file(override.content | b64decode) }}"
"""

RETURN = r"""
_value:
  description:
    - What the file sets, keyed by the options of M(sysinit.upstart.upstart_job). What is at its default is left out.
    - Conditions are in the structured form, signals are names, RV(ignore:umask) is text in octal.
    - RV(ignore:env) is a dictionary, or a list of C(NAME=VALUE) where a name is set twice.
    - RV(ignore:manual) is true when that stanza leaves the job without a condition to start on.
  type: dictionary
  sample:
    description: a web server
    start_on:
      all:
        - local-filesystems
        - event: net-device-up
          env: ["IFACE!=lo"]
    stop_on:
      runlevel: "!2345"
    env:
      PORT: "80"
    respawn: true
    umask: "027"
    exec: /usr/sbin/web --port $PORT
"""

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile import structure
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.errors import JobFileError


def from_job_file(text: str, override: str | None = None, version: str = "1.13.2") -> dict[str, t.Any]:
    """Return the options that the texts of a job file and its override set."""
    for given in (text, version) if override is None else (text, override, version):
        if not isinstance(given, str):
            raise AnsibleFilterError(f"sysinit.upstart.from_job_file needs text, not {type(given).__name__}")
    try:
        return t.cast("dict[str, t.Any]", structure.read(text, override, structure.version_of(version)))
    except JobFileError as exc:
        raise AnsibleFilterError(f"sysinit.upstart.from_job_file: {exc.message}") from exc


class FilterModule:
    """The filter from_job_file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"from_job_file": from_job_file}
