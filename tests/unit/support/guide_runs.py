# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the examples of a documentation page on a private daemon, in the order of the page, in one playbook.

The examples are run as they are on the page, except for the address and the directories of the daemon, the programs in
/usr/bin, for which there are stand-ins, and the hosts and users.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Any

import with_daemon
import yaml

from . import ansible_runs
from .examples import ROOT, Block, blocks_of, plays_of

PAGES = ROOT / "docs" / "docsite" / "rst"
GROUP = "group/sysinit.upstart.upstart"
HEADING = re.compile(r"^(\S.*)\n([-^~])\2{2,}$", re.M)
UNDERLINES = "-^~"
# A filter for the checks: the lines of initctl list to a dictionary of the status of each instance.
FILTER = """
def statuses(lines):
    return dict(line.partition(" -- ")[0].partition(",")[0].rsplit(" ", 1) for line in lines)


class FilterModule:
    def filters(self):
        return {"statuses": statuses}
"""
# The command start, for scripts of jobs.
START = "#!/bin/sh\nUPSTART_SESSION='{address}' PYTHON='{python}' exec {initctl} start \"$@\"\n"
FAILED = "\n...ignoring\n"
SERVICE = "#!/bin/sh\nexec sleep 100000\n"
# Options of the modules that name the daemon under test; upstart_init has no log_dir.
OPTIONS = ("address", "conf_dir", "log_dir")
WITH_INIT_LOG = ("upstart_service", "upstart_deploy", "upstart_info")
# Keywords that need a user or a host that the test does not have.
LEFT_OUT = ("become", "become_user", "hosts", "gather_facts", "module_defaults")


@dataclass
class Step:
    """What a section needs and what is true after it.

    :ivar before: tasks in YAML that prepare the host.
    :ivar after: tasks in YAML that run before the checks.
    :ivar checks: expressions that are true after the examples. ``jobs`` is a dictionary of the jobs of upstart_info by
        name, ``status`` one of the status of each instance by its name as in initctl list, ``output`` the output of the
        last command, ``texts`` the texts and ``shown`` the files of variables of the page, ``guide_failure`` the result
        of the task that had to fail. The variables that the examples register are there, too.
    :ivar fails: whether the last command or play of the section must fail.
    :ivar why_not: the reason why the examples are not run, or an empty text.
    """

    before: str = "[]"
    after: str = "[]"
    checks: list[str] = field(default_factory=list)
    fails: bool = False
    why_not: str = ""


@dataclass
class Section:
    """A section of a page with its code blocks."""

    title: str
    blocks: list[Block]


def sections_of(page: str) -> list[Section]:
    """Return the sections of a page that have YAML or console blocks."""
    path = PAGES / f"{page}.rst"
    text = path.read_text(encoding="utf-8")
    starts = [(text.count("\n", 0, match.start()) + 1, match[1]) for match in HEADING.finditer(text)]
    sections: list[Section] = []
    for block in blocks_of(path):
        if block.language in ("yaml", "console"):
            title = [name for line, name in starts if line < block.line][-1]
            if not sections or sections[-1].title != title:
                sections.append(Section(title, []))
            sections[-1].blocks.append(block)
    return sections


def guide_texts(page: str) -> list[str]:
    """Return the texts that a page quotes."""
    return [block.text.strip() for block in blocks_of(PAGES / f"{page}.rst") if block.language == "text"]


def guide_data(page: str) -> dict[str, Any]:
    """Return the dictionaries that a page shows as files, by the names of the files."""
    blocks = [block for block in blocks_of(PAGES / f"{page}.rst") if block.language == "yaml" and block.caption]
    return {block.caption: block.data() for block in blocks if isinstance(block.data(), dict)}


class GuideRun:
    """The run of a page: a folder for its files, and the plays that run its examples."""

    def __init__(self, page: str, steps: dict[str, Step], daemon: with_daemon.Daemon, files: dict[str, str],
                 programs: dict[str, str]) -> None:
        self.page, self.steps, self.daemon, self.programs = page, steps, daemon, programs
        self.folder = daemon.scratch / "guide"
        self._make_folder(files)

    def _make_folder(self, files: dict[str, str]) -> None:
        for name, text in {**files, "filter_plugins/statuses.py": FILTER}.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.localised(text))
        for name in ("bin", "ansible_collections/sysinit", "etc", "home"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        (self.folder / "ansible_collections/sysinit/upstart").symlink_to(ROOT)
        (self.folder / "etc/init").symlink_to(self.daemon.conf)
        programs = {**self.programs, "start": START.format(
            address=self.daemon.address, python=sys.executable, initctl=ROOT / "roles/emulator/files/initctl")}
        for name, text in programs.items():
            (self.folder / "bin" / name).write_text(text)
            (self.folder / "bin" / name).chmod(0o755)
        variables = {
            **self.daemon.variables(), "ansible_connection": "local",
            "ansible_python_interpreter": ansible_runs.interpreter(), "upstart_timeout": 100,
            "upstart_jobs_manifest_dir": str(self.folder / "manifests")}
        (self.folder / "variables.json").write_text(json.dumps(variables))

    # -- examples ------------------------------------------------------------------------------------------------
    def localised(self, text: str) -> str:
        """Return a text of the page with the directories and programs of this run."""
        for name in self.programs:
            text = re.sub(rf"/usr/bin/{re.escape(name)}(?![\w-])", str(self.folder / "bin" / name), text)
        text = re.sub(r"^( +)start (?=\w+ \w+=)", rf"\1{self.folder / 'bin' / 'start'} ", text, flags=re.M)
        text = text.replace("/etc/init/", f"{self.daemon.conf}/").replace("/run/shop", str(self.folder / "spool"))
        return text.replace("/var/lib/sysinit.upstart", str(self.folder / "manifests"))

    def play(self, play: dict[str, Any]) -> dict[str, Any]:
        """Return a play for the daemon under test."""
        places = {name: f"{{{{ upstart_{name} }}}}" for name in OPTIONS}
        defaults: dict[str, Any] = {GROUP: {**places, "timeout": 100}}
        for module in WITH_INIT_LOG:
            defaults[f"sysinit.upstart.{module}"] = {"init_log": "{{ upstart_init_log }}"}
        kept = {key: value for key, value in play.items() if key not in LEFT_OUT}
        return {**kept, "hosts": "localhost", "gather_facts": False, "ignore_errors": True, "module_defaults": defaults}

    def plays_of_block(self, block: Block) -> list[dict[str, Any]]:
        local = Block(block.page, block.line, block.language, block.caption, self.localised(block.text))
        if block.caption.endswith((".yml", ".conf")):
            content: Any = local.data() if block.language == "yaml" else None
            if isinstance(content, list):
                content = [self.play(play) for play in plays_of(local)]
            path = self.folder / block.caption
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(local.text if content is None else yaml.safe_dump(content, sort_keys=False))
            return []
        return [self.play(play) for play in plays_of(local)]

    def command(self, line: str) -> dict[str, Any]:
        """Return a task that runs a command of the page."""
        words = shlex.split(self.localised(line))
        allowed = [0]
        if words[0] in ("ansible", "ansible-playbook"):
            words = self._ansible(words)
        elif words[0].endswith("tools/upstart-check"):
            words[0], allowed = str(ROOT / "tools/upstart-check"), [0, 1]
        return {"name": f"Run {line}", "ansible.builtin.command": {"argv": words, "chdir": str(self.folder)},
                "register": "ran", "changed_when": False, "failed_when": f"ran.rc not in {allowed}"}

    def _ansible(self, words: list[str]) -> list[str]:
        kind = "adhoc" if words[0] == "ansible" else "playbook"
        words = [word for word in words[1:] if word not in ("-b", "--become")]
        if "-i" in words:
            at = words.index("-i")
            del words[at:at + 2]
        if kind == "adhoc":
            words[0] = "localhost"
            module = words[words.index("-m") + 1].rpartition(".")[2]
            names = [*(OPTIONS if module != "upstart_init" else OPTIONS[:2]), "timeout",
                     *(["init_log"] if module in WITH_INIT_LOG else [])]
            values = {**self.daemon.variables(), "upstart_timeout": "100"}
            words[words.index("-a") + 1] += "".join(f" {name}={values[f'upstart_{name}']}" for name in names)
        return [sys.executable, "-m", f"ansible.cli.{kind}", "-i", "localhost,", *words, "-e",
                f"@{self.folder / 'variables.json'}"]

    # -- the playbook --------------------------------------------------------------------------------------------
    def plays(self) -> list[dict[str, Any]]:
        """Return all plays of the page: for each section what it needs, its examples, and its checks."""
        plays = []
        for section in sections_of(self.page):
            step = self.steps[section.title]
            if step.why_not:
                continue
            examples: list[dict[str, Any]] = []
            for block in section.blocks:
                if block.language == "yaml":
                    examples += self.plays_of_block(block)
                else:
                    lines = re.sub(r"\\\n\s*", " ", block.text).splitlines()
                    examples += [self.play({"tasks": [self.command(line[2:])]}) for line in lines if line[:2] == "$ "]
            if step.fails:
                examples[-1] = self._failing(examples[-1])
            before = yaml.safe_load(self.localised(step.before))
            after = yaml.safe_load(self.localised(step.after))
            section_plays = [*([self.play({"tasks": before})] if before else []), *examples,
                             self.play({"tasks": [*after, *self._checks(step)]})]
            plays += [{**play, "name": f"{section.title}: {play.get('name', number)}"}
                      for number, play in enumerate(section_plays)]
        return plays

    def _failing(self, play: dict[str, Any]) -> dict[str, Any]:
        """Return a play of roles or tasks that must fail, and that goes on."""
        tasks = [*({"ansible.builtin.include_role": {"name": role["role"]}, "vars": {
            key: value for key, value in role.items() if key != "role"}} for role in play.get("roles", [])),
            *play.get("tasks", [])]
        caught = {"ansible.builtin.set_fact": {  # ansible-core 2.16 has no result for a handler
            "guide_failed": True, "guide_failure": "{{ ansible_failed_result | default({}) }}"}}
        block = {"block": [*tasks, {"ansible.builtin.meta": "flush_handlers"}], "rescue": [caught],
                 "ignore_errors": False}
        rest = {key: value for key, value in play.items() if key not in ("roles", "tasks")}
        return {**rest, "tasks": [{"ansible.builtin.set_fact": {"guide_failed": False}}, block, {
            "name": "Check that the example failed", "ansible.builtin.assert": {"that": "guide_failed"}}]}

    def _checks(self, step: Step) -> list[dict[str, Any]]:
        """Return the tasks that check what a section says."""
        if not step.checks:
            return []
        shown = yaml.safe_load(self.localised(yaml.safe_dump(guide_data(self.page))))
        variables = {"jobs": "{{ dict(host.jobs | map(attribute='name') | zip(host.jobs)) }}",
                     "status": "{{ host.summary | statuses }}", "output": "{{ ran.stdout | default('') }}",
                     "texts": {self.page: guide_texts(self.page)}, "shown": shown}
        message = "{{ [output[-3000:], status, jobs] | to_json }}"
        return [{"name": "Read the host", "sysinit.upstart.upstart_info": {"subset": ["all"]}, "register": "host"},
                {"name": "Check what the page says", "vars": variables,
                 "ansible.builtin.assert": {"that": step.checks, "fail_msg": message}}]

    def run(self) -> tuple[str, dict[str, str]]:
        """Run the plays; return the whole output if they do not go on to the end, and the output of each section.

        A section goes on, and says so, if a task of it fails.
        """
        playbook = self.folder / "all.yml"
        playbook.write_text(yaml.safe_dump(self.plays(), sort_keys=False))
        environment = {**ansible_runs.environment(), "HOME": str(self.folder / "home"),
                       "ANSIBLE_COLLECTIONS_PATH": str(self.folder)}
        done = subprocess.run(
            [sys.executable, "-m", "ansible.cli.playbook", "-i", "localhost,", "-e",
             f"@{self.folder / 'variables.json'}", str(playbook)],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, cwd=self.folder)
        outputs: dict[str, str] = {}
        for part in re.split(r"^(?=PLAY \[)", done.stdout, flags=re.M)[1:]:
            title = part[len("PLAY ["):].partition(":")[0]
            outputs[title] = outputs.get(title, "") + part
        return done.stdout if done.returncode else "", outputs
