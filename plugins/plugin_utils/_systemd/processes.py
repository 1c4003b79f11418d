# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands and scripts of a job: the Exec settings of its unit, and script files."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.shell.init_commands import (
    STOPS,
    read_init_commands,
)
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.values import SHELL_CHARACTERS

from .directive_table import BY_NAME
from .findings import FindingList, TranslationOptions
from .jobs import HostJob, Values
from .scripts import ScriptPlace, ScriptTranslator
from .units import UnitFile, exec_word

SHELL = "/bin/sh"
LONGEST_LINE = 1500  # older releases of systemd read lines of 2048 bytes
PID_FILE = re.compile(r"--?pid-?file[= ]+([\"']?)(/[\w./-]+)\1")
COMMENT_LINE = re.compile(r"^[ \t]*#.*", re.MULTILINE)
# In the script of pre-start: a job that stops itself there ends without a failure. Status 75 skips the unit.
STOP_FUNCTION = """\
stop() { UPSTART_STOPPED=1; }
trap 'status=$?; [ $status -eq 0 ] || exit 255; [ -z "$UPSTART_STOPPED" ] || exit 75' EXIT
"""
WAIT_FOR_STOP = (
    "while [ -d /proc/$MAINPID ] && ! grep -q '^State:.T' /proc/$MAINPID/status; do sleep 0.1; done; "
    "kill -CONT $MAINPID")
ALIVE = '[ -n "$MAINPID" ] || exit 0; '


class ProcessTranslator:
    """Translates the processes of one job into the settings of its unit."""

    def __init__(self, job: HostJob, stem: str, options: TranslationOptions, scripts: ScriptTranslator,
                 findings: FindingList) -> None:
        self._job = job
        self._stem = stem
        self._options = options
        self._scripts = scripts
        self._findings = findings
        self._suffix = ""
        self.files: dict[str, str] = {}

    def for_job(self, job: HostJob, findings: FindingList) -> ProcessTranslator:
        """Return a translator for the job without its override. It shares the files, and adds none with other text.

        The scripts that the override replaces get names of their own.
        """
        other = ProcessTranslator(job, self._stem, self._options, self._scripts.for_findings(findings), findings)
        other.files = self.files
        other._suffix = ".conf"
        return other

    def translate(self, values: Values, unit: UnitFile) -> None:
        """Add the processes to a unit."""
        processes: t.Mapping[str, t.Any] = {
            name: process for name, process in values["process"].items() if process["command"] is not None}
        main = processes.get("main")
        self._before(values, processes, unit, is_main=main is None)
        if main is not None:
            unit.add("Service", "ExecStart", self._command("main", main))
        elif "pre-start" not in processes:
            unit.add("Service", "ExecStart", "/bin/true")
        if values["expect"] == "stop" and main is not None and not values["task"]:
            unit.add("Service", "ExecStartPost", f"{SHELL} -c {exec_word(WAIT_FOR_STOP)}")
        if "post-start" in processes:
            unit.add("Service", "ExecStartPost", "-" + self._command("post-start", processes["post-start"]))
        if main is not None and not values["task"] and 0 < values["reload_signal"] <= 64:
            unit.add("Service", "ExecReload", f"/bin/kill -{values['reload_signal']} $MAINPID")
        if "pre-stop" in processes:
            head = ALIVE if main is not None else ""
            unit.add("Service", "ExecStop", "-" + self._command("pre-stop", processes["pre-stop"], head))
        if "post-stop" in processes:
            unit.add("Service", "ExecStopPost", "-" + self._command("post-stop", processes["post-stop"]))

    def _before(self, values: Values, processes: t.Mapping[str, t.Any], unit: UnitFile,
                is_main: bool) -> None:
        for path in values.get("tmpfiles", []):
            command = f"/bin/systemd-tmpfiles --create {exec_word(path)}"
            unit.add("Service", "ExecStartPre", f"-{self._privileged()}{command}")
        if "security" in processes:
            words = " ".join(exec_word(word) for word in processes["security"]["command"].split())
            unit.add("Service", "ExecStartPre", f"-{self._privileged()}{words}")
        pre_start = processes.get("pre-start")
        if pre_start is None:
            return
        if is_main:
            unit.add("Service", "ExecStart", self._command("pre-start", pre_start))
        elif self.stops_itself(values):
            key = "ExecCondition" if self._options.release.has("ExecCondition=") else "ExecStartPre"
            unit.add("Service", key, self._command("pre-start", pre_start, STOP_FUNCTION))
        else:
            unit.add("Service", "ExecStartPre", self._command("pre-start", pre_start))

    @staticmethod
    def stops_itself(values: Values) -> bool:
        """Return whether the script of pre-start stops its own job."""
        process = values["process"].get("pre-start") or {}
        return bool(process.get("script")) and "main" in values["process"] and any(
            command.verb == STOPS and command.name is None for command in read_init_commands(process["command"]))

    def _privileged(self) -> str:
        return "+" if self._options.release.has("ExecStartPre=+") else ""

    def _command(self, name: str, process: t.Mapping[str, t.Any], head: str = "") -> str:
        """Return the command line for a process."""
        text = str(process["command"])
        where = self._where(name)
        translated = self._scripts.translate(text, where, head == STOP_FUNCTION)
        if process["script"] or "\n" in translated or len(translated) > LONGEST_LINE:
            body = translated if process["script"] else f"exec {translated}\n"
            return self._script_file(name, head + body)
        if head or SHELL_CHARACTERS.search(translated) or translated != text:
            return f"{SHELL} -e -c {exec_word(f'{head}exec {translated}')}"
        words = [word for word in translated.split(" ") if word]  # init splits at blanks only
        if not words[0].startswith("/"):
            if not self._options.release.has("ExecStart= without a path"):
                self._findings.add_missing(BY_NAME["ExecStart= without a path"], where.place)
            self._findings.add("path-search", text, where.place)
            return f"{SHELL} -e -c {exec_word(f'exec {translated}')}"
        return " ".join([words[0].replace("%", "%%"), *(exec_word(word) for word in words[1:])])

    def _script_file(self, name: str, text: str) -> str:
        content = f"#!{SHELL} -e\n# {name} of the Upstart job {self._job.name}.\n{text}"
        path = f"{self._options.script_dir}/{self._stem}.{name}"
        if self.files.get(path) != content:
            path += self._suffix
        self.files[path] = content
        return f"{SHELL} -e {exec_word(path)}"

    def _where(self, name: str) -> ScriptPlace:
        """Return the stanza that counts for a process."""
        prefix = "" if name == "main" else "apparmor " if name == "security" else f"{name} "
        places = [place for place in self._job.places if place.name in (f"{prefix}exec", f"{prefix}script")]
        if not places:
            return ScriptPlace(None, None)
        place = places[-1]
        return ScriptPlace(place, None if place.line is None else place.line + place.name.endswith("script"))


def pid_file(command: str) -> str | None:
    """Return the path of the PID file that a command line or script names outside of comments."""
    match = PID_FILE.search(COMMENT_LINE.sub("", command))
    return match.group(2) if match else None
