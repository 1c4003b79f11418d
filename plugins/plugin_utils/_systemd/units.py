# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The text of a unit file, and of a drop-in that changes one unit to another."""

from __future__ import annotations

import re

UNIT, INSTALL = "Unit", "Install"
SYSTEMCTL = "/bin/systemctl"
SECTIONS = (UNIT, "Service", "Path", "Socket", INSTALL)
# Settings that name other units. A drop-in adds to them but cannot empty them.
DEPENDENCIES = frozenset([
    "After", "Before", "BindsTo", "Conflicts", "OnFailure", "OnSuccess", "PartOf", "Requires", "RequiresMountsFor",
    "Requisite", "StopPropagatedFrom", "Wants",
])
LISTS = frozenset([
    "Environment", "EnvironmentFile", "ExecCondition", "ExecReload", "ExecStart", "ExecStartPost", "ExecStartPre",
    "ExecStop", "ExecStopPost", "PassEnvironment", "RestartPreventExitStatus", "SuccessExitStatus",
])
DOCUMENTED = "# Translated from an Upstart job by the filter sysinit.upstart.to_systemd."
PLAIN_WORD = re.compile(r"[A-Za-z0-9_@%+=:,./*-]+")


def specifier_safe(text: str) -> str:
    """Return a text in which systemd replaces no specifier, on one line."""
    return " ".join(text.split()).replace("%", "%%")


def comment(text: str) -> str:
    return "# " + " ".join(text.split())


def exec_word(text: str) -> str:
    """Return a word of a command line that systemd reads as ``text``: no variable, specifier or escape is replaced."""
    escaped = text.replace("%", "%%").replace("$", "$$")
    return escaped if PLAIN_WORD.fullmatch(text) and text not in (";",) else quoted(escaped)


def assignment(name: str, value: str) -> str:
    """Return a word of Environment= for a variable."""
    return setting_word(f"{name}={value}")


def setting_word(text: str) -> str:
    """Return a word of a setting that takes several words and replaces specifiers, but no variables."""
    escaped = text.replace("%", "%%")
    return escaped if PLAIN_WORD.fullmatch(text) else quoted(escaped)


def quoted(text: str) -> str:
    """Return a text in double quotes, with the escapes of systemd."""
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return '"' + "".join(escapes.get(char) or _visible(char) for char in text) + '"'


def _visible(char: str) -> str:
    return f"\\x{ord(char):02x}" if ord(char) < 32 or ord(char) == 127 else char


class UnitFile:
    """A unit: comments, and the settings of each section in their order. The same setting is not added twice."""

    def __init__(self) -> None:
        self.comments: list[str] = []
        self.settings: dict[str, list[tuple[str, str]]] = {section: [] for section in SECTIONS}

    def add(self, section: str, key: str, value: str) -> None:
        if (key, value) not in self.settings[section]:
            self.settings[section].append((key, value))

    def values(self, section: str, key: str) -> list[str]:
        return [value for name, value in self.settings[section] if name == key]

    def set(self, section: str, key: str, value: str) -> None:
        """Give a setting a single value."""
        self.settings[section] = [pair for pair in self.settings[section] if pair[0] != key]
        self.add(section, key, value)

    def text(self) -> str:
        lines = [DOCUMENTED, *self.comments]
        for section in SECTIONS:
            if self.settings[section]:
                lines += ["", f"[{section}]", *(_line(key, value) for key, value in self.settings[section])]
        return "\n".join(lines) + "\n"


def _line(key: str, value: str) -> str:
    """Return the line of a setting. A backslash at its end would join the next line to it."""
    text = re.sub(r"[\r\n]+", " ", value)
    return f"{key}={text} " if text.endswith("\\") else f"{key}={text}"


def drop_in(base: UnitFile, wanted: UnitFile) -> UnitFile | None:
    """Return the drop-in that makes ``wanted`` of ``base``, or None if no drop-in can.

    The section Install does not count, because systemd ignores it in drop-ins.
    """
    result = UnitFile()
    for section in SECTIONS:
        if section == INSTALL:
            continue
        for key in dict.fromkeys(key for key, _value in base.settings[section] + wanted.settings[section]):
            before, after = base.values(section, key), wanted.values(section, key)
            if before == after:
                continue
            if not _can_change(key, before, after):
                return None
            if key in LISTS and before:
                result.settings[section].append((key, ""))
                result.settings[section] += [(key, value) for value in after]
            else:
                result.settings[section] += [(key, value) for value in after if value not in before]
    return result


def _can_change(key: str, before: list[str], after: list[str]) -> bool:
    if key in LISTS:
        return True
    if key in DEPENDENCIES:
        return set(before) <= set(after)
    return bool(after)
