# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the requirements of the collection for execution environments, without a container engine.

    execution_environment.py FOLDER ARCHIVE

ansible-builder and ansible-core get their own virtual environment in FOLDER.  ansible-builder creates the build context
of tests/ee/execution-environment.yml with the built collection, and reads the collection's requirements as it does
inside of the image.  Then tests/ee/smoke.yml runs with nothing but ansible-core and the collection.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import own_venv

DEFINITION = Path(__file__).resolve().parents[1] / "ee" / "execution-environment.yml"
SMOKE = DEFINITION.with_name("smoke.yml")
PACKAGE = "sysinit-upstart.tar.gz"
# Lines of the Containerfile, in this order.
STEPS = (
    r'ARG EE_BASE_IMAGE="\S+:\S+"',
    r'ARG PYCMD="/usr/bin/python3\.\d+"',
    r'ARG ANSIBLE_INSTALL_REFS="ansible-core ansible-runner"',
    r"FROM base AS galaxy",
    r"COPY _build /build",
    r"RUN .*ansible-galaxy collection install .*-r requirements\.yml .*",
    r"FROM base AS builder",
    r"RUN \$PYCMD /output/scripts/introspect\.py introspect .*--write-bindep=\S+ .*",
    r"FROM base AS final",
    r"COPY --from=galaxy /usr/share/ansible /usr/share/ansible",
)
# The context besides the Containerfile, without the scripts of ansible-builder.
FILES = {"requirements.yml", f"packages/{PACKAGE}"}
GALAXY = ["collections:", f"- name: packages/{PACKAGE}", "  type: file"]
INTROSPECTED = ["---", "python: []", "system:",
                "- 'graphviz [platform:rpm platform:dpkg]  # from collection sysinit.upstart'"]


def context_complaints(context: Path) -> list[str]:
    """Return what is wrong with a build context."""
    complaints = []
    lines = iter((context / "Containerfile").read_text(encoding="utf-8").splitlines())
    for step in STEPS:
        if not any(re.fullmatch(step, line, re.I) for line in lines):
            complaints.append(f"the Containerfile has no line {step}, or not after the line before it")
            break
    build = context / "_build"
    files = {path.relative_to(build).as_posix() for path in build.rglob("*") if path.is_file()}
    files = {name for name in files if not name.startswith("scripts/")}
    if files != FILES:
        complaints.append(f"the context has the files {sorted(files)}")
    elif (build / "requirements.yml").read_text(encoding="utf-8").split("\n")[:-1] != GALAXY:
        complaints.append("requirements.yml does not name the package")
    return complaints


def introspection_complaints(output: str) -> list[str]:
    """Return what is wrong with the requirements that ansible-builder reads in the collection."""
    lines = [line for line in output.splitlines() if line and not line.startswith("#")]
    return [] if lines == INTROSPECTED else [f"the collection requires: {lines}"]


def main() -> None:
    folder, archive = Path(sys.argv[1]).absolute(), Path(sys.argv[2]).absolute()
    programs, work = own_venv.ready("ee", folder), folder / "ee"
    shutil.rmtree(work, ignore_errors=True)
    (work / "home").mkdir(parents=True)
    shutil.copy2(archive, work / PACKAGE)
    shutil.copy2(DEFINITION, work)
    shutil.copy2(SMOKE, work)
    environment = {**os.environ, "PATH": f"{programs}:/usr/bin:/bin", "HOME": str(work / "home"), "LC_ALL": "C.UTF-8",
                   "ANSIBLE_COLLECTIONS_PATH": str(work / "collections"), "PYTHONPATH": ""}

    def run(*words: str) -> str:
        done = subprocess.run([programs / words[0], *words[1:]], cwd=work, env=environment, check=False, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        print(f"$ {' '.join(words)}\n{done.stdout}", flush=True)
        if done.returncode:
            sys.exit(f"execution_environment: {words[0]} ended with status {done.returncode}")
        return done.stdout

    run("ansible-builder", "create", "--file", DEFINITION.name, "--context", "context",
        "--output-filename", "Containerfile")
    complaints = context_complaints(work / "context")
    run("ansible-galaxy", "collection", "install", "--offline", "-p", "collections", PACKAGE)
    complaints += introspection_complaints(run("ansible-builder", "introspect", "collections"))
    run("ansible-playbook", SMOKE.name)
    if complaints:
        sys.exit("\n".join(f"execution_environment: {complaint}" for complaint in complaints))


if __name__ == "__main__":
    main()
