# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Install the missing requirements of ``make demo`` or ``make test``, and print what is installed.

    prepare.py demo|test|coverage|mutation FOLDER

The Python packages go into the virtual environment FOLDER/venv; for the tests, the
oldest ansible-core that this Python can run goes into FOLDER/venv-oldest.  A Debian
package is only installed if its programs or modules are missing: as root directly,
otherwise with sudo.  Needs Python 3.9 and its standard library.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from versions import CORES

REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements"
PINS = REQUIREMENTS / "pins"
DEBIAN_PYTHON = "/usr/bin/python3"
# ansible-test integration needs ssh-keygen, the tests on a message bus need dbus-daemon, and the tests of immutable
# files need chattr.
PROGRAMS = {"ssh-keygen": "openssh-client", "dbus-daemon": "dbus-daemon", "chattr": "e2fsprogs"}
# Some tests render graphs and pages with these programs; the tests are skipped if a distribution has none.
SYSTEMD = ("/lib/systemd/systemd", "/usr/lib/systemd/systemd")
EXTRAS = {"dot": "graphviz", "chromium": "chromium"}


def print_progress(text: str) -> None:
    print(f"prepare: {text}", flush=True)


def run(command: list[str], quiet: bool = True, **environment: str) -> None:
    """Run a command; on failure print its output and exit."""
    done = subprocess.run(command, env={**os.environ, **environment}, text=True, check=False,
                          stdout=subprocess.PIPE if quiet else None, stderr=subprocess.STDOUT if quiet else None)
    if done.returncode:
        print(done.stdout or "", file=sys.stderr)
        sys.exit(f"prepare: {' '.join(command)} failed with status {done.returncode}")


def python_version(python: str | Path, modules: str = "") -> str | None:
    """Return MAJOR.MINOR of a Python; None if it does not run (for example a shim) or lacks these modules."""
    code = f"import sys{',' if modules else ''}{modules}; print('%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def can_import(python: str, modules: str) -> bool:
    return python_version(python, modules) is not None


def as_root() -> list[str] | None:
    """Return the words that make a command run as root, None if this user may not."""
    if os.geteuid() == 0:
        return []
    return ["sudo"] if shutil.which("sudo") else None


def has_passwordless_root() -> bool:
    """Return whether a command can be run as root without a password."""
    before = as_root()
    return before is not None and (not before or subprocess.run(
        [*before, "-n", "true"], check=False, capture_output=True).returncode == 0)


@functools.cache
def update_lists() -> None:
    run([*(as_root() or []), "apt-get", "--quiet", "update"])


def install_debian(packages: list[str]) -> None:
    """Install Debian packages; exit with the necessary command if this user may not."""
    command = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *packages]
    if not shutil.which("apt-get"):
        sys.exit(f"prepare: missing: {' '.join(packages)} (names of Debian). Install them, then run make again.")
    before = as_root()
    if before is None:
        sys.exit(f"prepare: as root, run: {' '.join(command)}")
    print_progress(f"installing the Debian packages {' '.join(packages)}")
    update_lists()
    run([*before, *command], DEBIAN_FRONTEND="noninteractive")


def install_programs() -> None:
    """Install the missing programs that the tests call."""
    missing = [package for program, package in PROGRAMS.items() if not shutil.which(program)]
    if missing:
        install_debian(missing)


def install_extras() -> None:
    """Install the missing optional programs that are available; tests that need them are otherwise skipped."""
    missing = [package for program, package in EXTRAS.items() if not shutil.which(program)]
    offered = []
    if missing and shutil.which("apt-get") and has_passwordless_root():
        update_lists()
        offered = [package for package in missing if "Candidate: " in policy(package)]
    if offered:
        install_debian(offered)
    for package in sorted(set(missing) - set(offered)):
        print_progress(f"{package} cannot be installed here: the tests that need it are skipped")


def provide_systemd(folder: Path) -> None:
    """Unpack the distribution's systemd into a folder if this machine has none; the suite ``systemd`` boots it."""
    if any(Path(place).exists() for place in SYSTEMD) or folder.exists():
        return
    if not shutil.which("apt-get") or not policy("systemd").strip():
        print_progress("there is no systemd, and no package of it: the suite systemd is skipped")
        return
    print_progress("downloading systemd, to run it in namespaces without installing it")
    packages, waiting = {"systemd"}, ["systemd"]
    while waiting:
        more = {name for name in libraries_of(waiting.pop()) if name not in packages}
        packages |= more
        waiting += sorted(more & {"libsystemd-shared"})
    partial = folder.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    done = subprocess.run(["apt-get", "--quiet", "download", *sorted(packages)], cwd=partial, check=False,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        print_progress(f"systemd cannot be downloaded, so its suite is skipped: {done.stderr.strip()}")
        return
    for archive in partial.glob("*.deb"):
        run(["dpkg-deb", "--extract", str(archive), str(partial)])
        archive.unlink()
    partial.rename(folder)


def libraries_of(package: str) -> list[str]:
    """Return the libraries that a package depends on, without those that each machine has."""
    done = subprocess.run(["apt-cache", "depends", package], capture_output=True, text=True, check=False)
    names = re.findall(r"^ *(?:Pre)?Depends: (lib[\w.+-]+)", done.stdout, re.M)
    return [name for name in names if name != "libc6"]


def policy(package: str) -> str:
    """Return apt's policy of a package; an empty text for an unknown package."""
    done = subprocess.run(["apt-cache", "policy", package], capture_output=True, text=True, check=False)
    return done.stdout.replace("Candidate: (none)", "")


def make_environment(python: str, venv: Path) -> None:
    if not can_import(python, "ensurepip, venv"):
        install_debian(["python3-venv"])
    print_progress(f"making the virtual environment {venv}")
    run([python, "-m", "venv", "--clear", "--system-site-packages", str(venv)])


def pin_options(name: str) -> list[str]:
    """Return the options with which pip installs exact versions; none for PINS=no, which takes the newest ones."""
    path = PINS / f"{name}.txt"
    return ["--constraint", str(path)] if path.exists() and os.environ.get("PINS") != "no" else []


def pins(name: str) -> bytes:
    """Return what decides the versions in an environment: the pins, or nothing."""
    return b"".join(Path(path).read_bytes() for path in pin_options(name)[1:])


def pip_install(venv: Path, pinned: str, *words: str) -> None:
    options = pin_options(pinned)
    try:
        run([str(venv / "bin/pip"), "install", "--quiet", "--disable-pip-version-check", *options, *words])
    except SystemExit:
        if options:
            print_progress("with PINS=no, make installs the newest versions in place of the tested ones")
        raise


def install_python(venv: Path, requirements: Path, pinned: str = "test") -> None:
    names = [line for line in requirements.read_text().splitlines() if line and not line.startswith(("#", "-r"))]
    print_progress(f"installing the Python packages {', '.join(names)} into it")
    pip_install(venv, pinned, "-r", str(requirements))


def provide_dbus(python: str, venv: Path) -> None:
    """Install dbus-python for an environment of a Python, or build it if that is not the distribution's Python."""
    if can_import(str(venv / "bin/python"), "dbus.mainloop.glib"):
        return
    if python == DEBIAN_PYTHON:
        install_debian(["python3-dbus"])
        return
    if not shutil.which("pkg-config") or subprocess.run(
            ["pkg-config", "--exists", "dbus-1", "glib-2.0"], check=False).returncode:
        install_debian(["gcc", "pkg-config", "libdbus-1-dev", "libglib2.0-dev"])
    print_progress("building dbus-python from PyPI")
    run([str(venv / "bin/pip"), "install", "--quiet", "--disable-pip-version-check", "dbus-python"])


def check_python(python: str) -> None:
    """Exit if no supported ansible-core runs on a Python because it is too old."""
    version = python_version(python)
    oldest = min((python for controllers, _hosts in CORES.values() for python in controllers), key=numbers)
    if version and numbers(version) < numbers(oldest):
        sys.exit(f"prepare: {python} is Python {version}, too old for ansible-core: name {oldest} or later in PYTHON")


def numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def oldest_core(venv: Path) -> str:
    """Return the oldest supported ansible-core that the Python of an environment can run."""
    version = python_version(venv / "bin/python")
    for core, (controllers, _hosts) in CORES.items():
        if version in controllers:
            return core
    sys.exit(f"prepare: no supported ansible-core runs on Python {version}: name another in PYTHON and run make again")


def make_oldest(python: str, venv: Path, oldest: Path) -> None:
    """Make the environment for the oldest ansible-core."""
    core = oldest_core(venv)
    make_environment(python, oldest)
    print_progress(f"installing ansible-core {core} into it")
    pip_install(oldest, "oldest", "-r", str(REQUIREMENTS / "demo.txt"), f"ansible-core=={core}.*")
    provide_dbus(python, oldest)


def make_bare(python: str, venv: Path) -> None:
    """Make the environment of a managed host whose Python has no package at all, not even dbus-python."""
    run([python, "-m", "venv", "--clear", "--without-pip", str(venv)])


def keep_payloads_compiled(venv: Path) -> None:
    """Make the Python of a test host keep the code of Ansible's payloads; see compiled_payloads.py."""
    name = "compiled_payloads"
    packages = next(venv.glob("lib/python3*/site-packages"))
    shutil.copyfile(Path(__file__).with_name(f"{name}.py"), packages / f"{name}.py")
    (packages / f"{name}.pth").write_text(f"import {name}\n")
    (venv / "compiled").mkdir(exist_ok=True)


def main() -> None:
    level, folder = sys.argv[1], Path(sys.argv[2]).absolute()
    python = os.environ.get("PYTHON") or (DEBIAN_PYTHON if os.path.exists(DEBIAN_PYTHON) else sys.executable)
    venv, stamp = folder / "venv", folder / "venv" / f"prepared-{level}"
    wanted = hashlib.sha256()
    here = Path(__file__)
    for path in (here, here.with_name("versions.py"), here.with_name("compiled_payloads.py"),
                 REQUIREMENTS / "demo.txt", REQUIREMENTS / f"{level}.txt"):
        wanted.update(path.read_bytes())
    wanted.update(python.encode() + pins("test") + pins("oldest"))
    prepared = stamp.exists() and stamp.read_text() == wanted.hexdigest()
    with_dbus = level != "demo"  # the modules do not need it; the tests try both transports
    if prepared and can_import(str(venv / "bin/python"), "ansible, dbus" if with_dbus else "ansible"):
        return
    check_python(python)
    folder.mkdir(parents=True, exist_ok=True)
    if level != "demo":
        install_programs()
    if level == "test":
        install_extras()
        provide_systemd(folder / "systemd")
    if not can_import(str(venv / "bin/python"), "pip"):
        make_environment(python, venv)
    install_python(venv, REQUIREMENTS / f"{level}.txt")
    if with_dbus:
        provide_dbus(python, venv)
    if level == "test":
        make_oldest(python, venv, folder / "venv-oldest")
        make_bare(python, folder / "venv-bare")
        make_bare(python, folder / "venv-host")
        for host in (venv, folder / "venv-host"):
            keep_payloads_compiled(host)
    stamp.write_text(wanted.hexdigest())


if __name__ == "__main__":
    main()
