# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: to_job_file
short_description: Convert options of upstart_job to the text of an Upstart job file
version_added: 0.1.0
description:
  - Returns a job file that the Upstart daemon reads exactly as the options say. Fails for values that no job file can
    contain.
positional: version, header
options:
  _input:
    description: A dictionary of the options of M(sysinit.upstart.upstart_job) for stanzas.
    type: dictionary
    required: true
  version:
    description: The release of Upstart that will read the file, such as V('1.5'). A stanza that it does not know is an
      error.
    type: string
    default: 1.13.2
  dialect:
    description: The language of the file. V(chromeos) has the options C(import) and C(tmpfiles).
    type: string
    choices: [stock, chromeos]
    default: stock
    version_added: 2.0.0
  header:
    description: Text for a comment at the top of the file.
    type: string
seealso:
  - plugin: sysinit.upstart.from_job_file
    plugin_type: filter
  - module: sysinit.upstart.upstart_job
"""

EXAMPLES = r"""
- name: Show a job file
  ansible.builtin.debug:
    msg: "{{ job | sysinit.upstart.to_job_file(header='Managed by Ansible') }}"
  vars:
    job:
      start_on:
        any:
          - runlevel: [2, 3, 4, 5]
          - started: network-manager
      respawn: true
      exec: /usr/sbin/web

- name: Write a changed copy of a job file, without its comments
  ansible.builtin.copy:
    content: "{{ lookup('file', 'web.conf') | sysinit.upstart.from_job_file
                 | combine({'respawn': true}) | sysinit.upstart.to_job_file }}"
    dest: files/web-respawning.conf
    mode: "0644"
  delegate_to: localhost
"""

RETURN = r"""
_value:
  description: The text of the job file.
  type: string
  sample: |
    start on (runlevel [2345] or started network-manager)

    respawn

    exec /usr/sbin/web
"""

import typing as t
from collections.abc import Mapping

from ansible.errors import AnsibleFilterError
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile import structure
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.errors import JobFileError
from ansible_collections.sysinit.upstart.plugins.plugin_utils._untrusted import untrusted


@untrusted
def to_job_file(options: Mapping[str, t.Any], version: str = "1.13.2", header: str | None = None,
                dialect: str = "stock") -> str:
    """Return the text of a job file for options of upstart_job."""
    if not isinstance(options, Mapping):
        raise AnsibleFilterError(f"sysinit.upstart.to_job_file needs a dictionary, not {type(options).__name__}")
    for argument in (version, dialect) if header is None else (version, header, dialect):
        if not isinstance(argument, str):
            raise AnsibleFilterError(f"sysinit.upstart.to_job_file needs text, not {type(argument).__name__}")
    try:
        return t.cast("str", structure.write(dict(options), structure.version_of(version, dialect), header))
    except JobFileError as exc:
        raise AnsibleFilterError(f"sysinit.upstart.to_job_file: {exc.message}") from exc


class FilterModule:
    """The filter to_job_file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"to_job_file": to_job_file}
