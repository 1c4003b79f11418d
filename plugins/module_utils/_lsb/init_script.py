# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Init scripts of a host: find them, run them as services, and enable them at boot.

A script runs at boot if the folder of a runlevel has a link ``S??NAME`` to it. Enabling and disabling it only changes
these links.
"""

from __future__ import absolute_import, division, print_function

import os

from .._errors import UpstartError
from .._system import commands, rc_links
from .options import service_from_options

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import List, Optional  # noqa: F401
    from .service import Service  # noqa: F401

__metaclass__ = type

ROOT = rc_links.ROOT


def service(path, name=None, timeout=60.0, careful=True, search=None):
    # type: (str, Optional[str], float, bool, Optional[str]) -> Service
    """Return the service.Service for an init script."""
    return service_from_options(name or os.path.basename(path), control=[path], timeout=timeout, careful=careful,
                                path=search)


def enabled(name, rc_root=ROOT):
    # type: (str, str) -> bool
    """Return whether the script has a start link in one of the runlevels 2 to 5 or S."""
    return rc_links.is_started(name, rc_root)


def set_enabled(name, wanted, rc_root=ROOT, search=None, timeout=60.0):
    # type: (str, bool, str, Optional[str], float) -> bool
    """Enable or disable a script at boot, and check its links afterwards.

    Debian has ``update-rc.d`` for this, Enterprise Linux ``chkconfig``. On a host without them, rename start links to
    stop links or the other way round.

    :param wanted: bool, whether to enable it.
    :param rc_root: text, the parent of the runlevels' folders. The programs know only /etc, so for any other parent
        they are not used unless ``search`` is set.
    :param search: text, the PATH for these programs, or None for the default.
    :returns: whether anything was changed.
    :raises UpstartError: on failure, with ``cmd``, ``rc``, ``stdout`` and ``stderr`` of the last program.
    """
    if enabled(name, rc_root) == wanted:
        return False
    linked = bool(rc_links.links(name, rc_root))
    lines = _lines(name, wanted, linked, search if search or rc_root == ROOT else "/nonexistent")
    facts, reason = {}, ""
    for line in lines:
        result = commands.run(line, timeout, search)
        facts = {"cmd": u" ".join(line), "rc": result.rc, "stdout": result.stdout, "stderr": result.stderr}
        reason = ": '%s' %s: %s" % (facts["cmd"], commands.describe(result, timeout),
                                    (result.stderr or result.stdout).strip())
    if not lines:
        _rename(name, wanted, rc_root)
    if enabled(name, rc_root) != wanted:
        verb = "enabled" if wanted else "disabled"
        raise UpstartError("The init script %s was not %s%s. Fix its links in %s by hand." % (
            name, verb, reason or ", because it has no links and this host has neither update-rc.d nor chkconfig",
            os.path.join(rc_root, "rc?.d")), name=name, enabled=not wanted, **facts)
    return True


def _lines(name, wanted, linked, search):
    # type: (str, bool, bool, Optional[str]) -> List[List[str]]
    """Return the commands that change the links on this host, [] if it has no program for that."""
    if commands.find("update-rc.d", search)[0]:
        return ([] if linked else [["update-rc.d", name, "defaults"]]) + [
            ["update-rc.d", name, "enable" if wanted else "disable"]]
    if commands.find("chkconfig", search)[0]:
        return ([] if linked else [["chkconfig", "--add", name]]) + [["chkconfig", name, "on" if wanted else "off"]]
    return []


def _rename(name, wanted, rc_root):
    # type: (str, bool, str) -> None
    """Rename start links to stop links or the other way round. As in update-rc.d, the number N becomes 100-N."""
    for kind, number, path in rc_links.links(name, rc_root):
        if (kind == "S") != wanted:
            new_name = "%s%02d%s" % ("S" if wanted else "K", (100 - number) % 100, name)
            try:
                os.rename(path, os.path.join(os.path.dirname(path), new_name))
            except OSError as error:
                raise UpstartError("Cannot rename %s to %s: %s." % (path, new_name, error.strerror), path=path)
