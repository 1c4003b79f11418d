# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the documentation of the role upstart_jobs: meta/argument_specs.yml and README.md.

    role_spec.py [--check]

The role's jobs take the options of upstart_job, so both files are made from the
documentation of that module.  --check writes nothing; the exit status is 1 if a file
is out of date.  Needs PyYAML.
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
ROLE = ROOT / "roles" / "upstart_jobs"
LICENCE = """Copyright (c) 2026, the sysinit.upstart contributors
GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later
"""
WARNING = "Written by tests/tools/role_spec.py from the documentation of upstart_job: change that, then run it."
NOT_A_JOBS_OWN = ("_foreseen", "jobs", "load", "upstart_version", "state", "enabled", "keep_running", "restore",
                  "manifest", "prune", "prune_except")
OWN_OPTIONS: dict[str, Any] = {
    "state": {
        "description": [
            "V(started) and V(stopped) see that the job runs, or does not; V(present) only writes its file, for jobs "
            "that events start.",
            "V(absent) stops the job and removes its file and override; with O(override) it removes the override "
            "alone, and the job is treated as one whose file changed.",
        ],
        "type": "str",
        "choices": ["started", "stopped", "present", "absent"],
        "default": "started",
    },
    "enabled": {
        "description": ["Whether the job starts by itself, see O(sysinit.upstart.upstart_service#module:enabled)."],
        "type": "bool",
        "version_added": "1.0.0",
    },
    "instances": {
        "description": [
            "Environments of the instances that shall be started or stopped, each a dictionary, for a job with "
            "O(instance). Others that run are left alone, unless a changed O(instance) names all of them otherwise.",
        ],
        "type": "list",
        "elements": "dict",
    },
    "on_change": {
        "description": [
            "What the job gets, once, from a handler, when its file changed while it ran. The default is "
            "O(upstart_jobs_on_change).",
        ],
        "type": "str",
        "choices": ["restart", "reload", "none"],
    },
    "on_failure": {
        "description": [
            "What is done when the job does not come up with its changed file. The default is "
            "O(upstart_jobs_on_failure).",
        ],
        "type": "str",
        "choices": ["fail", "rollback"],
        "version_added": "1.0.0",
    },
    "template": {
        "description": [
            "A template for the whole text of the file, instead of O(content) or single stanzas. It is looked up as "
            "those of a role are, in the folder C(templates) of the role that uses this one and of the play.",
        ],
        "type": "str",
        "version_added": "1.0.0",
    },
}
VARIABLES: dict[str, Any] = {
    "upstart_jobs_on_change": {
        "description": [
            "What a job gets whose file changed while it ran, unless its entry says it. The handlers give it to each "
            "job once.",
            "What an earlier run did not come to, since it ended before its handlers, is made up for.",
        ],
        "type": "str", "choices": ["restart", "reload", "none"], "default": "restart",
    },
    "upstart_jobs_stable_for": {
        "description": ["Seconds that a job must stay up after it was started, restarted or reloaded."],
        "type": "float", "default": 1,
    },
    "upstart_jobs_on_failure": {
        "description": [
            "What is done when a job does not come up with its changed file, unless its entry says it. The host fails "
            "either way.",
            "V(fail) leaves the new file, and the job as it is.",
            "V(rollback) puts the old file back and starts the job with it; a job that was not there before is "
            "removed again, in the run that brought it. A process that hangs is ended for that. Other jobs keep their "
            "new files. What it needs for that is kept on the host until the job has come up, so that it does not "
            "matter in which run that is tried.",
        ],
        "type": "str", "choices": ["fail", "rollback"], "default": "fail", "version_added": "1.0.0",
    },
    "upstart_jobs_prune": {
        "description": [
            "Stop and remove the jobs that earlier runs deployed and that O(upstart_jobs_list) does not name any more. "
            "With an empty list these are all of O(upstart_jobs_set).",
            "Of a file that was there before and in which O(upstart_jobs_list[].merge) changed stanzas nothing is "
            "removed, nor of a job that another set on the host names as well.",
        ],
        "type": "bool", "default": False, "version_added": "1.0.0",
    },
    "upstart_jobs_set": {
        "description": [
            "Name of this list of jobs. Lists with different names, of several roles or plays for one host, do not "
            "prune each other's jobs. Letters, digits, C(_), C(.) and C(-).",
        ],
        "type": "str", "default": "default", "version_added": "1.0.0",
    },
    "upstart_jobs_manifest_dir": {
        "description": [
            "Directory on the host in which the names of the deployed jobs are kept, and the earlier files of those "
            "that are yet to come up by the new ones; a file for each set, which only its owner can read.",
        ],
        "type": "path", "default": "/var/lib/sysinit.upstart", "version_added": "1.0.0",
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
    """Return a description; its references to options of the module become references to keys of an entry."""
    def expand(match: re.Match[str]) -> str:
        return f"O(upstart_jobs_list[].{match.group(1)}" if match.group(1) in options else match.group(0)

    return re.sub(r"O\((\w+)", expand, text)


def specification() -> dict[str, Any]:
    return {"argument_specs": {"main": {
        "short_description": "Deploy jobs of the Upstart init daemon",
        "description": [
            "Writes all job files in one run, starts what shall run, and restarts or reloads, once each and only if "
            "they were running, the jobs whose file changed.",
            "Entries of O(upstart_jobs_list) are checked before anything is touched. A key that there is not fails "
            "with the names of the job and of the key that may be meant.",
        ],
        "author": ["The sysinit.upstart contributors"],
        "version_added": "0.1.0",
        "options": {
            "upstart_jobs_list": {
                "description": ["The jobs, each with the options of M(sysinit.upstart.upstart_job) and some more."],
                "type": "list", "elements": "raw", "required": True, "options": job_options(),
            },
            **VARIABLES,
        },
    }}}


class Indented(yaml.SafeDumper):
    """Indents the items of lists, as the project's YAML style requires."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def argument_specs() -> str:
    """Return meta/argument_specs.yml.

    The elements are raw, since Ansible's own complaint about an entry would not name the job; the filter
    deployment_files checks them by the same options.
    """
    comment = "".join(f"# {line}\n" for line in LICENCE.splitlines())
    text = yaml.dump(specification(), Dumper=Indented, sort_keys=False, width=110, allow_unicode=True)
    return f"---\n{comment}\n# {WARNING}\n{text}"


def plain(text: str) -> str:
    """Convert a description from Ansible's markup to Markdown."""
    text = re.sub(r"O\((?:[\w.]+#module:)?(?:upstart_jobs_list\[\]\.)?([^)]*)\)", r"`\1`", text)
    return re.sub(r"\b[VCM]\(([^)]*)\)", r"`\1`", text)


def described(option: dict[str, Any]) -> str:
    return " ".join(plain(line) for line in option["description"])


def kind(option: dict[str, Any]) -> str:
    """Return the type or the choices of an option, for a table."""
    if "choices" in option:
        return ", ".join(f"`{choice}`" for choice in option["choices"])
    return f"list of {option['elements']}" if option.get("elements", "raw") != "raw" else str(option["type"])


def default(option: dict[str, Any]) -> str:
    return "required" if option.get("required") else f"`{option['default']}`" if "default" in option else ""


def row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def readme() -> str:
    """Return README.md: the variables, and the keys of an entry."""
    main_entry = specification()["argument_specs"]["main"]
    variables = "".join(
        row(f"`{name}`", kind(option), "required" if option.get("required") else f"`{str(option['default']).lower()}`",
            described(option)) for name, option in main_entry["options"].items())
    keys = "".join(row(f"`{name}`", kind(option), default(option), described(option))
                   for name, option in main_entry["options"]["upstart_jobs_list"]["options"].items())
    return (f"<!--\n{LICENCE}\n{WARNING}\n-->\n\n# sysinit.upstart.upstart_jobs\n\n"
            + "".join(f"{plain(line)}\n" for line in main_entry["description"])
            + f"\n{EXAMPLE}\n## Variables\n\n" + row("Variable", "Type", "Default", "Meaning") + row(*["---"] * 4)
            + variables + "\n## Keys of an entry\n\n" + row("Key", "Type", "Default", "Meaning") + row(*["---"] * 4)
            + keys)


EXAMPLE = """```yaml
- name: Run the shop
  hosts: upstart_hosts
  roles:
    - role: sysinit.upstart.upstart_jobs
      upstart_jobs_prune: true
      upstart_jobs_on_failure: rollback
      upstart_jobs_list:
        - name: shop
          start_on: {runlevel: [2, 3, 4, 5]}
          respawn: true
          exec: /usr/bin/shop --port 8080
        - name: worker
          instance: $QUEUE
          exec: /usr/bin/shop-worker $QUEUE
          instances: [{QUEUE: mail}, {QUEUE: orders}]
        - name: legacy
          template: legacy.conf.j2
          on_change: reload
```

The guide `docs/docsite/rst/role.rst` tells how changes, removals and failures are handled.

## Needs

The host needs what the modules need: Python 2.7 or 3.6 and later with dbus-python, and root's rights, so `become` where
Ansible does not log in as root. Where the daemon or its directories are not in their usual places, set `address`,
`conf_dir` and `log_dir` by `module_defaults` of the play, for the group `sysinit.upstart.upstart`. Handlers run outside
of blocks: `become` and `module_defaults` of a block around the role do not reach them.
"""


def main() -> int:
    written = {ROLE / "meta" / "argument_specs.yml": argument_specs(), ROLE / "README.md": readme()}
    if "--check" not in sys.argv[1:]:
        for path, text in written.items():
            path.write_text(text)
        return 0
    stale = [path for path, text in written.items() if not path.exists() or path.read_text() != text]
    for path in stale:
        print(f"{path.relative_to(ROOT)} is out of date: run make pages", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
