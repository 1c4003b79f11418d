# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make root file systems of managed hosts in a folder.

A base is a Debian from debootstrap. Each root is a copy of a base, changed into the kind of host that it stands for.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import interpreters
import prepare
from interpreters import MissingError, print_progress, run

# Python 2.7, a Python 3 and a dbus-python that only this Python 3 can import.
BULLSEYE, BULLSEYE_PACKAGES = "bullseye", "python2.7,python3,python3-dbus"
PYTHON2_MODULES, PYTHON3_MODULES = "usr/lib/python2.7/dist-packages", "usr/lib/python3/dist-packages"
# What Ansible meets on Enterprise Linux 6.
UNUSABLE_PYTHON = """#!/bin/sh
case "$1" in -V|--version) echo "Python 2.6.6" >&2; exit 0;; esac
echo "SyntaxError: invalid syntax" >&2
exit 1
"""
# Starts a Python of a software collection, whose libraries lie beside it.
COLLECTION_PYTHON = """#!/bin/sh
export LD_LIBRARY_PATH=/{place}/lib
exec /{place}/bin/{name} "$@"
"""
DBUS_OF_PYTHON_2 = 'class DBusException(StandardError):\n    print "a dbus-python for Python 2"\n'


@dataclass(frozen=True)
class Root:
    """A root file system, and how a task enters it."""

    name: str
    origin: str
    core: str  # "oldest" or "newest"
    transport: str
    make: Callable[[Maker, Path], str]  # changes a copy of a base and returns the path of the Python in it
    # What is at /proc: "host", that of this machine; "masked", the same without PID 1, as hidepid hides it from a user;
    # "own", that of a PID namespace of each command; or "none", where each command has its own PID namespace too.
    proc: str = "host"


def in_root(root: Path, *command: str) -> str:
    return run("chroot", root, *command, DEBIAN_FRONTEND="noninteractive", LC_ALL="C")


class Maker:
    """Makes roots below a folder; a finished one is kept until this file changes."""

    def __init__(self, folder: Path, pythons: list[str]) -> None:
        self.folder = folder
        self.pythons = pythons

    def root(self, wanted: Root) -> tuple[Path, str]:
        """Return the folder of a root and the path of its Python inside it."""
        root, stamp = self.folder / wanted.name, self.folder / f"{wanted.name}.made"
        source = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
        if stamp.exists() and stamp.read_text().split()[:1] == [source]:
            return root, stamp.read_text().split()[1]
        print_progress(f"making the root {wanted.name}: {wanted.origin}")
        shutil.rmtree(root, ignore_errors=True)
        python = wanted.make(self, root)
        stamp.write_text(f"{source} {python}\n")
        return root, python

    def copy_of(self, suite: str, packages: str, root: Path) -> None:
        """Copy a base; bootstrap it at its first use."""
        base = self.folder / "bases" / suite
        stamp = base.with_suffix(".made")
        if not stamp.exists() or stamp.read_text() != packages:
            if not shutil.which("debootstrap"):
                prepare.install_debian(["debootstrap"])
            print_progress(f"bootstrapping Debian {suite} into {base}")
            shutil.rmtree(base, ignore_errors=True)
            base.parent.mkdir(parents=True, exist_ok=True)
            include = [f"--include={packages}"] if packages else []
            run("debootstrap", "--variant=minbase", *include, suite, base)
            umount(base)  # debootstrap may leave /proc mounted
            shutil.rmtree(base / "var/cache/apt/archives")
            shutil.rmtree(base / "var/lib/apt/lists")
            stamp.write_text(packages)
        run("cp", "--archive", "--one-file-system", base, root)

    def bullseye(self, root: Path, *purged: str) -> None:
        """Copy a Debian bullseye and purge packages that match these patterns."""
        self.copy_of(BULLSEYE, BULLSEYE_PACKAGES, root)
        names = in_root(root, "dpkg-query", "--show", "--showformat", "${Package}\n").split()
        chosen = [name for name in names if any(re.fullmatch(pattern, name) for pattern in purged)]
        if chosen:
            in_root(root, "dpkg", "--purge", *chosen)

    def oldest_python3(self) -> tuple[str, Path]:
        for minor in range(6, 14):
            python = interpreters.find(f"3.{minor}", self.pythons)
            if python:
                return f"3.{minor}", python
        raise MissingError("no Python 3.6 or later in PYTHONS or PATH; install one and name its folder in PYTHONS")


def python27_only(maker: Maker, root: Path) -> str:
    maker.bullseye(root, r"(lib)?python3.*")
    return "/usr/bin/python2.7"


def collection_python(maker: Maker, root: Path) -> str:
    """Make a root whose own Python cannot be used, with a newer one in /opt/rh, as a software collection has it.

    The newer Python is a copy of one of this machine, so the root is a Debian of the same release.
    """
    version, python = maker.oldest_python3()
    release = Path("/etc/os-release")
    suite = re.search(r"^VERSION_CODENAME=(\w+)$", release.read_text() if release.exists() else "", re.M)
    if not suite:
        raise MissingError("this machine is no Debian, so its Python does not run in a root that debootstrap makes")
    maker.copy_of(suite[1], "", root)
    (root / "usr/bin/python").write_text(UNUSABLE_PYTHON)
    (root / "usr/bin/python").chmod(0o755)
    place = f"opt/rh/rh-python{version.replace('.', '')}/root/usr"
    copy_python(python, version, root / place)
    program = root / place / "bin" / "python"
    program.write_text(COLLECTION_PYTHON.format(place=place, name=f"python{version}"))
    program.chmod(0o755)
    return f"/{place}/bin/python"


def copy_python(python: Path, version: str, place: Path) -> None:
    """Copy a Python of this machine, its standard library and the shared libraries that it needs, without packages."""
    code = "import os, sys; print(os.path.realpath(sys.executable)); print(os.path.dirname(os.__file__))"
    program, library = (Path(line) for line in run(python, "-S", "-E", "-c", code).split())
    ignored = shutil.ignore_patterns("site-packages", "dist-packages", "test", "tests", "__pycache__", "config-*")
    (place / "bin").mkdir(parents=True)
    shutil.copy2(program, place / "bin" / f"python{version}")
    shutil.copytree(library, place / "lib" / f"python{version}", ignore=ignored)
    for needed in shared_libraries([program, *library.glob("lib-dynload/*.so")]):
        shutil.copy2(needed, place / "lib" / needed.name)


def shared_libraries(files: Iterable[Path]) -> set[Path]:
    """Return the shared libraries that files need, without those of the C library, which each root has."""
    output = run("ldd", *files)
    libraries = {Path(path) for path in re.findall(r"=> (/\S+)", output)}
    return {path for path in libraries if not re.match(r"(libc|libm|libdl|libpthread|librt|libutil)\.so", path.name)}


def with_unusable_dbus(maker: Maker, root: Path, python: str) -> str:
    """Make a root whose two Pythons find a dbus-python that is for the other one."""
    maker.bullseye(root)
    ours = root / PYTHON3_MODULES
    shutil.copytree(ours / "dbus", root / PYTHON2_MODULES / "dbus", ignore=shutil.ignore_patterns("__pycache__"))
    for library in ours.glob("_dbus*.so"):
        shutil.copy2(library, root / PYTHON2_MODULES / f"{library.name.split('.')[0]}.so")
    in_root(root, "dpkg", "--purge", "python3-dbus")
    (ours / "dbus").mkdir()
    (ours / "dbus" / "__init__.py").write_text(DBUS_OF_PYTHON_2)
    done = subprocess.run(["chroot", str(root), python, "-c", "import dbus"], check=False, capture_output=True)
    if done.returncode != 1:
        raise MissingError(f"{python} in {root} can import dbus although it is for another Python")
    return python


def unusable_dbus_python2(maker: Maker, root: Path) -> str:
    return with_unusable_dbus(maker, root, "/usr/bin/python2.7")


def unusable_dbus_python3(maker: Maker, root: Path) -> str:
    return with_unusable_dbus(maker, root, "/usr/bin/python3")


def without_dbus(maker: Maker, root: Path) -> str:
    maker.bullseye(root, "python3-dbus", "python2.7.*")
    return "/usr/bin/python3"


def with_dbus(maker: Maker, root: Path) -> str:
    maker.bullseye(root)
    return "/usr/bin/python3"


ROOTS = (
    Root("python27", "Debian bullseye, only Python 2.7", "oldest", "wire", python27_only),
    Root("collection", "Debian of this machine, unusable /usr/bin/python, a Python in /opt/rh", "oldest", "wire",
         collection_python),
    Root("dbus-of-3", "Debian bullseye, Python 2.7 finds the dbus-python of Python 3", "oldest", "wire",
         unusable_dbus_python2),
    Root("dbus-of-2", "Debian bullseye, Python 3 finds a dbus-python of Python 2", "newest", "wire",
         unusable_dbus_python3),
    Root("no-pid-1", "Debian bullseye, /proc without PID 1", "newest", "wire", without_dbus, "masked"),
    Root("no-proc", "Debian bullseye, own PID namespace, no /proc", "newest", "wire", without_dbus, "none"),
    Root("own-proc", "Debian bullseye, own PID namespace and its /proc", "newest", "wire", without_dbus, "own"),
    Root("dbus", "Debian bullseye, Python 3 with its dbus-python", "newest", "dbus_python", with_dbus),
)


def mount(*arguments: str | Path) -> None:
    run("mount", *arguments)


def bind(source: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    mount("--bind", source, target)


def mount_for_tasks(wanted: Root, root: Path, shared: dict[Path, str]) -> list[str]:
    """Mount what a host has beside its files, and folders of this machine; return the command that enters the root.

    The caller has its own mount namespace, so all mounts end with it.
    """
    for name in ("null", "zero", "random", "urandom"):
        device = root / "dev" / name
        if not device.exists():
            device.touch()
        mount("--bind", f"/dev/{name}", device)
    mount("-t", "tmpfs", "-o", "mode=1777", "tmpfs", root / "tmp")
    for source, place in shared.items():
        bind(source, root / place.lstrip("/"))
    if wanted.proc in ("host", "masked"):
        mount("-t", "proc", "proc", root / "proc")
        if wanted.proc == "masked":
            mount("-t", "tmpfs", "-o", "mode=0,size=0", "tmpfs", root / "proc/1")
        return ["chroot", str(root)]
    own = [f"--mount-proc={root}/proc"] if wanted.proc == "own" else []
    return ["unshare", "--pid", "--fork", *own, "chroot", str(root)]


def umount(root: Path) -> None:
    """Unmount all that is mounted below a root."""
    places = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    for place in reversed([place for place in places if place.startswith(f"{root}{os.sep}")]):
        run("umount", "--lazy", place)
