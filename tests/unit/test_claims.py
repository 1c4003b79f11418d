# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The claims of the README and the support page agree with the code and the tests."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path
from typing import Any

import pytest
import versions
import yaml
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._host import releases
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile import stanzas
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs import options as job_options
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs import plans

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SUPPORT = (ROOT / "docs/docsite/rst/support.rst").read_text(encoding="utf-8")
INTERNAL = ("demo",)  # name prefixes of parts for the demo only
# A value for each option that a release introduced.
VALUES: dict[str, Any] = {
    "apparmor_load": "/etc/apparmor.d/web", "apparmor_switch": "web", "cgroup": ["cpu"], "debug": True,
    "kill_signal": "INT", "reload_signal": "USR1", "setgid": "web", "setuid": "web", "usage": "x", "console": "log",
    "override": True,
}
# The constants of _host/releases.py, each with a distinctive fragment of a row that describes it on the support page.
# None: no code compares versions for this row.
GATES = [
    ("STATES_SIGNALLED_SINCE", "0.6.7", "``failed`` are null"),
    ("STATES_SIGNALLED_SINCE", "0.6.7", "``exit_signal``"),
    ("STATES_SIGNALLED_SINCE", "0.6.7", "a task job"),
    ("CONDITIONS_READABLE_SINCE", "0.6.7", "``start on`` and ``stop on``"),
    ("MANUAL_SINCE", "0.6.7", "``manual``"),
    ("ANY_VARIABLE_NAME_SINCE", "1.1", "``env``"),
    ("OVERRIDES_SINCE", "1.3", "``override-ignored``"),
    ("JOB_LOGS_SINCE", "1.4", "``log_file`` is null"),
    ("JOBS_SURVIVE_REEXEC_SINCE", "1.6", "re-executed"),
    ("STATE_DUMP_SINCE", "1.6.1", "``stale``"),
    ("STATE_DUMP_SINCE", "1.6.1", "restarted instances"),
    ("STATE_DUMP_SINCE", "1.6.1", "``env_differs``"),
    ("STATE_DUMP_SINCE", "1.6.1", "``sure``"),
    (None, "1.7", "``process``"),
    ("LINKED_OVERRIDES_BEFORE", "1.7", "``override-is-link``"),
    ("EVENT_END_SIGNALLED_SINCE", "1.7", "``held_by``"),
    ("JOB_ENVIRONMENT_SINCE", "1.7", "``job_env``"),
    ("RELOAD_METHOD_SINCE", "1.10", "``state: reloaded``"),
    ("MAIN_MAY_END_DURING_STOP_SINCE", "1.11", "``pre_stop``"),
    ("EVENT_ENDS_AT_UNNAMED_INSTANCE_SINCE", "1.13", "instance name"),
]
# Files that may contain a release as a literal.
RELEASE_TABLES = {"_host/releases.py", "_jobfile/stanzas.py", "_events/tables.py"}


def number(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(".")))


def section(page: str, heading: str) -> str:
    found = re.search(rf"^{re.escape(heading)}\n-+\n(.*?)(?=^[^\n]+\n-{{4,}}\n|\Z)", page, re.M | re.S)
    assert found, f"there is no section {heading}"
    return found[1]


def rows(text: str) -> list[list[str]]:
    """Return the cells of a list-table, without its header."""
    cells = [[" ".join(cell.split()) for cell in re.split(r"^     - ", row, flags=re.M)]
             for row in re.split(r"^   \* - ", text.partition(".. list-table::")[2], flags=re.M)[1:]]
    return [[cell.partition(" * ")[0] if index == len(row) - 1 else cell for index, cell in enumerate(row)]
            for row in cells[1:]]


def first_cells(heading: str) -> list[str]:
    table = README.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return [row.split("|")[1].strip() for row in table.splitlines() if row.startswith("|")][2:]


def test_readme_names_each_plugin_once() -> None:
    named = [name for cell in first_cells("Contents") for name in re.findall(r"`([\w/]+)`", cell)]
    here = [path.stem for kind in ("modules", "filter") for path in (ROOT / "plugins" / kind).glob("*.py")]
    here += [path.name for path in (ROOT / "roles").iterdir()]
    here += [path.stem for path in (ROOT / "playbooks").glob("*.yml")]
    public = [name for name in here if not name.startswith(INTERNAL)]
    assert sorted(named) == sorted(public)


def test_the_front_page_lists_each_playbook() -> None:
    page = (ROOT / "docs/site/playbooks.rst").read_text(encoding="utf-8")
    here = [path.stem for path in (ROOT / "playbooks").glob("*.yml") if not path.name.startswith(INTERNAL)]
    assert sorted(re.findall(r"^\* :ref:`(\w+) <", page, re.M)) == sorted(here)


def test_readme_names_the_tested_versions() -> None:
    install = README.partition("## Requirements\n")[2].partition("\n## ")[0]
    assert f"ansible-core {min(versions.CORES, key=number)} or later" in install
    assert f"Upstart {versions.UPSTARTS[0]} to {versions.UPSTARTS[-1]}" in install
    fragment = (ROOT / "plugins/doc_fragments/attributes.py").read_text()
    assert f"platforms: Upstart {versions.UPSTARTS[0]} to {versions.UPSTARTS[-1]}\n" in fragment


def test_the_oldest_core_is_the_required_one() -> None:
    meta = yaml.safe_load((ROOT / "meta/runtime.yml").read_text())
    assert meta["requires_ansible"] == f">={min(versions.CORES, key=number)}.0"
    requirement = re.search(r"^ansible-core>=(.+)$", (ROOT / "tests/requirements/demo.txt").read_text(), re.M)
    assert requirement and requirement[1] == min(versions.CORES, key=number)
    for path in (ROOT / "roles").glob("*/meta/main.yml"):
        assert yaml.safe_load(path.read_text())["galaxy_info"]["min_ansible_version"] == requirement[1], path


def test_the_tested_releases_are_those_of_the_emulator() -> None:
    spec = yaml.safe_load((ROOT / "roles/emulator/meta/argument_specs.yml").read_text())
    choices = spec["argument_specs"]["main"]["options"]["emulator_upstart_version"]["choices"]
    assert tuple(map(str, choices)) == versions.UPSTARTS
    assert number(versions.UPSTARTS[-1]) == stanzas.LATEST
    recorded = {path.name for path in (ROOT / "tests/conformance/versions").iterdir()}
    assert recorded | {versions.UPSTARTS[-1]} == set(versions.UPSTARTS)


def test_support_names_the_releases() -> None:
    assert tuple(row[0] for row in rows(section(SUPPORT, "Releases of Upstart"))) == versions.UPSTARTS


def test_support_names_the_cores() -> None:
    def pythons(listed: tuple[str, ...]) -> str:
        low, high = listed[0], listed[-1]
        return f"2.7, 3.6 to {high}" if low == "2.7" else f"{low} to {high}"

    expected = [[core, pythons(controller), pythons(hosts)] for core, (controller, hosts) in versions.CORES.items()]
    assert rows(section(SUPPORT, "ansible-core and Python")) == expected


def options_by_release() -> dict[str, set[str]]:
    """Return the options of upstart_job by the release that introduced them, from the list of stanzas."""
    since: dict[str, tuple[int, ...]] = {}
    for row in stanzas.STANZAS:
        since[row.option] = min(row.since, since.get(row.option, row.since))
    del since["manual"]  # a job file without start on works the same in every release
    since["override"] = stanzas.OVERRIDES_SINCE
    since.update({f"console: {word}": version for word, version in stanzas.CONSOLE.items()})
    found: dict[str, set[str]] = {}
    for option, version in since.items():
        if version > stanzas.FIRST:
            found.setdefault(".".join(map(str, version)), set()).add(option)
    return found


def table_of_options() -> dict[str, set[str]]:
    return {row[0]: set(re.findall(r"``(.+?)``", row[1])) for row in rows(section(SUPPORT, "Options by release"))}


def test_support_has_the_options_of_each_release() -> None:
    assert table_of_options() == options_by_release()


def accepts(option: str, version: tuple[int, ...], folder: Path) -> bool:
    wanted, = job_options.wanted_jobs({"jobs": [{"name": "web", option: VALUES.get(option, "web")}]})
    try:
        plans.plan(wanted, str(folder), version)
    except UpstartError:
        return False
    return True


@pytest.mark.parametrize(("release", "option"), [
    (release, option.partition(":")[0]) for release, options in options_by_release().items()
    for option in sorted(options)])
def test_an_option_is_refused_before_its_release(release: str, option: str, tmp_path: Path) -> None:
    before = max(number(other) for other in ("0.6.5", "0.6.6", "1.2", "1.3", "1.4", "1.8", "1.9", "1.12")
                 if number(other) < number(release))
    assert accepts(option, number(release), tmp_path)
    assert not accepts(option, before, tmp_path)


def features() -> list[tuple[str, str]]:
    """Return the release and the text of each row of the table of features."""
    return [(row[0], " ".join(row[1:])) for row in rows(section(SUPPORT, "Features by release"))]


@pytest.mark.parametrize(("constant", "release", "words"), GATES)
def test_support_has_the_features_of_each_release(constant: str | None, release: str, words: str) -> None:
    assert constant is None or getattr(releases, constant) == number(release)
    assert len([text for since, text in features() if since == release and words in text]) == 1


def test_each_feature_of_the_support_page_is_in_the_table_of_releases() -> None:
    unchecked = [(since, text) for since, text in features()
                 if not any(since == release and words in text for _constant, release, words in GATES)]
    assert unchecked == []
    assert len(features()) == len(GATES)


def test_each_constant_of_the_table_of_releases_is_in_the_support_page() -> None:
    constants = {name for name in vars(releases) if name.isupper()}
    assert constants == {constant for constant, _release, _words in GATES if constant}


def literal_releases(path: Path) -> list[int]:
    """Return the lines that compare a value with a tuple of numbers, or define a release for comparisons.

    Comparisons of Python's own version do not count.
    """
    lines = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.Lt, ast.LtE, ast.Gt, ast.GtE)):
            values = [] if ast.unparse(node.left) == "sys.version_info" else node.comparators
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).endswith(("_SINCE", "_BEFORE")):
            values = [node.value]
        else:
            continue
        lines += [value.lineno for value in values if isinstance(value, ast.Tuple) and len(value.elts) > 1
                  and all(isinstance(part, ast.Constant) and isinstance(part.value, int) for part in value.elts)]
    return lines


def test_releases_are_compared_by_name() -> None:
    utilities = ROOT / "plugins/module_utils"
    lines = {str(path.relative_to(utilities)): literal_releases(path) for path in utilities.rglob("*.py")}
    assert {name for name, numbers in lines.items() if numbers} == RELEASE_TABLES


def test_an_option_says_which_release_it_needs() -> None:
    text = importlib.import_module("ansible_collections.sysinit.upstart.plugins.modules.upstart_job").DOCUMENTATION
    documented = yaml.safe_load(text)["options"]
    for release, options in options_by_release().items():
        for option in options:
            words = documented[option.partition(":")[0]]["description"]
            assert f"needs upstart {release}." in " ".join([words] if isinstance(words, str) else words).lower(), option


def test_each_page_is_in_the_index_once() -> None:
    sections = yaml.safe_load((ROOT / "docs/docsite/extra-docs.yml").read_text())["sections"]
    listed = [page for part in sections for page in part["toctree"]]
    pages = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "docs/docsite/rst").glob("*.rst")}
    assert sorted(listed) == sorted(pages)
    for name, text in pages.items():
        assert f".. _ansible_collections.sysinit.upstart.docsite.{name}:\n" in text


def test_the_execution_environment_names_files_that_exist() -> None:
    named = yaml.safe_load((ROOT / "meta/execution-environment.yml").read_text())["dependencies"]
    assert {kind for kind, path in named.items() if (ROOT / path).is_file()} == {"python", "system"}
