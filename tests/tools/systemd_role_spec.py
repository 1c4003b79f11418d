# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of the role systemd_units, for role_spec.py."""

from __future__ import annotations

from typing import Any

NAME = "systemd_units"
WARNING = "Written by tests/tools/role_spec.py from tests/tools/systemd_role_spec.py: change that, then run it."

ENTRY: dict[str, Any] = {
    "short_description": "Install systemd units that were translated from Upstart jobs",
    "description": [
        "Installs the units, drop-ins, scripts and links that the playbook C(sysinit.upstart.migrate) has written for "
        "one host, on the host that replaces it.",
        "See R(the guide to the migration,ansible_collections.sysinit.upstart.docsite.migrate).",
        "The role refuses to install anything while there is an impossible finding that you have not "
        "acknowledged, or if "
        "C(systemd-analyze verify) does not accept a unit.",
    ],
    "author": ["The sysinit.upstart contributors"],
    "version_added": "2.0.0",
    "options": {
        "systemd_units_tree": {
            "description": [
                "Folder on the controller with the files for one host, such as V(systemd-units/web1). A relative path "
                "starts at the current directory.",
            ],
            "type": "path", "required": True,
        },
        "systemd_units_acknowledged": {
            "description": [
                "Codes of findings that you accept, a list for each job. Only findings with the verdict V(impossible) "
                "need this.",
                "The code V(shadowed-unit) stands for a unit that hides one of a package on the host.",
                "It is an error if a job or finding does not exist.",
            ],
            "type": "dict", "default": {},
        },
        "systemd_units_verify": {
            "description": [
                "Whether to check the units with C(systemd-analyze verify) before they are installed. The check also "
                "looks for the programs, so install them first.",
            ],
            "type": "bool", "default": True,
        },
        "systemd_units_enabled": {
            "description": [
                "Whether to make the links that start the units at boot and with one another. With V(false), the role "
                "makes no links and removes none.",
            ],
            "type": "bool", "default": True,
        },
        "systemd_units_start": {
            "description": [
                "Jobs to start, by name. Name an instance by its unit, such as V(worker@mail.service).",
                "A unit that already runs is not restarted. A task runs again each time.",
            ],
            "type": "list", "elements": "str", "default": [],
        },
        "systemd_units_root": {
            "description": [
                "Root directory of an image to install the units into, instead of the running host. The role then "
                "starts nothing, and C(systemd-analyze) looks for programs in the image.",
            ],
            "type": "str", "default": "",
        },
    },
}

EXAMPLE = """```yaml
- name: Install the units of the shop
  hosts: new_shop
  become: true
  roles:
    - role: sysinit.upstart.systemd_units
      systemd_units_tree: systemd-units/shop
      systemd_units_acknowledged:
        report: [script-variable]
      systemd_units_start: [shop]
```

The guide [Migrating to systemd](../../docs/docsite/rst/migrate.rst) shows the whole migration, step by step.

## Requirements

The host needs systemd 229 or later and root privileges. Only the controller needs the collection, because the role uses
modules of ansible-core. The role does not remove the units of jobs that are no longer in the folder.
"""
