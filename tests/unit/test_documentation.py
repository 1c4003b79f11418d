# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation, argument specs and metadata agree."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from ansible_collections.sysinit.upstart.plugins.doc_fragments import daemon as daemon_fragment
from ansible_collections.sysinit.upstart.plugins.module_utils import _daemon_module
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs import options as job_options

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))
COLLECTION = "ansible_collections.sysinit.upstart.plugins."
COMPARED = ("type", "elements", "default", "choices", "required", "aliases")


class Captured(Exception):
    """The arguments of AnsibleModule."""


def load(name: str) -> ModuleType:
    return importlib.import_module(COLLECTION + "modules." + name)


def documentation(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(load(name).DOCUMENTATION)
    return found


def fragment_options() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load(daemon_fragment.ModuleDocFragment.DOCUMENTATION)["options"]
    return found


def shape(options: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the common part of documentation and argument spec, without defaults."""
    unset = {"required": False, "default": None, "type": "str"}
    return {name: {key: option[key] for key in COMPARED if key in option and option[key] != unset.get(key, ...)}
            for name, option in options.items()}


def module_arguments(name: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    def capture(**arguments: Any) -> None:
        raise Captured(arguments)

    module = load(name)
    monkeypatch.setattr(module, "AnsibleModule", capture)
    with pytest.raises(Captured) as caught:
        module.main()
    arguments: dict[str, Any] = caught.value.args[0]
    return arguments


def test_the_fragment_is_the_shells_spec() -> None:
    assert shape(fragment_options()) == shape(_daemon_module.daemon_options())


@pytest.mark.parametrize("name", MODULES)
def test_options(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = documentation(name)
    options = dict(text["options"])
    if "sysinit.upstart.daemon" in text["extends_documentation_fragment"]:
        options.update(fragment_options())
    arguments = module_arguments(name, monkeypatch)
    assert shape(options) == shape(arguments["argument_spec"])
    common = "ansible.builtin.files" in text["extends_documentation_fragment"]
    assert common is arguments.get("add_file_common_args", False)
    supported = text["attributes"]["check_mode"]["support"] if "attributes" in text else "full"
    assert arguments["supports_check_mode"] is (supported != "none")


def test_the_types_of_job_options() -> None:
    documented = documentation("upstart_job")["options"]
    for kind, names in job_options.TYPES.items():
        assert {name: documented[name]["type"] for name in names} == dict.fromkeys(names, kind)
    assert {name: documented[name]["elements"] for name in job_options.LISTS} == job_options.LISTS
    assert {name: documented[name]["choices"] for name in job_options.CHOICES} == job_options.CHOICES


@pytest.mark.parametrize("name", MODULES)
def test_blocks(name: str) -> None:
    module = load(name)
    text = documentation(name)
    assert text["module"] == name
    returned, examples = yaml.safe_load(module.RETURN), yaml.safe_load(module.EXAMPLES)
    assert returned and examples
    check_returns(returned)
    own = "sysinit.upstart." + name
    assert [example["name"] for example in examples if own not in example] == []
    known = set(text["options"]) | set(fragment_options())
    assert {option for example in examples for option in example[own] if option not in known} == set()


def check_returns(values: dict[str, Any]) -> None:
    for key, value in values.items():
        assert {"description", "returned", "type"} <= set(value), key
        assert "sample" in value or "contains" in value, key
        check_returns(value.get("contains", {}))


def test_the_action_group_is_the_modules_that_talk_to_the_daemon() -> None:
    meta = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    with_daemon = [name for name in MODULES if any(
        fragment.endswith("actiongroup_upstart") for fragment in documentation(name)["extends_documentation_fragment"])]
    assert sorted(meta["action_groups"]["upstart"]) == with_daemon
    assert with_daemon == [name for name in MODULES
                           if "sysinit.upstart.daemon" in documentation(name)["extends_documentation_fragment"]]
    assert re.fullmatch(r">=2\.16\.0", meta["requires_ansible"])


def test_the_tests_that_the_page_on_security_names() -> None:
    """Each statement of the page is a row of its last table, and each row names tests that exist."""
    page = (ROOT / "docs" / "docsite" / "rst" / "security.rst").read_text(encoding="utf-8")
    statements, _heading, table = page.partition("\nTests\n-----\n")
    rows = dict(re.findall(r"^   \* - (.+)\n     - ((?:.+\n)(?:       .+\n)*)", table, re.MULTILINE)[1:])
    assert list(rows) == re.findall(r"^\*\*(.+?)\*\*", statements, re.MULTILINE)
    places = {row: re.findall(r"``([^`]+\.py)::(\w+)``", tests) for row, tests in rows.items()}
    assert [row for row, found in places.items() if not found] == []
    for path, function in (place for found in places.values() for place in found):
        test = (ROOT / "tests" / "unit" / path).read_text(encoding="utf-8")
        assert re.search(rf"^def {function}\(", test, re.MULTILINE), function
