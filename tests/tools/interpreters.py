# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find Pythons, and make the environments for controllers and managed hosts of the matrix.

A managed host's Python is a virtual environment with dbus-python, which the modules use if it is there. If there is no
Python 2.7 and this user is root, a Debian bullseye is bootstrapped into a folder. Its Python runs from there with its
own libraries, on this machine's file system.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import prepare
from versions import CORES

BULLSEYE_PACKAGES = "python2.7-dev,gcc,libc6-dev,make,pkg-config,libdbus-1-dev,libglib2.0-dev"
# The last release of dbus-python for each Python that the newest release does not support.
OLD_DBUS = {"2.7": "1.2.16", "3.6": "1.2.18", "3.7": "1.2.18"}
# The last virtualenv that can make environments of Python 2.7.
VIRTUALENV = "virtualenv<20.22"
CONTROLLER_PACKAGES = ("jeepney>=0.7", "PyYAML>=6.0", "pytest>=7.4", "pytest-xdist>=3.3", "hypothesis>=6.80",
                       "antsibull-nox>=1.10", "nox>=2025.2.9", "dbus-python")


class MissingError(Exception):
    """This machine lacks something; the text names it and the remedy."""


def print_progress(text: str) -> None:
    print(f"matrix: {text}", flush=True)


def run(*command: str | Path, cwd: Path | None = None, **environment: str) -> str:
    """Run a command and return its output; raise MissingError with its last line if it fails."""
    words = [str(word) for word in command]
    done = subprocess.run(words, env={**os.environ, **environment}, cwd=cwd, check=False, text=True, errors="replace",
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        last = (done.stdout.strip().splitlines() or ["no output"])[-1]
        raise MissingError(f"{' '.join(words)} ended with status {done.returncode}: {last}")
    return done.stdout


def works(python: Path, version: str, modules: str = "") -> bool:
    """Return whether a file is a working Python of this version (MAJOR.MINOR) with these modules."""
    return prepare.python_version(python, modules) == version


def find(version: str, folders: Iterable[str]) -> Path | None:
    """Return the first Python of a version in these folders or on PATH, or None."""
    for folder in [*folders, *os.environ.get("PATH", "").split(os.pathsep)]:
        candidate = Path(folder, f"python{version}")
        if folder and candidate.exists() and works(candidate, version):
            return candidate
    return None


class Environments:
    """The environments below a folder; each is made at its first use."""

    def __init__(self, folder: Path, pythons: list[str]) -> None:
        self.folder = folder
        self.pythons = pythons

    def find(self, version: str) -> Path:
        """Return a Python of a version; raise MissingError if there is none."""
        python = find(version, self.pythons)
        if python is None:
            raise MissingError(f"no python{version} in PYTHONS or PATH; install one and name its folder in PYTHONS")
        return python

    def controller_version(self, core: str) -> str:
        """Return the newest Python here that runs an ansible-core; raise MissingError if there is none."""
        for version in reversed(CORES[core][0]):
            if find(version, self.pythons):
                return version
        raise MissingError(f"no Python {' or '.join(CORES[core][0])} in PYTHONS or PATH for ansible-core {core}")

    def controller(self, core: str, version: str) -> Path:
        """Return the bin folder of an environment with this ansible-core on this Python."""
        venv = self.folder / f"core-{core}-python{version}"
        stamp, wanted = venv / "prepared", " ".join(CONTROLLER_PACKAGES)
        if not stamp.exists() or stamp.read_text() != wanted:
            base = self.find(version)
            self.headers()
            print_progress(f"installing ansible-core {core}, {', '.join(CONTROLLER_PACKAGES)} into {venv}")
            run(base, "-m", "venv", "--clear", venv)
            self.pip(venv, f"ansible-core=={core}.*", *CONTROLLER_PACKAGES)
            stamp.write_text(wanted)
        return venv / "bin"

    def host(self, version: str) -> Path:
        """Return a Python of this version that has dbus-python, for the modules."""
        venv = self.folder / f"host-python{version}"
        python = venv / "bin" / "python"
        if works(python, version, "dbus"):
            return python
        base = find(version, self.pythons)
        if version == "2.7" and base is None:
            return self.bullseye()
        dbus = "dbus-python" + (f"=={OLD_DBUS[version]}" if version in OLD_DBUS else "")
        self.headers()
        print_progress(f"building {dbus} for Python {version} in {venv}")
        shutil.rmtree(venv, ignore_errors=True)
        if version == "2.7":
            run(self.virtualenv(), "--quiet", "--python", self.find(version), venv)
        else:
            run(self.find(version), "-m", "venv", venv)
        self.pip(venv, dbus)
        if not works(python, version, "dbus"):
            raise MissingError(f"{python} cannot import dbus although pip installed {dbus}")
        return python

    def over_wire(self, python: Path, version: str) -> Path:
        """Return a command like a Python whose modules use their own transport, although it has dbus-python."""
        wrapper = self.folder / f"wire-python{version}"
        wrapper.write_text(f'#!/bin/sh\nSYSINIT_UPSTART_TRANSPORT=wire exec {python} "$@"\n')
        wrapper.chmod(0o755)
        return wrapper

    def headers(self) -> None:
        """Install the packages for building dbus-python."""
        if not shutil.which("pkg-config") or subprocess.run(["pkg-config", "--exists", "dbus-1", "glib-2.0"],
                                                            check=False).returncode:
            prepare.install_debian(["gcc", "pkg-config", "libdbus-1-dev", "libglib2.0-dev"])

    def pip(self, venv: Path, *packages: str) -> None:
        run(venv / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages)

    def virtualenv(self) -> Path:
        program = self.folder / "virtualenv" / "bin" / "virtualenv"
        if not program.exists():
            base = next((python for minor in range(12, 8, -1) if (python := find(f"3.{minor}", self.pythons))), None)
            if base is None:
                raise MissingError("no Python 3.9 to 3.12 for virtualenv, which makes the environment of Python 2.7")
            print_progress(f"installing {VIRTUALENV}")
            run(base, "-m", "venv", "--clear", program.parent.parent)
            self.pip(program.parent.parent, VIRTUALENV)
        return program

    def bullseye(self) -> Path:
        """Bootstrap a Debian bullseye and return its Python 2.7, with dbus-python."""
        root, wrapper = self.folder / "bullseye", self.folder / "bullseye-python2.7"
        if works(wrapper, "2.7", "dbus"):
            return wrapper
        if os.geteuid() != 0 or not shutil.which("debootstrap"):
            raise MissingError("no python2.7 in PYTHONS or PATH, and no bullseye without root and debootstrap")
        print_progress(f"bootstrapping Debian bullseye with {BULLSEYE_PACKAGES} into {root}")
        shutil.rmtree(root, ignore_errors=True)
        run("debootstrap", "--variant=minbase", f"--include={BULLSEYE_PACKAGES}", "bullseye", root)
        self.build_in_bullseye(root)
        loader = next((root / "lib/x86_64-linux-gnu").glob("ld-*.so"), None)
        if loader is None:
            raise MissingError(f"{root} has no loader for x86_64")
        libraries = f"{root}/lib/x86_64-linux-gnu:{root}/usr/lib/x86_64-linux-gnu"
        wrapper.write_text(f'#!/bin/sh\nexec {loader} --library-path {libraries} {root}/usr/bin/python2.7 "$@"\n')
        wrapper.chmod(0o755)
        if not works(wrapper, "2.7", "dbus"):
            raise MissingError(f"{wrapper} cannot import dbus")
        return wrapper

    def build_in_bullseye(self, root: Path) -> None:
        """Build dbus-python from PyPI with configure: its setup.py needs a pip that Debian no longer has for 2.7."""
        version = OLD_DBUS["2.7"]
        print_progress(f"building dbus-python {version} from PyPI in {root}")
        downloader = self.virtualenv().parent / "python"
        run(downloader, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:",
            "--dest", root / "root", f"dbus-python=={version}")
        place = "/usr/lib/python2.7/dist-packages"
        run("chroot", root, "sh", "-ec", (
            f"cd /root; tar xf dbus-python-{version}.tar.gz; cd dbus-python-{version}; "
            "./configure --disable-maintainer-mode PYTHON=/usr/bin/python2.7 --prefix=/usr; "
            f"make install pythondir={place} pyexecdir={place}"))
