# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: from_job_file
short_description: Convert the text of an Upstart job file to options of upstart_job
version_added: 0.1.0
description:
  - Reads a job file exactly as the Upstart daemon does, and returns its stanzas as a dictionary of options of
    M(sysinit.upstart.upstart_job).
  - Fails for a file that the daemon rejects, with the daemon's message and the line.
positional: override
options:
  _input:
    description: The text of the file C(NAME.conf).
    type: string
    required: true
  override:
    description: The text of the file C(NAME.override), which is read after the job file.
    type: string
  version:
    description: The release of Upstart whose stanzas are allowed, such as V('1.5').
    type: string
    default: 1.13.2
  dialect:
    description: The language of the files. V(chromeos) has the stanzas C(import) and C(tmpfiles).
    type: string
    choices: [stock, chromeos]
    default: stock
    version_added: 2.0.0
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
    - Options of M(sysinit.upstart.upstart_job). Options with default values are omitted.
    - Conditions are in the structured form, signals are names, and RV(ignore:umask) is an octal string.
    - RV(ignore:env) is a dictionary. Without O(override), it is a list of C(NAME=VALUE) if a name is set twice. With
      O(override), it has only the last value of each name, because Upstart ignores the others.
    - RV(ignore:manual) is true if that stanza disables the job's C(start on).
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
from ansible_collections.sysinit.upstart.plugins.plugin_utils._untrusted import untrusted


@untrusted
def from_job_file(text: str, override: str | None = None, version: str = "1.13.2",
                  dialect: str = "stock") -> dict[str, t.Any]:
    """Return the options in the texts of a job file and its override."""
    for argument in (text, version, dialect) if override is None else (text, override, version, dialect):
        if not isinstance(argument, str):
            raise AnsibleFilterError(f"sysinit.upstart.from_job_file needs text, not {type(argument).__name__}")
    try:
        return t.cast("dict[str, t.Any]", structure.read(text, override, structure.version_of(version, dialect)))
    except JobFileError as exc:
        raise AnsibleFilterError(f"sysinit.upstart.from_job_file: {exc.message}") from exc


class FilterModule:
    """The filter from_job_file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"from_job_file": from_job_file}
