# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documented options of modules and roles, including Ansible's own modules."""

from __future__ import annotations

import functools
import importlib
import re
from pathlib import Path
from typing import Any

import yaml
from ansible_collections.sysinit.upstart.plugins.module_utils._host import check_mode

ROOT = Path(__file__).resolve().parents[3]
OURS = "sysinit.upstart."
PLUGINS = "ansible_collections.sysinit.upstart.plugins."
# Actions of ansible-core that take any variable, or run without a module.
FREE = {"ansible.builtin.set_fact", "ansible.builtin.meta"}


def fragment(name: str) -> dict[str, dict[str, Any]]:
    """Return the options of a documentation fragment; modules refer to it by ``name``."""
    package = "ansible.plugins.doc_fragments."
    if name.startswith(OURS):
        name, package = name[len(OURS):], PLUGINS + "doc_fragments."
    module, _dot, block = name.replace("ansible.builtin.", "").partition(".")
    text = getattr(importlib.import_module(package + module).ModuleDocFragment, block.upper() or "DOCUMENTATION")
    options: dict[str, dict[str, Any]] = yaml.safe_load(text).get("options") or {}
    return options


@functools.cache
def options(name: str) -> dict[str, dict[str, Any]]:
    """Return the documented options of a module by name and alias.

    :raises ImportError: there is no such module.
    """
    own = name.startswith(OURS)
    package = PLUGINS + "modules." if own else "ansible.modules."
    text = yaml.safe_load(importlib.import_module(package + name.rpartition(".")[2]).DOCUMENTATION)
    options = dict(text.get("options") or {})
    fragments = text.get("extends_documentation_fragment") or []
    for name_of_fragment in [fragments] if isinstance(fragments, str) else fragments:
        options.update(fragment(name_of_fragment))
    for option in list(options.values()):
        options.update(dict.fromkeys(option.get("aliases") or [], option))
    return options


@functools.cache
def variables(role: str) -> dict[str, dict[str, Any]]:
    """Return the documented variables of a role of this collection."""
    path = ROOT / "roles" / role[len(OURS):] / "meta" / "argument_specs.yml"
    specs = yaml.safe_load(path.read_text(encoding="utf-8"))["argument_specs"]
    variables: dict[str, dict[str, Any]] = specs["main"]["options"]
    return variables


@functools.cache
def words_of_playbooks() -> frozenset[str]:
    """Return all words in the playbooks of this collection, without the variables of roles."""
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "playbooks").glob("*.yml")]
    words = frozenset(re.findall(r"\w+", " ".join(texts)))
    return words - {name for role in roles() for name in variables(role)}


def roles() -> list[str]:
    return sorted(OURS + path.name for path in (ROOT / "roles").iterdir())


def complaints(given: dict[str, Any], known: dict[str, dict[str, Any]], where: str) -> list[str]:
    """Return a text for each unknown option and each value that is not among the documented choices."""
    problems = []
    for name, value in given.items():
        if name not in known:
            problems.append(f"{where}: there is no {name}")
            continue
        choices = [str(choice) for choice in known[name].get("choices") or []]
        for word in value if isinstance(value, list) else [value]:
            if choices and isinstance(word, (str, int, float)) and "{{" not in str(word) and str(word) not in choices:
                problems.append(f"{where}: {name} cannot be {word}")
        inner = known[name].get("options")
        if inner:
            for entry in value if isinstance(value, list) else [value]:
                problems += complaints(entry, inner, f"{where}: {name}") if isinstance(entry, dict) else []
    return problems


# Keys that results of all modules have. The record is for the action plugins, which remove it.
OF_EVERY_RESULT = {"changed", "failed", "msg", "hidden_msg", "exception", "warnings", "deprecations", "invocation",
                   "diff", check_mode.KEY}


@functools.cache
def returned(name: str) -> dict[str, dict[str, Any]]:
    """Return the documented keys of the result of a module of this collection."""
    text = importlib.import_module(PLUGINS + "modules." + name).RETURN
    keys: dict[str, dict[str, Any]] = yaml.safe_load(text)
    return keys


def undocumented(name: str, result: dict[str, Any]) -> list[str]:
    """Return the keys of a module's result that its RETURN does not document, also those in its lists and dicts.

    The entry of a failed instance has the keys about its failure too.
    """
    keys = returned(name)
    top = sorted(set(result) - set(keys) - OF_EVERY_RESULT)
    return top + [path for key in result if key in keys
                  for path in _undocumented_within(key, result[key], keys[key].get("contains"), keys)]


def ensure_documented(name: str, result: dict[str, Any]) -> None:
    missing = undocumented(name, result)
    assert missing == [], f"{name} returned keys that its RETURN does not document: {missing}"


def _undocumented_within(path: str, value: Any, keys: dict[str, Any] | None, of_failures: dict[str, Any]) -> list[str]:
    if not keys:
        return []
    if isinstance(value, list):
        return sorted({name for entry in value for name in _undocumented_within(path, entry, keys, of_failures)})
    if not isinstance(value, dict):
        return []
    allowed = {*keys, *of_failures} if value.get("failed") else set(keys)
    return [f"{path}.{key}" for key in sorted(set(value) - allowed)] + [
        name for key in value if key in keys
        for name in _undocumented_within(f"{path}.{key}", value[key], keys[key].get("contains"), of_failures)]
