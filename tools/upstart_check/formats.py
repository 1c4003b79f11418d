# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings as text, JSON, SARIF 2.1.0, and commands of GitHub Actions."""

from __future__ import annotations

import json
import os
import re
import typing as t
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from urllib.parse import quote

from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.checks import codes

from .collection import ROOT
from .findings import Finding

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
SARIF_LEVELS = {"error": "error", "warning": "warning", "hint": "note"}
GITHUB_COMMANDS = {"error": "error", "warning": "warning", "hint": "notice"}
NAME = "upstart-check"


def version() -> str:
    """Return the version of the collection, from galaxy.yml of a checkout or MANIFEST.json of an installed one."""
    manifest = ROOT / "MANIFEST.json"
    if manifest.is_file():
        return str(json.loads(manifest.read_text(encoding="utf-8"))["collection_info"]["version"])
    match = re.search(r"(?m)^version: *(\S+)", (ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    return match[1] if match else "unknown"


def printable(text: object) -> str:
    """Return a text with a byte that is not UTF-8 as an escape such as \\xff, which every encoding and reader takes."""
    return str(text).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def to_text(findings: Sequence[Finding]) -> str:
    return "".join(printable(f"{one.path}:{one.line}: {one.severity}: {one.message}: {one.remedy} [{one.code}]\n")
                   for one in findings)


def explanation(row: codes.Code) -> str:
    """Return what a code means, for --explain."""
    return (f"{row.code}: {row.severity}\n\nMessage: {row.message.replace('%s', '...')}\nWhy: {row.why}\n"
            f"Remedy: {row.remedy}\n")


def to_json(findings: Sequence[Finding]) -> str:
    rows = [{**asdict(one), "path": printable(one.path), "message": printable(one.message),
             "remedy": printable(one.remedy)} for one in findings]
    return json.dumps(rows, indent=2) + "\n"


def to_sarif(findings: Sequence[Finding]) -> str:
    used = sorted({one.code for one in findings})
    run = {
        "tool": {"driver": {"name": NAME, "version": version(), "rules": [_rule(code) for code in used]}},
        "results": [_result(one, used) for one in findings],
    }
    return json.dumps({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(code: str) -> dict[str, t.Any]:
    row = codes.BY_CODE[code]
    return {"id": code, "shortDescription": {"text": row.message.replace("%s", "...")}, "help": {"text": row.remedy},
            "fullDescription": {"text": row.why}, "defaultConfiguration": {"level": SARIF_LEVELS[row.severity]}}


def _result(finding: Finding, rules: Sequence[str]) -> dict[str, t.Any]:
    place = {"artifactLocation": {"uri": _uri(finding.path)}, "region": {"startLine": finding.line}}
    return {"ruleId": finding.code, "ruleIndex": rules.index(finding.code), "level": SARIF_LEVELS[finding.severity],
            "message": {"text": printable(f"{finding.message}: {finding.remedy}")},
            "locations": [{"physicalLocation": place}]}


def _uri(path: Path) -> str:
    """Return the path as SARIF wants it: a URI relative to the current directory where possible, else a file URI."""
    try:
        return quote(os.fsencode(path.resolve().relative_to(Path.cwd())))
    except ValueError:
        return path.resolve().as_uri()


def to_github(findings: Sequence[Finding]) -> str:
    """Return the findings as commands that GitHub Actions shows as annotations."""
    return "".join(
        f"::{GITHUB_COMMANDS[one.severity]} file={_property(str(one.path))},line={one.line},title={one.code}::"
        f"{_escaped(one.message)}: {_escaped(one.remedy)}\n" for one in findings)


def _escaped(text: str) -> str:
    return printable(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


FORMATS: dict[str, Callable[[Sequence[Finding]], str]] = {
    "text": to_text, "json": to_json, "sarif": to_sarif, "github": to_github}
