# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check that a Galaxy server would accept the built collection, with the program that these servers use.

    importer.py FOLDER ARCHIVE

galaxy-importer gets its own virtual environment in FOLDER.  Its strict settings are on. Its run of ansible-test is off,
because it would need a container; the suite "lint" runs ansible-test.  A warning is an error.  The importer requires a
repository, and the collection has no public one yet, so a copy of the archive names a repository that cannot exist.
"""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import own_venv

SETTINGS = """[galaxy-importer]
check_required_tags = True
offline_ansible_lint = True
require_v1_or_greater = True
run_ansible_test = False
"""
# The importer's limit of 180 seconds for ansible-lint is too short on a busy machine.
PROGRAM = """
import runpy
import subprocess

from galaxy_importer.loaders import collection


class PatientPopen(subprocess.Popen):
    def communicate(self, input=None, timeout=None):
        return super().communicate(input)


collection.Popen = PatientPopen
runpy.run_module("galaxy_importer.main", run_name="__main__")
"""
NO_REPOSITORY = "https://repository.invalid/"


def with_repository(archive: Path, copy: Path) -> None:
    """Copy a built collection; add a repository if it has none."""
    with tarfile.open(archive) as source, tarfile.open(copy, "w:gz") as target:
        for member in source:
            content = source.extractfile(member)
            if member.name == "MANIFEST.json" and content:
                manifest = json.load(content)
                manifest["collection_info"]["repository"] = manifest["collection_info"]["repository"] or NO_REPOSITORY
                data = json.dumps(manifest).encode()
                member.size = len(data)
                target.addfile(member, io.BytesIO(data))
            else:
                target.addfile(member, content)


def write_ansible_lint(folder: Path, programs: Path) -> None:
    """Write the program ansible-lint that the importer calls; see lint_ansible.py."""
    folder.mkdir(exist_ok=True)
    program = folder / "ansible-lint"
    program.write_text(
        f'#!/bin/sh\nexec {programs}/python {Path(__file__).resolve().with_name("lint_ansible.py")} "$@"\n')
    program.chmod(0o755)


def main() -> None:
    folder, archive = Path(sys.argv[1]).absolute(), Path(sys.argv[2])
    programs, work = own_venv.ready("importer", folder), folder / "importer"
    (work / "home").mkdir(parents=True, exist_ok=True)
    (work / "settings").write_text(SETTINGS)
    write_ansible_lint(work / "bin", programs)
    with_repository(archive, work / archive.name)
    environment = {"PATH": f"{work / 'bin'}:{programs}:/usr/bin:/bin", "HOME": str(work / "home"), "LC_ALL": "C.UTF-8",
                   "GALAXY_IMPORTER_CONFIG": str(work / "settings"), "ANSIBLE_COLLECTIONS_PATH": "", "PYTHONPATH": ""}
    done = subprocess.run([programs / "python", "-c", PROGRAM, work / archive.name], cwd=work, text=True,
                          env={**os.environ, **environment}, check=False, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    print(done.stdout)
    complaints = re.findall(r"^(?:WARNING|ERROR|CRITICAL).*", done.stdout, re.M)
    if done.returncode or complaints or "Importer processing completed successfully" not in done.stdout:
        sys.exit(f"importer: {complaints[-1] if complaints else 'it did not complete'}")


if __name__ == "__main__":
    main()
