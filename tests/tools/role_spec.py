# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write roles/upstart_jobs/meta/argument_specs.yml from the documentation of upstart_job.

    role_spec.py [--check]

The role's jobs take the module's options, so both lists come from one text.
--check writes nothing and ends with status 1 when the file is out of date.
Needs PyYAML.
"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
MODULE = ROOT / "plugins" / "modules" / "upstart_job.py"
TARGET = ROOT / "roles" / "upstart_jobs" / "meta" / "argument_specs.yml"
HEAD = """---
# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Written by tests/tools/role_spec.py from the documentation of upstart_job: change that, then run it.
"""
NOT_A_JOBS_OWN = ("jobs", "load", "upstart_version", "state")
OWN_OPTIONS: dict[str, Any] = {
    "state": {
        "description": [
            "V(started) and V(stopped) see that the job runs, or does not; V(present) only writes its file, for jobs "
            "that events start; V(absent) stops the job and removes its file and override.",
        ],
        "type": "str",
        "choices": ["started", "stopped", "present", "absent"],
        "default": "started",
    },
    "instances": {
        "description": ["Environments of the instances to start, each a dictionary, for a job with O(instance)."],
        "type": "list",
        "elements": "dict",
    },
    "on_change": {
        "description": [
            "What the job gets, once, at the end of the play, when its file changed while it ran. The default is "
            "O(upstart_jobs_on_change).",
        ],
        "type": "str",
        "choices": ["restart", "reload", "none"],
    },
}


def documentation(module: Path) -> dict[str, Any]:
    """Return a module's DOCUMENTATION block."""
    for node in ast.parse(module.read_text()).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "DOCUMENTATION":
            block: dict[str, Any] = yaml.safe_load(ast.literal_eval(node.value))
            return block
    raise SystemExit(f"{module} has no DOCUMENTATION")


def job_options() -> dict[str, Any]:
    """Return the options of one entry of upstart_jobs_list."""
    options = {name: option for name, option in documentation(MODULE)["options"].items() if name not in NOT_A_JOBS_OWN}
    options["name"] = {"description": ["Name of the job, the path of its file without C(.conf)."], "type": "str",
                       "required": True}
    jobs = {"name": options.pop("name"), **OWN_OPTIONS, **options}
    for option in jobs.values():
        option.pop("default", None)
        lines = option["description"] if isinstance(option["description"], list) else [option["description"]]
        option["description"] = [nested(line, set(jobs)) for line in lines]
    jobs["state"]["default"] = "started"
    return jobs


def nested(text: str, options: set[str]) -> str:
    """Return a description with its references to options of the module turned to those of an entry."""
    def expand(found: re.Match[str]) -> str:
        return f"O(upstart_jobs_list[].{found.group(1)}" if found.group(1) in options else found.group(0)

    return re.sub(r"O\((\w+)", expand, text)


def specification() -> dict[str, Any]:
    return {"argument_specs": {"main": {
        "short_description": "Deploy jobs of the Upstart init daemon",
        "description": [
            "Writes all job files in one run, starts what shall run, and restarts or reloads, once each and only if "
            "they were running, the jobs whose file changed.",
        ],
        "author": ["The sysinit.upstart contributors"],
        "version_added": "0.1.0",
        "options": {
            "upstart_jobs_list": {
                "description": ["The jobs, each with the options of M(sysinit.upstart.upstart_job) and some more."],
                "type": "list", "elements": "dict", "default": [], "options": job_options(),
            },
            "upstart_jobs_on_change": {
                "description": ["What a changed job that was running gets, once, unless it says otherwise."],
                "type": "str", "choices": ["restart", "reload", "none"], "default": "restart",
            },
            "upstart_jobs_stable_for": {
                "description": ["Seconds that a job must stay up after it was started, restarted or reloaded."],
                "type": "float", "default": 1,
            },
        },
    }}}


class Indented(yaml.SafeDumper):
    """Indents the items of lists, as the project's YAML style wants."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def main() -> int:
    text = HEAD + yaml.dump(specification(), Dumper=Indented, sort_keys=False, width=110, allow_unicode=True)
    if "--check" not in sys.argv[1:]:
        TARGET.write_text(text)
        return 0
    if TARGET.read_text() != text:
        print(f"{TARGET.relative_to(ROOT)} is out of date: run tests/tools/role_spec.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
