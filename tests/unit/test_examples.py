# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples in pages and plugins work as written: YAML, options, job files, expressions, commands."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import jinja2
import pytest
import yaml
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.dialects import Release
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.options import NAMES_OF_OPTIONS, to_values
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.render import render
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.stanzas import LATEST
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs import options as job_options
from ansible_collections.sysinit.upstart.tests.unit.support import documented
from ansible_collections.sysinit.upstart.tests.unit.support.examples import (
    PAGES,
    ROOT,
    Block,
    all_blocks,
    commands,
    plays_of,
    strings_of,
    tasks_of,
    yaml_blocks,
)

BLOCKS = yaml_blocks()
GROUP = "group/sysinit.upstart.upstart"
IN_GROUP = ["sysinit.upstart." + name for name in (
    "upstart_event", "upstart_info", "upstart_init", "upstart_job", "upstart_service")]
OUTSIDE = {"myapp"}  # roles defined by the reader


def module_of(task: dict[str, Any]) -> str:
    names = [key for key in task if key.count(".") >= 2]
    assert len(names) == 1, f"a task has one module, with its full name: {task}"
    return names[0]


def job_complaints(job: dict[str, Any], dialect: str = "stock") -> list[str]:
    """Return the reason why no job file can be written for an entry."""
    try:
        for wanted in job_options.wanted_jobs({"jobs": [job]}):
            render(to_values(wanted.stanzas), Release(LATEST, dialect))
    except Exception as error:
        return [f"job {job.get('name')}: {error}"]
    return []


def of_options(entry: dict[str, Any]) -> dict[str, Any]:
    known = documented.options("sysinit.upstart.upstart_job")
    return {name: value for name, value in entry.items() if name in known and name not in ("state", "dialect")}


def role_complaints(role: str, given: dict[str, Any], where: str) -> list[str]:
    if role in OUTSIDE:
        return []
    if role not in documented.roles():
        return [f"{where}: there is no role {role}"]
    found = documented.complaints(given, documented.variables(role), f"{where}: {role}")
    jobs = given.get("upstart_jobs_list", [])
    for job in jobs if isinstance(jobs, list) else []:
        found += job_complaints(of_options(job))
    return found


def task_complaints(task: dict[str, Any], where: str) -> list[str]:
    module = module_of(task)
    given = task[module]
    try:
        known = documented.options(module)
    except ImportError:
        return [f"{where}: there is no module {module}"]
    if not isinstance(given, dict):
        return [] if given is None or "free_form" in known or module == "ansible.builtin.meta" else [
            f"{where}: {module} takes options"]
    found = [] if module in documented.FREE else documented.complaints(given, known, f"{where}: {module}")
    if module == "sysinit.upstart.upstart_job":
        own = {name: value for name, value in given.items() if name == "name" or name in job_options.argument_spec()}
        jobs = given.get("jobs", [own])
        for job in jobs if isinstance(jobs, list) else []:
            found += job_complaints(of_options(job), given.get("dialect", "stock"))
    if module in ("ansible.builtin.include_role", "ansible.builtin.import_role"):
        found += role_complaints(given["name"], task.get("vars", {}), where)
    return found


def default_complaints(defaults: dict[str, Any], where: str) -> list[str]:
    found = []
    for name, given in defaults.items():
        names = IN_GROUP if name == GROUP else [name]
        known = {option: text for module in names for option, text in documented.options(module).items()}
        found += documented.complaints(given, known, f"{where}: {name}")
    return found


def play_complaints(play: dict[str, Any], where: str) -> list[str]:
    found = default_complaints(play.get("module_defaults", {}), where)
    for role in play.get("roles", []):
        entry = {"role": role} if isinstance(role, str) else role
        given = {**entry.get("vars", {}), **{name: value for name, value in entry.items() if name not in (
            "role", "vars", "tags", "when", "become")}}
        found += role_complaints(entry["role"], given, where)
    for task in tasks_of(play):
        found += task_complaints(task, where)
    return found


def mapping_complaints(block: Block) -> list[str]:
    """Return the errors in a block that is not a list: options of a job, defaults, variables of a role, or a file."""
    data = block.data()
    if set(data) == {"module_defaults"}:
        return default_complaints(data["module_defaults"], str(block))
    for role in documented.roles():
        if set(data) & set(documented.variables(role)):
            of_playbooks = documented.words_of_playbooks()
            return role_complaints(role, {key: data[key] for key in data if key not in of_playbooks}, str(block))
    if block.caption:
        return []
    wrong = sorted(set(data) - set(documented.options("sysinit.upstart.upstart_job")))
    if wrong:
        return [f"{block}: neither options of upstart_job nor variables of a role, and no :caption: says that this is "
                f"a file: {', '.join(wrong)}"]
    return job_complaints({"name": "web", **{name: data[name] for name in data if name in NAMES_OF_OPTIONS}})


def test_the_examples_are_found() -> None:
    pages = {block.page for block in BLOCKS}
    assert {"README.md", "docs/docsite/rst/getting_started.rst", "plugins/modules/upstart_job.py",
            "plugins/filter/event_graph.py"} <= pages
    counts = {path.name: path.read_text().count("code-block::") for path in PAGES if path.suffix == ".rst"}
    seen = [Path(block.page).name for block in all_blocks()]
    assert counts == {name: seen.count(name) for name in counts}


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_an_example_uses_what_exists(block: Block) -> None:
    found: list[str] = []
    if isinstance(block.data(), dict):
        found = mapping_complaints(block)
    for play in plays_of(block):
        found += play_complaints(play, str(block))
    assert found == []


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_expressions(block: Block) -> None:
    for text in strings_of(block.data()):
        jinja2.Environment().parse(text)
        for name in re.findall(r"sysinit\.upstart\.(\w+)(?=[ (|}])", text if "{{" in text else ""):
            assert (ROOT / "plugins" / "filter" / f"{name}.py").exists(), f"{block}: there is no filter {name}"


def test_ansible_takes_them_all(tmp_path: Path) -> None:
    collection = tmp_path / "ansible_collections" / "sysinit" / "upstart"
    collection.parent.mkdir(parents=True)
    collection.symlink_to(ROOT)
    for role in OUTSIDE:
        (tmp_path / "roles" / role / "tasks").mkdir(parents=True)
    plays = [{**play, "name": f"{block} {play.get('name', '')}"} for block in BLOCKS for play in plays_of(block)]
    (tmp_path / "all.yml").write_text(yaml.safe_dump(plays, sort_keys=False))
    done = subprocess.run(
        [sys.executable, "-m", "ansible.cli.playbook", "--syntax-check", "-i", "localhost,", str(tmp_path / "all.yml")],
        env={**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(tmp_path), "ANSIBLE_NOCOLOR": "1", "PYTHONPATH": ""},
        capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def makefile_targets() -> set[str]:
    text = (ROOT / "Makefile").read_text()
    return {name for line in re.findall(r"^([a-z][a-z -]*):", text, re.M) for name in line.split()}


@pytest.mark.parametrize("page", sorted(path.relative_to(ROOT).as_posix() for path in PAGES))
def test_named_commands_exist(page: str) -> None:
    """Check make targets and documented plugins in the running text, too."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"(?:^|\$ |`)make ([a-z-]+)(?=`|\n| [A-Z]+=)", text, re.M):
        assert target in makefile_targets(), f"{page}: make {target}"
    for kind, name in re.findall(r"ansible-doc(?: -t (\w+))? sysinit\.upstart\.(\w+)", text):
        place = {"role": ROOT / "roles" / name, "filter": ROOT / "plugins/filter" / f"{name}.py"}.get(
            kind, ROOT / "plugins/modules" / f"{name}.py")
        assert place.exists(), f"{page}: ansible-doc {name}"


def command_complaints(block: Block, words: list[str]) -> list[str]:
    """Return the errors in one command of ours or of Ansible."""
    found = []
    captions = {other.caption for other in all_blocks() if other.page == block.page}
    for word in words:
        if word.startswith("tests/") and not (ROOT / word).exists():
            found.append(f"there is no {word}")
    if words[0] == "ansible-playbook":
        for word in words[1:]:
            if word.startswith("sysinit.upstart.") and not (ROOT / "playbooks" / f"{word.split('.')[2]}.yml").exists():
                found.append(f"there is no playbook {word}")
            if word.endswith(".yml") and word.lstrip("@") not in captions:
                found.append(f"the page shows no {word}")
    if words[0] == "ansible" and "-m" in words:
        module = words[words.index("-m") + 1]
        given = words[words.index("-a") + 1] if "-a" in words else ""
        options = dict(pair.split("=", 1) for pair in shlex.split(given) if "=" in pair)
        found += documented.complaints(options, documented.options(module), module)
    return found


def test_commands() -> None:
    found = [f"{block}: {text}" for block, line in commands() for part in re.split(r" && | \| |; ", line)
             for text in command_complaints(block, shlex.split(part, comments=True) or [""])]
    assert found == []
