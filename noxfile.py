# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The front door: ``nox`` runs the checks, and ``nox --list`` shows all sessions.

antsibull-nox.toml declares the sessions of antsibull-nox. Each of the others runs a target of make, which creates the
virtual environment and the mirror. Arguments after -- are passed on: ``nox -s unit -- TEST=tests/unit/test_rooms.py``.
"""

from __future__ import annotations

import functools
import os
import sys
from pathlib import Path

import nox

sys.path.insert(0, str(Path(__file__).resolve().parent / "tests" / "tools"))

import interpreters
from matrix import SANITY_CORES
from versions import CORES

try:
    import antsibull_nox
    from antsibull_nox.sessions import prepare_collections
except ImportError:
    sys.exit("noxfile.py: antsibull-nox is missing beside nox; run pip install -r tests/requirements/nox.txt")

antsibull_nox.load_antsibull_nox_toml()


@nox.session(name="ansible-lint")
def ansible_lint(session: nox.Session) -> None:
    """Run ansible-lint, with a single check of the syntax for all playbooks and roles."""
    session.install("ansible-lint")
    place = prepare_collections(session, install_in_site_packages=False, install_out_of_tree=True)
    if place:  # not with --install-only
        session.run("python", "tests/tools/lint_ansible.py", "--offline", *session.posargs,
                    env={"ANSIBLE_COLLECTIONS_PATH": str(place.current_place)})


@nox.session
def workflows(session: nox.Session) -> None:
    """Check the workflows of GitHub: check-jsonschema and zizmor."""
    session.install("check-jsonschema", "zizmor")
    session.run("check-jsonschema", "--builtin-schema", "vendor.dependabot", ".github/dependabot.yml")
    session.run("check-jsonschema", "--builtin-schema", "vendor.github-workflows",
                *map(str, sorted(Path(".github/workflows").iterdir())))
    session.run("zizmor", "--offline", "--quiet", ".github")


@nox.session(name="pre-commit")
def pre_commit(session: nox.Session) -> None:
    """Run the hooks of .pre-commit-config.yaml, in the environment that make prepares."""
    session.install("pre-commit")
    session.run("make", "prepare-test", external=True)
    session.run("pre-commit", "run", "--all-files", *session.posargs)


# Sessions and their targets of make.
SESSIONS = {"make-lint": "lint", **{target: target for target in (
    "unit", "conformance", "chaos", "systemd", "integration", "molecule", "package", "docs", "format", "coverage")}}
DEFAULT = ("make-lint", "unit")
# Sessions for each ansible-core, and their kinds of cells of make matrix.
WITH_CORE = {"ansible-test-sanity": "sanity", "units": "unit", "ansible-test-integration": "smoke"}

# make matrix searches these folders for Pythons.
os.environ.setdefault("PYTHONS", os.pathsep.join(sorted(map(str, Path.home().glob(".pyenv/versions/*/bin")))))


@functools.cache
def has_python(version: str) -> bool:
    return interpreters.find(version, os.environ["PYTHONS"].split(os.pathsep)) is not None


def add_session(name: str, target: str) -> None:
    """Add a session that runs a target of make."""
    def run_make(session: nox.Session) -> None:
        session.run("make", target, *session.posargs, external=True)

    run_make.__doc__ = f"Run make {target}."
    nox.session(name=name, venv_backend="none", default=name in DEFAULT)(run_make)


def add_session_with_core(name: str, kind: str, core: str, python: str) -> None:
    """Add a session that runs cells of make matrix with an ansible-core; the managed host has the same Python."""
    def run_matrix(session: nox.Session) -> None:
        cells = ["--cores", core, "--kinds", kind, *(session.posargs or ["--hosts", python])]
        session.run("make", "matrix", f"CELLS={' '.join(cells)}", external=True)

    run_matrix.__doc__ = f"Run make matrix with the cells {kind} of ansible-core {core} on Python {python}."
    nox.session(name=f"{name}-{core}", venv_backend="none", default=False)(run_matrix)


for session_name, make_target in SESSIONS.items():
    add_session(session_name, make_target)

for ansible_core, (controllers, _hosts) in CORES.items():
    newest = next(filter(has_python, reversed(controllers)), None)
    if newest:  # without a Python for this ansible-core, the session could not run
        for session_name, cell_kind in WITH_CORE.items():
            if cell_kind != "sanity" or ansible_core in SANITY_CORES:
                add_session_with_core(session_name, cell_kind, ansible_core, newest)
