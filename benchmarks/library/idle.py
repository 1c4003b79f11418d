# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Return a list of jobs unchanged: measures the cost of a task of that size without any work."""

from __future__ import annotations

from ansible.module_utils.basic import AnsibleModule


def main() -> None:
    module = AnsibleModule(argument_spec={"jobs": {"type": "list", "elements": "dict"}})
    module.exit_json(changed=False, jobs=[{"name": job["name"], "job": job} for job in module.params["jobs"]])


if __name__ == "__main__":
    main()
