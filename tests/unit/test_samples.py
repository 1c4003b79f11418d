# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Samples and examples only have codes of findings that exist, and the facts of all errors are documented."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.sysinit.upstart.plugins.module_utils._inventory import audit_codes
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.checks import codes
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd import (
    acknowledged,
    condition_table,
    stanza_table,
)
from ansible_collections.sysinit.upstart.tests.unit.support import documented

ROOT = Path(__file__).resolve().parents[2]
OF_JOB_FILES = {row.code for row in codes.CODES}
OF_HOSTS = OF_JOB_FILES | {row.code for row in audit_codes.CODES}
OF_TRANSLATIONS = {acknowledged.SHADOWED} | {row.code for rows in (
    stanza_table.STANZA_ROWS, condition_table.CONDITION_ROWS, condition_table.OTHER_ROWS, condition_table.SCRIPT_ROWS)
    for row in rows}
# Where a sample is, and which codes it can have.
KINDS = {"modules.upstart_info": OF_HOSTS, "modules.upstart_job": OF_JOB_FILES, "modules.upstart_deploy": OF_JOB_FILES,
         "filter.to_systemd": OF_TRANSLATIONS, "filter.open_findings": OF_TRANSLATIONS}
PLUGINS = sorted(f"{kind}.{path.stem}" for kind in ("modules", "filter")
                 for path in (ROOT / "plugins" / kind).glob("*.py"))
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs" / "docsite" / "rst").glob("*.rst")),
         *sorted((ROOT / "roles").glob("*/README.md"))]
SILENCED = re.compile(r"upstart-check: *ignore(?:-file)?=([a-z0-9, -]+)")
ACKNOWLEDGED = re.compile(r"^( *)\w*acknowledged:\n((?:\1 +[\w-]+: \[[^\]]*\]\n)+)", re.M)
OF_OTHER_ENVIRONMENTS = {"library", "traceback"}  # only where a test asks for dbus-python


def codes_in(value: Any) -> Iterator[str]:
    """Yield the codes in a documentation block: those of samples, and those in keys called code."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "code" and isinstance(inner, str):
                yield inner
            elif key == "code" and isinstance(inner, dict) and isinstance(inner.get("sample"), str):
                yield inner["sample"]
            yield from codes_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from codes_in(inner)


@pytest.mark.parametrize("plugin", PLUGINS)
def test_the_codes_in_samples_exist(plugin: str) -> None:
    module = importlib.import_module(f"ansible_collections.sysinit.upstart.plugins.{plugin}")
    found = set(codes_in(yaml.safe_load(module.RETURN)))
    assert bool(found) == (plugin in KINDS)
    assert found - KINDS.get(plugin, set()) == set()


def test_the_codes_that_pages_and_examples_silence_exist() -> None:
    texts = [path.read_text(encoding="utf-8") for path in PAGES]
    texts += [path.read_text(encoding="utf-8") for path in (ROOT / "plugins" / "filter").glob("*.py")]
    text = "\n".join(texts)
    silenced = {code for words in SILENCED.findall(text) for code in re.split(r"[ ,]+", words) if code}
    accepted = {code for _indent, block in ACKNOWLEDGED.findall(text) for codes_of_job in yaml.safe_load(block).values()
                for code in codes_of_job}
    assert silenced and silenced <= OF_JOB_FILES
    assert accepted and accepted <= OF_TRANSLATIONS


def facts_of_errors() -> Iterator[tuple[str, str]]:
    """Yield the names of the facts that errors carry, each with the file that raises it."""
    for path in sorted((ROOT / "plugins" / "module_utils").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2].endswith("Error"):
                yield from ((word.arg, path.name) for word in node.keywords if word.arg)


def test_all_facts_of_errors_are_documented() -> None:
    keys = {key for module in PLUGINS if module.startswith("modules.")
            for key in documented.returned(module.partition(".")[2])}
    keys |= OF_OTHER_ENVIRONMENTS | documented.OF_EVERY_RESULT
    keys.add("path")  # becomes file
    assert [(fact, place) for fact, place in facts_of_errors() if fact not in keys] == []
