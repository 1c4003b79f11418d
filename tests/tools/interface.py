# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What users can name, such as plugins, options, return values and findings, and what changed since a release.

    interface.py [COMMIT]

Prints the differences between a commit, or the last release, and the files here.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import last_release
import yaml

ROOT = Path(__file__).resolve().parents[2]
BLOCKS = ("DOCUMENTATION", "EXAMPLES", "RETURN")
COMPARED = ("type", "elements", "default", "choices", "required", "aliases")
PLUGINS = {"plugins/modules": "module", "plugins/filter": "filter", "plugins/doc_fragments": "fragment"}
INTERNAL = {"playbook demo"}
FINDINGS = "docs/docsite/rst/warnings.rst"  # a heading for each code of a finding
UNVERSIONED = ("playbook", "finding")  # they have no version_added


@dataclass(frozen=True)
class Part:
    """An option, a return value, or a whole plugin."""

    owner: str  # for example "module upstart_job"
    path: tuple[str, ...]  # ("options", "jobs", "env"), ("returns", "jobs"), or empty
    version_added: str
    facts: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        return " ".join([self.owner, "/".join(self.path)]).strip()


Interface = dict[str, Part]


def parts_of(owner: str, path: tuple[str, ...], options: dict[str, Any] | None, nested: str) -> Iterator[Part]:
    for name, given in (options or {}).items():
        option = given or {}
        facts = tuple((key, repr(option[key])) for key in COMPARED if key in option) if nested != "contains" else ()
        yield Part(owner, (*path, name), str(option.get("version_added", "")), facts)
        for key in dict.fromkeys((nested, "suboptions")):
            yield from parts_of(owner, (*path, name), option.get(key), nested)


def blocks(source: str) -> dict[str, Any]:
    """Return the documentation blocks of a plugin or of a documentation fragment."""
    found: dict[str, Any] = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) \
                and node.targets[0].id in BLOCKS and isinstance(node.value, ast.Constant):
            found[node.targets[0].id] = yaml.safe_load(str(node.value.value))
    return found


def plugin_parts(owner: str, source: str) -> Iterator[Part]:
    documented = blocks(source)
    head = documented.get("DOCUMENTATION") or {}
    yield Part(owner, (), str(head.get("version_added", "")))
    yield from parts_of(owner, ("options",), head.get("options", {}), "suboptions")
    yield from parts_of(owner, ("returns",), documented.get("RETURN") or {}, "contains")


def role_parts(owner: str, source: str) -> Iterator[Part]:
    for entry in yaml.safe_load(source)["argument_specs"].values():
        yield Part(owner, (), str(entry.get("version_added", "")))
        yield from parts_of(owner, ("options",), entry.get("options", {}), "options")


def playbook_parts(owner: str, source: str) -> Iterator[Part]:
    """Return a playbook and the variables in the comment at its beginning."""
    yield Part(owner, (), "")
    for names in re.findall(r"^#   (\w+(?:, \w+)*):", source, re.M):
        for name in names.split(", "):
            yield Part(owner, ("options", name), "")


def read_interface(names: list[str], read: Callable[[str], str]) -> Interface:
    """Return the parts of all public files by their names."""
    found: list[Part] = []
    for name in names:
        path = Path(name)
        kind = PLUGINS.get(str(path.parent))
        if kind and path.suffix == ".py" and not path.stem.startswith("_"):
            found += plugin_parts(f"{kind} {path.stem}", read(name))
        elif re.fullmatch(r"roles/\w+/meta/argument_specs\.yml", name):
            found += role_parts(f"role {path.parts[1]}", read(name))
        elif re.fullmatch(r"playbooks/\w+\.yml", name):
            found += playbook_parts(f"playbook {path.stem}", read(name))
        elif name == FINDINGS:
            codes = re.findall(r"^([a-z][a-z-]+)\n\^{4,}$", read(name), re.M)
            found += [Part(f"finding {code}", (), "") for code in codes]
    return {part.name: part for part in found if part.owner not in INTERNAL
            and not any(word.startswith("_") for word in part.path)}


def interface_at(top: Path, commit: str) -> Interface:
    places = ("plugins", "roles", "playbooks", FINDINGS)
    listing = last_release.git(top, "ls-tree", "-r", "--name-only", commit, "--", *places)
    return read_interface(listing.splitlines(), lambda name: last_release.git(top, "show", f"{commit}:{name}"))


def interface_here(top: Path) -> Interface:
    names = [path.relative_to(top).as_posix() for folder in ("plugins", "roles", "playbooks")
             for path in sorted((top / folder).rglob("*")) if path.is_file()]
    return read_interface([*names, FINDINGS], lambda name: (top / name).read_text(encoding="utf-8"))


def new_parts(old: Interface, new: Interface) -> list[Part]:
    """Return the new parts whose owner or outer part is not new itself."""
    added = [part for name, part in new.items() if name not in old]
    names = {part.name for part in added}
    return [part for part in added if not names & {
        Part(part.owner, part.path[:length], "").name for length in range(len(part.path))}]


def gone_parts(old: Interface, new: Interface) -> list[Part]:
    return new_parts(old=new, new=old)


def changed_parts(old: Interface, new: Interface) -> list[str]:
    """Describe the parts whose type, default, choices and so on are others."""
    return [f"{name}: {dict(old[name].facts)} -> {dict(part.facts)}" for name, part in new.items()
            if name in old and old[name].facts != part.facts]


def version_faults(old: Interface, new: Interface, version: str) -> list[str]:
    """Return the new parts that do not say in which version they were added, and others that say this version."""
    fresh = {part.name for part in new_parts(old, new)}
    return [f"{part.name} is new, and its version_added is {part.version_added or 'missing'}, not {version}"
            for name, part in new.items() if name in fresh and part.version_added != version
            and not part.owner.startswith(UNVERSIONED)] + [
        f"{part.name} has version_added {version}, but it is not new, or its owner is"
        for name, part in new.items() if part.version_added == version and name not in fresh]


def names(entry: str, part: Part) -> bool:
    """Return whether an entry of a changelog names a part: a plugin by its name, anything else with its plugin."""
    kind, owner = part.owner.split()
    if not part.path:
        return re.search(rf"\b{owner}\b", entry) is not None
    in_plugin = kind == "fragment" or re.search(rf"\b{owner}\b|\b[Aa]ll modules\b", entry) is not None
    return in_plugin and re.search(rf"``[^`]*\b{re.escape(part.path[-1])}\b[^`]*``", entry) is not None


def fragment_faults(old: Interface, new: Interface, fragments: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the parts that came, went or changed, and that no entry of the right section names."""
    entries = [(section, str(entry)) for fragment in fragments.values() for section, texts in fragment.items()
               for entry in (texts if isinstance(texts, list) else [texts])]
    breaking = [entry for section, entry in entries if section in last_release.MAJOR]
    changed = [new[name] for name in new if name in old and old[name].facts != new[name].facts]
    return [f"no fragment names {part.name}, which {what}"
            for what, parts, texts in (("is new", new_parts(old, new), [entry for _section, entry in entries]),
                                       ("changed", changed, [entry for _section, entry in entries]),
                                       ("is gone, as a breaking change", gone_parts(old, new), breaking))
            for part in parts if not any(names(entry, part) for entry in texts)]


def main() -> None:
    top = last_release.checkout_of(ROOT)
    commit = sys.argv[1] if len(sys.argv) > 1 else last_release.last_release(top).last
    old, new = interface_at(top, commit), interface_here(ROOT)
    for part in new_parts(old, new):
        print(f"new      {part.name} ({part.version_added or 'no version_added'})")
    for part in gone_parts(old, new):
        print(f"gone     {part.name}")
    for text in changed_parts(old, new):
        print(f"changed  {text}")
    for text in fragment_faults(old, new, last_release.fragments(ROOT)):
        print(text)


if __name__ == "__main__":
    main()
