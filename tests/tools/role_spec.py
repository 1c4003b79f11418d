# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the documentation of the roles upstart_jobs and systemd_units: meta/argument_specs.yml and README.md.

    role_spec.py [--check]

The jobs of upstart_jobs take the options of upstart_job, so both lists come from the
documentation of that module.  --check writes nothing and exits with status 1 if a
file is out of date.  Needs PyYAML.
"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path
from typing import Any

import systemd_role_spec
import yaml
from generated import ROOT, write_or_check

MODULE = ROOT / "plugins" / "modules" / "upstart_job.py"
ROLE = ROOT / "roles" / "upstart_jobs"
LICENCE = """Copyright (c) 2026, the sysinit.upstart contributors
GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later
"""
WARNING = "Written by tests/tools/role_spec.py from the documentation of upstart_job: change that, then run it."
NOT_A_JOBS_OWN = ("_foreseen", "boot_forecast", "force", "jobs", "load", "upstart_version", "state", "enabled",
                  "keep_running", "restore", "return_previous", "manifest", "prune")
OWN_OPTIONS: dict[str, Any] = {
    "state": {
        "description": [
            "V(started) starts the job and V(stopped) stops it. V(present) only writes its file; use it for jobs that "
            "events start.",
            "V(absent) stops the job and removes its file and override. With O(override) it only removes the "
            "override, and the role treats the job as changed.",
        ],
        "type": "str",
        "choices": ["started", "stopped", "present", "absent"],
        "default": "started",
    },
    "enabled": {
        "description": ["Whether events start the job; see O(sysinit.upstart.upstart_service#module:enabled)."],
        "type": "bool",
        "version_added": "1.0.0",
    },
    "instances": {
        "description": [
            "For a job with O(instance), the variables of the instances to start or stop, one dictionary for each "
            "instance. Other instances keep running, unless a changed O(instance) renames all of them.",
        ],
        "type": "list",
        "elements": "dict",
    },
    "instances_exact": {
        "description": ["Whether to stop the instances of the job that are not in O(instances)."],
        "type": "bool",
        "version_added": "2.0.0",
    },
    "on_change": {
        "description": [
            "What the handler does with the job if its file changed while the job was running. The default is "
            "O(upstart_jobs_on_change).",
        ],
        "type": "str",
        "choices": ["restart", "reload", "none"],
    },
    "on_failure": {
        "description": [
            "What to do if the job fails to start with its changed file. The default is O(upstart_jobs_on_failure).",
        ],
        "type": "str",
        "choices": ["fail", "rollback"],
        "version_added": "1.0.0",
    },
    "template": {
        "description": [
            "Template for the complete text of the file, instead of O(content) or single stanzas. The role searches "
            "for it in C(templates) of the role that includes this one, and next to the playbook.",
        ],
        "type": "str",
        "version_added": "1.0.0",
    },
}
VARIABLES: dict[str, Any] = {
    "upstart_jobs_on_change": {
        "description": [
            "What the handler does, once per job, if the job's file changed while the job was running. An entry can "
            "override it with O(upstart_jobs_list[].on_change).",
            "If an earlier run ended before its handlers, this run makes up for the restarts and reloads.",
        ],
        "type": "str", "choices": ["restart", "reload", "none"], "default": "restart",
    },
    "upstart_jobs_stable_for": {
        "description": ["How many seconds a job must stay up after a start, restart or reload. Increase it for "
                        "programs that fail late."],
        "type": "float", "default": 1,
    },
    "upstart_jobs_on_failure": {
        "description": [
            "What to do if a job fails to start with its changed file. The task fails in both cases. An entry can "
            "override it with O(upstart_jobs_list[].on_failure).",
            "V(fail) keeps the new file and leaves the job as it is.",
            "V(rollback) restores the old file and starts the job with it. A job that did not exist before is removed "
            "again in the run that added it. The role ends a process that hangs. Other jobs keep their new files.",
            "The host keeps the old file until the job has started successfully with the new one. The rollback "
            "therefore also works in a later run.",
        ],
        "type": "str", "choices": ["fail", "rollback"], "default": "fail", "version_added": "1.0.0",
    },
    "upstart_jobs_prune": {
        "description": [
            "Whether to stop and remove jobs that earlier runs deployed and that are no longer in "
            "O(upstart_jobs_list). With an empty list, these are all jobs of O(upstart_jobs_set).",
            "Files that existed before and in which O(upstart_jobs_list[].merge) changed stanzas are kept. So are jobs "
            "and overrides that are also in another set on the host.",
            "If the list has the override of a job, but no longer its job file, the role fails and changes nothing.",
        ],
        "type": "bool", "default": False, "version_added": "1.0.0",
    },
    "upstart_jobs_set": {
        "description": [
            "Name of this list of jobs, from letters, digits, C(_), C(.) and C(-). Set it if several roles or plays "
            "deploy lists to one host. They then do not prune each other's jobs.",
        ],
        "type": "str", "default": "default", "version_added": "1.0.0",
    },
    "upstart_jobs_manifest_dir": {
        "description": [
            "Directory on the host with one file per set, which only its owner can read. The file records the names of "
            "the deployed jobs, pending restarts and reloads, and the old files of jobs that have not started "
            "successfully with their new ones yet.",
            "V(~) is the home directory, on the host, of the user that the role runs as. With C(become) this is "
            "C(become_user).",
            "Set it for the play, because the handler uses it too.",
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
    """Return the options of an entry of upstart_jobs_list."""
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
    """Return a description whose references to module options point to the options of an entry.

    The option dialect is one of the module only, for all entries.
    """
    def expand(match: re.Match[str]) -> str:
        return f"O(upstart_jobs_list[].{match.group(1)}" if match.group(1) in options else match.group(0)

    return re.sub(r"O\((\w+)", expand, text.replace("O(dialect=", "O(sysinit.upstart.upstart_job#module:dialect="))


def specification() -> dict[str, Any]:
    return {"argument_specs": {"main": {
        "short_description": "Deploy jobs of the Upstart init daemon",
        "description": [
            "Writes all job files and starts the jobs, with one task of M(sysinit.upstart.upstart_deploy). Its handler "
            "restarts or reloads each job once if its file changed while it was running.",
            "See R(the guide to the role,ansible_collections.sysinit.upstart.docsite.role).",
            "The role checks the entries of O(upstart_jobs_list) before it changes anything. If a key does not exist, "
            "the message names the job and the likely key.",
        ],
        "author": ["The sysinit.upstart contributors"],
        "version_added": "0.1.0",
        "options": {
            "upstart_jobs_list": {
                "description": ["List of jobs. An entry takes the options of M(sysinit.upstart.upstart_job) and the "
                                "keys of this role."],
                "type": "list", "elements": "raw", "required": True, "options": job_options(),
            },
            **VARIABLES,
        },
    }}}


class Indented(yaml.SafeDumper):
    """Dumper that indents list items, as in the project's YAML style."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _in_one_line(choices: re.Match[str]) -> str:
    return f" choices: [{', '.join(choices[1].split()[1::2])}]\n"


def argument_specs(specs: dict[str, Any], warning: str) -> str:
    """Return meta/argument_specs.yml.

    The elements are raw because Ansible's own error for an entry would not name the job. The module upstart_deploy
    checks them against the same options.
    """
    comment = "".join(f"# {line}\n" for line in LICENCE.splitlines())
    text = yaml.dump(specs, Dumper=Indented, sort_keys=False, width=110, allow_unicode=True)
    text = re.sub(r" choices:\n((?: +- \w+\n)+)", _in_one_line, text)
    return f"---\n{comment}\n# {warning}\n{text}"


def plain(text: str) -> str:
    """Return a description with Ansible's markup converted to Markdown."""
    text = re.sub(r"O\((?:[\w.]+#module:)?(?:upstart_jobs_list\[\]\.)?([^)]*)\)", r"`\1`", text)
    text = re.sub(r"\bR\(([^,]*),[^)]*\)", r"\1", text)
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
    """Return README.md of upstart_jobs: the variables, and the keys of an entry of the list."""
    main_entry = specification()["argument_specs"]["main"]
    keys = "".join(row(f"`{name}`", kind(option), default(option), described(option))
                   for name, option in main_entry["options"]["upstart_jobs_list"]["options"].items())
    return (role_page("upstart_jobs", main_entry, WARNING, EXAMPLE) + "\n## Keys of an entry\n\n"
            + row("Key", "Type", "Default", "Meaning") + row(*["---"] * 4) + keys)


def role_page(name: str, entry: dict[str, Any], warning: str, example: str) -> str:
    """Return the README of a role with its variables."""
    variables = "".join(
        row(f"`{variable}`", kind(option), "required" if option.get("required") else f"`{shown(option['default'])}`",
            described(option)) for variable, option in entry["options"].items())
    return (f"<!--\n{LICENCE}\n{warning}\n-->\n\n# sysinit.upstart.{name}\n\n"
            + "".join(f"{plain(line)}\n" for line in entry["description"])
            + f"\n{example}\n## Variables\n\n" + row("Variable", "Type", "Default", "Meaning") + row(*["---"] * 4)
            + variables)


def shown(value: Any) -> str:
    return '""' if value == "" else str(value).lower()


EXAMPLE = """```yaml
- name: Run the shop
  hosts: upstart_hosts
  roles:
    - role: sysinit.upstart.upstart_jobs
      upstart_jobs_prune: true
      upstart_jobs_on_failure: rollback
      upstart_jobs_stable_for: 5
      upstart_jobs_list:
        - name: shop
          preset: service
          exec: /usr/bin/shop --port 8080
        - name: worker
          instance: $QUEUE
          exec: /usr/bin/shop-worker $QUEUE
          instances: [{QUEUE: mail}, {QUEUE: orders}]
        - name: legacy
          template: legacy.conf.j2
          on_change: reload
```

The guide [Deploying jobs with the role](../../docs/docsite/rst/role.rst) explains what happens when a job changes, is
removed, or fails.

## Requirements

The hosts need Upstart, Python 2.7, or 3.6 and later, and root privileges. Use `become` if Ansible does not log in as
root. If the daemon does not use its default address or directories, set `address`, `conf_dir` and `log_dir` with
`module_defaults` of the play, for the group `sysinit.upstart.upstart`.

Set `become` and `module_defaults` for the play. Handlers run outside of blocks, so those of a block around the role do
not apply to its handler.
"""


def main() -> int:
    """Write or check the files of both roles; return the exit status."""
    systemd, of_systemd = ROOT / "roles" / systemd_role_spec.NAME, systemd_role_spec
    return write_or_check({
        ROLE / "meta" / "argument_specs.yml": argument_specs(specification(), WARNING), ROLE / "README.md": readme(),
        systemd / "meta" / "argument_specs.yml": argument_specs(
            {"argument_specs": {"main": of_systemd.ENTRY}}, of_systemd.WARNING),
        systemd / "README.md": role_page(of_systemd.NAME, of_systemd.ENTRY, of_systemd.WARNING, of_systemd.EXAMPLE),
    })


if __name__ == "__main__":
    sys.exit(main())
