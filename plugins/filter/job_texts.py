# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: job_texts
short_description: Collect the texts of Upstart job files for a translation
version_added: 2.0.0
description:
  - Returns the dictionary that P(sysinit.upstart.to_systemd#filter) and P(sysinit.upstart.event_graph#filter) take,
    for a folder of job files on the controller, or for job files that tasks have read with M(ansible.builtin.slurp).
  - A byte that is not UTF-8 becomes the character U+FFFD.
positional: source
options:
  _input:
    description:
      - The path of a folder on the controller. The filter reads the job files and overrides in it and below it.
      - Or the C(results) of M(ansible.builtin.slurp) in a loop over the paths of job files and overrides.
    type: raw
    required: true
  source:
    description:
      - Needed for results of M(ansible.builtin.slurp).
      - The folder of the files. The name of a job is the path below it, without C(.conf).
      - For the files of a host, the result of M(sysinit.upstart.upstart_info) with its subset V(stanzas), which has the
        names of the jobs. If the file of a job could not be read, the text comes from its stanzas.
    type: raw
seealso:
  - plugin: sysinit.upstart.to_systemd
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Show what changes with systemd for a copy of /etc/init
  ansible.builtin.debug:
    msg: "{{ ('web1' | sysinit.upstart.job_texts | sysinit.upstart.to_systemd).summary }}"

- name: Read two job files
  ansible.builtin.slurp:
    src: "{{ item }}"
  loop: [/etc/init/shop.conf, /etc/init/shop.override]
  register: read

- name: Show what changes with systemd for these two
  ansible.builtin.debug:
    msg: "{{ (read.results | sysinit.upstart.job_texts('/etc/init') | sysinit.upstart.to_systemd).summary }}"
"""

RETURN = r"""
_value:
  description: For each job, a dictionary with the text C(conf) and, if there is one, C(override).
  type: dictionary
  sample: {"shop": {"conf": "exec /usr/bin/shop", "override": "manual"}}
"""

import typing as t
from collections.abc import Mapping

from ansible.errors import AnsibleFilterError
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.job_texts import (
    Texts,
    contents_of,
    texts_below,
    texts_of_folder,
    texts_of_host,
)
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.jobs import InputError
from ansible_collections.sysinit.upstart.plugins.plugin_utils._untrusted import untrusted

NAME = "sysinit.upstart.job_texts"


@untrusted
def job_texts(files: t.Any, source: str | Mapping[str, t.Any] | None = None) -> Texts:
    """Return the texts of job files by the names of their jobs."""
    if not isinstance(source, (str, Mapping)) and (source is not None or not isinstance(files, str)):
        raise AnsibleFilterError(f"{NAME}: source must be a folder or the result of upstart_info, not {source!r}")
    try:
        if source is None:
            return texts_below(files, "replace")
        contents = contents_of(files)
        return texts_of_folder(source, contents) if isinstance(source, str) else texts_of_host(source, contents)
    except InputError as exc:
        raise AnsibleFilterError(f"{NAME}: {exc}") from exc


class FilterModule:
    """The filter job_texts."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"job_texts": job_texts}
