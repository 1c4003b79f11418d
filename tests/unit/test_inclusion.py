# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection meets the rules of docs/docsite/rst/inclusion.rst: each test is named in a row of that page."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import interface
import release_check
import versions
import yaml
from ansible.plugins import loader

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/docsite/rst/inclusion.rst").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
GALAXY: dict[str, Any] = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
FOUR = ("meta", "plugins", "roles", "playbooks")
# What certified collections describe in their README, and our headings of it; the description has none.
SECTIONS = ("Description", "Requirements", "Installation", "Use cases", "Testing", "Contributing", "Communication",
            "Support", "Release notes", "Related information", "Licence")
BINARY = {".png"}
SIZE = 1024 * 1024  # bytes of the largest file
SETS_FACTS = {"upstart_init"}  # the page says why
DOCUMENTED = sorted(path for kind in ("modules", "filter") for path in (ROOT / "plugins" / kind).glob("*.py"))


def tracked() -> list[str]:
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return sorted(name for name in set(listing.split("\0")) if name and (ROOT / name).is_file())


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def headings() -> list[str]:
    return re.findall(r"^## (.+)$", README, re.M)


def section(heading: str) -> str:
    return README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def blocks(path: Path) -> dict[str, Any]:
    """Return DOCUMENTATION, EXAMPLES and RETURN of a plugin."""
    return interface.blocks(path.read_text())


def rows() -> list[list[str]]:
    """Return the cells of all rows of the page."""
    tables = [table.partition("\n\n\n")[0] for table in re.split(r"^\.\. list-table::\n", PAGE, flags=re.M)[1:]]
    found = [re.split(r"^     - ", row, flags=re.M) for table in tables
             for row in re.split(r"^   \* - ", table, flags=re.M)[1:]]
    return [[" ".join(cell.partition("\n\n")[0].split()) for cell in row] for row in found if row[0].strip() != "Rule"]


def test_each_row_names_its_proof_and_each_test_is_named() -> None:
    here = {node.name for node in ast.parse(Path(__file__).read_text(encoding="utf-8")).body
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}
    targets = set(re.search(r"^\.PHONY: (.*)$", text("Makefile"), re.M)[1].split())  # type: ignore[index]
    named = set()
    assert len(rows()) > 30
    for rule, _how, proof in rows():
        proofs = re.findall(r"``([^`]+)``", proof)
        assert proofs or "**Open**" in proof, rule
        for word in proofs:
            path, _colons, function = word.partition("::")
            if word.startswith("make "):
                assert word.split()[1] in targets, word
            elif word.startswith("test_"):
                named.add(word)
            else:
                assert f"\ndef {function}" in "\n" + text(path), word
    assert named == here - {"test_each_row_names_its_proof_and_each_test_is_named"}


# In public


def test_the_address_is_missing_or_public() -> None:
    given = [name for name in release_check.ADDRESSES if GALAXY.get(name)]
    assert not given or release_check.address_faults(GALAXY) == []
    assert given or text("galaxy.yml").count("# PUBLIC ADDRESS") == 1
    for page in ("README.md", "docs/docsite/rst/getting_started.rst"):
        assert ("not on Galaxy yet" in text(page)) is (not given), page


def test_readme_names_the_forum() -> None:
    assert "https://forum.ansible.com/c/help/6" in section("Communication")
    assert re.search(r"\btags?\b", section("Communication")) and "welcome" in section("Communication")


def test_the_code_of_conduct() -> None:
    address = "https://docs.ansible.com/ansible/latest/community/code_of_conduct.html"
    assert address in text("CODE_OF_CONDUCT.md")
    assert "CODE_OF_CONDUCT.md" in README


def test_contributing() -> None:
    for word in ("pull request", "issue", "contributor agreement", "MAINTAINERS", "SECURITY.md", "semantic"):
        assert word in text("CONTRIBUTING.md"), word


def test_maintainers_and_security() -> None:
    assert "sysinit.upstart contributors" in text("MAINTAINERS")
    assert re.findall(r"^## (.+)$", text("SECURITY.md"), re.M)[:2] == ["Report a vulnerability", "What gets fixes"]
    assert all(name in README for name in ("MAINTAINERS", "SECURITY.md"))


# Releases


def test_readme_states_semantic_versioning() -> None:
    assert "semantic versioning" in section("Release notes")
    assert "docs/docsite/rst/support.rst" in section("Release notes")
    assert "\nDeprecation\n---" in text("docs/docsite/rst/support.rst")


def test_the_changelog() -> None:
    releases = yaml.safe_load(text("changelogs/changelog.yaml"))["releases"]
    assert releases and all(set(release) >= {"release_date", "changes"} for release in releases.values())
    sections = {name for name, _title in yaml.safe_load(text("changelogs/config.yaml"))["sections"]}
    assert sections >= {"major_changes", "minor_changes", "breaking_changes", "deprecated_features", "removed_features",
                        "security_fixes", "bugfixes", "known_issues"}
    assert "CHANGELOG.rst" in section("Release notes")


# Contents


def test_the_folders_of_plugins() -> None:
    known = {value.subdir for value in vars(loader).values() if isinstance(value, loader.PluginLoader)}
    allowed = {name.replace("_plugins", "") if name.endswith("_plugins") else name for name in known}
    allowed |= {"modules", "module_utils", "plugin_utils", "doc_fragments"}
    assert "action" in allowed and "filter" in allowed
    here = {path.name for path in (ROOT / "plugins").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert here - allowed == set()


def playbooks() -> Iterator[str]:
    return (path.stem for path in sorted((ROOT / "playbooks").glob("*.yml")))


def test_four_folders_are_enough(tmp_path: Path) -> None:
    """All plugins load, and all playbooks and roles are found, in a collection without any other file."""
    place = tmp_path / "ansible_collections" / "sysinit" / "upstart"
    for name in FOUR:
        shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
    modules = [path.relative_to(ROOT).with_suffix("").parts for path in (ROOT / "plugins").rglob("*.py")
               if path.name != "__init__.py" and "module_utils" not in path.parts]
    program = "import importlib\n" + "".join(
        f"importlib.import_module('ansible_collections.sysinit.upstart.{'.'.join(name)}')\n" for name in modules)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "ANSIBLE_COLLECTIONS_PATH": str(tmp_path),
                   "HOME": str(tmp_path), "ANSIBLE_LOCALHOST_WARNING": "False", "PYTHONDONTWRITEBYTECODE": "1"}
    roles = [path.name for path in sorted((ROOT / "roles").iterdir())]
    (tmp_path / "roles.yml").write_text(yaml.safe_dump([{"hosts": "localhost", "roles": [
        {"role": f"sysinit.upstart.{role}"} for role in roles]}]))
    played = [*(f"sysinit.upstart.{name}" for name in playbooks()), str(tmp_path / "roles.yml")]
    for words in (["-c", program], ["-m", "ansible.cli.playbook", "--syntax-check", *played]):
        done = subprocess.run([sys.executable, *words], env=environment, cwd=tmp_path, capture_output=True, text=True,
                              timeout=600, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_no_public_file_names_another_folder() -> None:
    """Apart from comments, no public file names a path of a folder that may be missing."""
    others = {name.split("/")[0] for name in tracked() if "/" in name} - set(FOUR)
    paths = re.compile(rf"(?:\.\./|[\"'\s=]/?)(?:{'|'.join(map(re.escape, sorted(others)))})/")
    found = []
    for name in tracked():
        if name.split("/")[0] in ("plugins", "roles", "playbooks") and Path(name).suffix in (".py", ".yml", ".j2", ""):
            lines = [line for line in text(name).splitlines() if not line.lstrip().startswith("#")]
            found += [f"{name}: {line.strip()}" for line in lines if paths.search(line)]
    assert found == []


def test_utilities_are_private() -> None:
    names = [path.name for kind in ("module_utils", "plugin_utils") for path in (ROOT / "plugins" / kind).iterdir()]
    assert [name for name in names if not name.startswith("_")] == []
    support = text("docs/docsite/rst/support.rst")
    assert re.search(r"not\s+public:[^.]*``plugins/module_utils``\s+and\s+``plugins/plugin_utils``", support)


def test_modules_that_gather_information() -> None:
    for path in DOCUMENTED:
        documented = blocks(path)
        if path.parent.name != "modules":
            continue
        if path.stem.endswith(("_info", "_facts")):
            assert documented["DOCUMENTATION"]["attributes"]["check_mode"]["support"] == "full"
        states = set(documented["DOCUMENTATION"]["options"].get("state", {}).get("choices", []))
        assert not states & {"get", "list", "query", "info", "read", "show"}, path.stem
        assert path.stem in SETS_FACTS or "ansible_facts" not in documented["RETURN"], path.stem


def test_modules_document_idempotence() -> None:
    fragments = text("plugins/doc_fragments/attributes.py")
    assert all(f"\n  {name}:\n" in fragments for name in ("check_mode", "diff_mode", "idempotent", "platform"))
    for path in DOCUMENTED:
        if path.parent.name == "modules":
            attributes = blocks(path)["DOCUMENTATION"]["attributes"]
            assert {"check_mode", "diff_mode", "idempotent"} <= set(attributes), path.stem


def test_licences() -> None:
    files = [name for name in tracked() if name.startswith("plugins/") and text(name)]
    line = "SPDX-License-" + "Identifier: GPL-3.0-or-later\n"
    assert [name for name in files if line not in text(name)[:600]] == []
    assert GALAXY["license"] == ["GPL-3.0-or-later"] and "GNU GENERAL PUBLIC LICENSE" in text("LICENSE")
    assert section("Licence").strip().startswith("GPL-3.0-or-later")


def test_galaxy_yml() -> None:
    assert GALAXY["tags"] and {"infrastructure", "linux", "tools"} & set(GALAXY["tags"])
    assert GALAXY["dependencies"] == {}
    assert not set(GALAXY["namespace"].split("_")) & set(GALAXY["name"].split("_"))
    assert GALAXY["readme"] == "README.md" and GALAXY["authors"] and GALAXY["description"]


def test_runtime_yml() -> None:
    runtime = yaml.safe_load(text("meta/runtime.yml"))
    oldest = min(versions.CORES, key=lambda core: tuple(map(int, core.split("."))))
    assert runtime["requires_ansible"] == f">={oldest}.0"
    talking = {path.stem for path in DOCUMENTED if path.parent.name == "modules"
               and "sysinit.upstart.daemon" in blocks(path)["DOCUMENTATION"]["extends_documentation_fragment"]}
    assert set(runtime["action_groups"]["upstart"]) == talking
    modules = {path.stem for path in DOCUMENTED if path.parent.name == "modules"}
    assert modules - talking == {"lsb_service"}


def test_the_execution_environment() -> None:
    dependencies = yaml.safe_load(text("meta/execution-environment.yml"))["dependencies"]
    assert set(dependencies) == {"python", "system"}
    assert [name for name in dependencies.values() if not (ROOT / name).is_file()] == []


def test_files_are_small_text() -> None:
    names = tracked()
    assert [name for name in names if Path(name).suffix not in BINARY and b"\0" in (ROOT / name).read_bytes()
            and not name.startswith("tests/")] == []
    shipped = [name for name in names if not name.startswith("tests/") or name.startswith("tests/tools/")]
    assert [name for name in shipped if (ROOT / name).stat().st_size > SIZE] == []
    unwanted = [name for name in names if release_check.UNWANTED.search(name)]
    assert [name for name in unwanted if not name.startswith((".gitignore", ".github/"))] == []


# Documentation


def test_the_sections_of_the_readme() -> None:
    assert [name for name in SECTIONS if name not in headings()] == []
    introduction = README.partition("\n# ")[2].partition("\n## ")[0]
    assert len(introduction.split()) > 30
    assert [name for name in SECTIONS if len(section(name).split()) < 3] == []


def test_documentation_blocks() -> None:
    assert len(DOCUMENTED) > 15
    assert [path.stem for path in DOCUMENTED if {"DOCUMENTATION", "EXAMPLES", "RETURN"} - set(blocks(path))] == []


KEYWORDS = set("""
    name register when loop vars become become_user notify delegate_to until retries delay no_log failed_when
    changed_when run_once check_mode diff async poll tags block rescue always hosts tasks roles gather_facts pre_tasks
    post_tasks handlers environment ignore_errors listen args module_defaults throttle serial loop_control
    """.split())


def actions(tasks: Any) -> Iterator[str]:
    """Return the names of the modules and playbooks of tasks and plays."""
    for task in tasks or []:
        for key, value in task.items():
            if key in ("block", "rescue", "always", "tasks", "pre_tasks", "post_tasks", "handlers"):
                yield from actions(value)
            elif key not in KEYWORDS and not key.startswith("with_"):
                yield key


def test_examples_use_full_names() -> None:
    names = [(path.stem, name) for path in DOCUMENTED for name in actions(blocks(path)["EXAMPLES"])]
    assert len(names) > 50
    assert [(where, name) for where, name in names if not re.fullmatch(r"\w+\.\w+\.\w+", name)] == []


def test_references_use_full_names() -> None:
    found = []
    for path in [*DOCUMENTED, *(ROOT / "plugins" / "doc_fragments").glob("*.py")]:
        source = path.read_text(encoding="utf-8")
        found += [f"{path.stem}: {word}" for word in re.findall(r"\b[MP]\(([^)#]+)", source) if word.count(".") != 2]
        for fragment in (blocks(path).get("DOCUMENTATION") or {}).get("extends_documentation_fragment", []):
            found += [f"{path.stem}: {fragment}"] if fragment.count(".") < 2 else []
    assert found == []


# Tests


def test_sanity_ignores_nothing() -> None:
    assert [name for name in tracked() if re.search(r"^tests/sanity/ignore", name)] == []
    assert yaml.safe_load(text("tests/config.yml"))["modules"]["python_requires"] == "default"


def test_ci_runs_all_tests() -> None:
    assert "exec make test\n" in text(".ci/run")
