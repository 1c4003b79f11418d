# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The check of the execution environment detects faults."""

from __future__ import annotations

from pathlib import Path

import execution_environment
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
CONTAINERFILE = """ARG EE_BASE_IMAGE="quay.io/x/y:9"
ARG PYCMD="/usr/bin/python3.12"
ARG ANSIBLE_INSTALL_REFS="ansible-core ansible-runner"
FROM base as galaxy
COPY _build /build
RUN ansible-galaxy collection install $OPTS -r requirements.yml --collections-path "/usr/share/ansible/collections"
FROM base as builder
RUN $PYCMD /output/scripts/introspect.py introspect --write-bindep=/tmp/src/bindep.txt --write-pip=/tmp/src/r.txt
FROM base as final
COPY --from=galaxy /usr/share/ansible /usr/share/ansible
"""
GALAXY = "collections:\n- name: packages/sysinit-upstart.tar.gz\n  type: file\n"


def context(folder: Path, changes: dict[str, str]) -> Path:
    files = {"Containerfile": CONTAINERFILE, "_build/requirements.yml": GALAXY, "_build/scripts/assemble": "",
             "_build/packages/sysinit-upstart.tar.gz": "", **changes}
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_a_good_context(tmp_path: Path) -> None:
    assert execution_environment.context_complaints(context(tmp_path, {})) == []


@pytest.mark.parametrize(("changes", "complaint"), [
    ({"Containerfile": CONTAINERFILE.replace("ansible-core ", "")}, "has no line"),
    ({"Containerfile": CONTAINERFILE.replace("introspect.py", "assemble")}, "has no line"),
    ({"_build/requirements.txt": "dbus-python\n"}, "has the files"),
    ({"_build/requirements.yml": "collections: []\n"}, "does not name the package"),
])
def test_a_wrong_context(changes: dict[str, str], complaint: str, tmp_path: Path) -> None:
    found = execution_environment.context_complaints(context(tmp_path, changes))
    assert [complaint in text for text in found] == [True]


def test_requirements() -> None:
    expected = "# Dependency data for collections\n" + "\n".join(execution_environment.INTROSPECTED) + "\n\n"
    assert execution_environment.introspection_complaints(expected) == []
    more = expected.replace("python: []", "python:\n- 'dbus-python  # from collection sysinit.upstart'")
    assert len(execution_environment.introspection_complaints(more)) == 1


def test_the_requirements_name_files_of_the_collection() -> None:
    meta = yaml.safe_load((ROOT / "meta" / "execution-environment.yml").read_text(encoding="utf-8"))
    assert {"python", "system"} == set(meta["dependencies"])
    lines = {kind: [line for line in (ROOT / name).read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
             for kind, name in meta["dependencies"].items()}
    assert [line for line in lines["python"] if line] == []
    assert [f"- '{line}  # from collection sysinit.upstart'" for line in lines["system"] if line] == \
        execution_environment.INTROSPECTED[-1:]
