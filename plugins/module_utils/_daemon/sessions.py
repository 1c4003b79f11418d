# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The running Upstart of a user's session (``init --user``), and the directories that it uses."""

from __future__ import absolute_import, division, print_function

import collections
import glob
import os

from .._system import processes, reading
from .._system.search_path import SearchPath
from .._text import decode, encode
from .errors import NoReplyError, UnreachableError
from .routes import peer_of
from .transports.choice import new_transport

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Callable, Dict, Iterable, List, Mapping, Optional  # noqa: F401

__metaclass__ = type

VARIABLE = "UPSTART_SESSION"
PROBE_TIMEOUT = 2.0  # seconds; the kernel accepts connections at once, even for a daemon that hangs

# conf_dir: a SearchPath of the directories with job files. log_dir: text, the directory of the jobs' logs.
Directories = collections.namedtuple("Directories", "conf_dir log_dir")


def probe(address):
    # type: (str) -> Optional[Dict[str, int]]
    """Return the pid, uid and gid (a dict) of the process that listens at an address, None for none.

    Nothing is sent to it.
    """
    transport = new_transport(os.environ)
    try:
        transport.connect(address, PROBE_TIMEOUT)
        return peer_of(transport.fileno())
    except (NoReplyError, UnreachableError):
        return None
    finally:
        transport.close()


def find(environ, uid, probe=probe, proc="/proc", run="/run/user"):
    # type: (Mapping[str, str], int, Callable[[str], Optional[Dict[str, int]]], str, str) -> str
    """Return the address of a user's running session.

    The first of these places that names one counts: the task's environment, the session files, the environment of the
    user's processes.

    :param environ: the environment of the task.
    :param run: the directory with a runtime directory for each user.
    :raises UnreachableError: if the user has no running session, or several.
    """
    folders = [environ.get("XDG_RUNTIME_DIR") or "", os.path.join(run, str(uid))]
    rejected = {}  # type: Dict[str, str]
    for addresses_in in (lambda: [environ.get(VARIABLE) or ""], lambda: _in_files(folders),
                         lambda: _in_processes(uid, proc)):
        running = {}  # type: Dict[int, str]  # by pid
        for address in sorted(set(addresses_in()) - set([""])):
            peer = probe(address)
            if peer is not None and peer["uid"] == uid:
                running[peer["pid"]] = address
            else:
                rejected[address] = u"has ended" if peer is None else u"belongs to user %d" % peer["uid"]
        if len(running) > 1:
            raise _several(uid, sorted(running.values()))
        if running:
            return running.popitem()[1]
    raise _none(uid, rejected)


def _in_files(folders):
    # type: (Iterable[str]) -> List[str]
    """Return the addresses in the session files of some runtime directories."""
    paths = [path for folder in folders if folder.startswith("/")
             for path in glob.glob(os.path.join(folder, "upstart", "sessions", "*.session"))]
    addresses = []  # type: List[str]
    for path in paths:
        try:
            addresses.extend(_values(reading.read_bytes(path).splitlines()))
        except (IOError, OSError):  # it was removed, or it is not the user's
            pass
    return addresses


def _in_processes(uid, proc):
    # type: (int, str) -> List[str]
    """Return the addresses in the environment of a user's processes."""
    addresses = []  # type: List[str]
    for entry in os.listdir(proc):
        try:
            if entry.isdigit() and os.stat(os.path.join(proc, entry)).st_uid == uid:
                addresses.extend(_values(processes.words(int(entry), "environ", proc)))
        except OSError:  # it has ended
            pass
    return addresses


def _values(lines):
    # type: (Iterable[bytes]) -> List[str]
    start = encode(u"%s=" % VARIABLE)
    return [_native(line[len(start):].strip()) for line in lines if line.startswith(start)]


def _native(data):
    # type: (bytes) -> str
    """Return bytes as ``str``."""
    return data if str is bytes else decode(data)  # type: ignore[return-value]  # Python 2


def _several(uid, addresses):
    # type: (int, List[str]) -> UnreachableError
    return UnreachableError(u"User %d has %d running Upstart sessions: %s. Set address to the one that is meant." % (
        uid, len(addresses), u", ".join(decode(address) for address in addresses)), uid=uid, sessions=addresses)


def _none(uid, rejected):
    # type: (int, Dict[str, str]) -> UnreachableError
    reasons = u", ".join(u"%s %s" % (decode(address), rejected[address]) for address in sorted(rejected))
    return UnreachableError(
        u"User %d has no running Upstart session%s. A desktop login or init --user starts one; run the task as the "
        u"user who has it (become_user)." % (uid, u" (%s)" % reasons if reasons else u""), uid=uid, sessions=[])


def environment_of(pid):
    # type: (int) -> Dict[str, str]
    """Return the environment with which a process was started; empty if it cannot be read."""
    pairs = [word.partition(b"=") for word in processes.words(pid, "environ")]
    return dict((_native(name), _native(value)) for name, _sign, value in pairs)


def directories(environ, home):
    # type: (Mapping[str, str], str) -> Directories
    """Return the directories that ``init --user`` uses in an environment; it ignores relative paths.

    :param home: path of the user's home directory, for an environment without HOME.
    """
    def absolute(name, default):
        # type: (str, str) -> str
        value = environ.get(name) or ""
        return value if value.startswith("/") else default

    home = absolute("HOME", home)
    system = [folder for folder in (environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":") if folder.startswith("/")]
    first = os.path.join(absolute("XDG_CONFIG_HOME", os.path.join(home, ".config")), "upstart")
    others = [os.path.join(home, ".init")] + [os.path.join(folder, "upstart") for folder in system]
    return Directories(
        SearchPath([first] + others + ["/usr/share/upstart/sessions"]),
        os.path.join(absolute("XDG_CACHE_HOME", os.path.join(home, ".cache")), "upstart"))
