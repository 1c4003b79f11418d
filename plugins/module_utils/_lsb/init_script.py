# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Init scripts as they are found on a host: which is one, how it is driven, and whether it runs at boot.

What runs at boot is told by the links ``S??NAME`` in the folders of the runlevels; programs only change it.
"""

from __future__ import absolute_import, division, print_function

import os
import re

from .._errors import UpstartError
from .._system import commands
from .options import service_from_options

__metaclass__ = type

ROOT = "/etc"
LEVELS = u"2345S"  # S: what Debian runs once, before the first runlevel
LINK = re.compile(u"^([SK])([0-9][0-9])(.+)$")


def service(path, name=None, timeout=60.0, careful=True, search=None):
    """Return the service.Service that an init script drives."""
    return service_from_options(name or os.path.basename(path), control=[path], timeout=timeout, careful=careful,
                                path=search)


def enabled(name, rc_root=ROOT):
    """Return whether a start link of the script stands in one of the runlevels 2 to 5, or in S."""
    return any(kind == "S" for kind, _number, _path in _links(name, rc_root))


def set_enabled(name, wanted, rc_root=ROOT, search=None, timeout=60.0):
    """Have a script started at boot, or not, and read the links again.

    By ``update-rc.d`` (Debian) or ``chkconfig`` (Enterprise Linux); where there is neither, a start link becomes a stop
    link or the other way round.

    :param rc_root: where the folders of the runlevels are. The programs know only /etc, so they are left out for
        another one unless ``search`` says where to look for them.
    :returns: whether something was changed.
    :raises UpstartError: with ``cmd``, ``rc``, ``stdout``, ``stderr`` of the last program, if it came to nothing.
    """
    if enabled(name, rc_root) == wanted:
        return False
    lines = _lines(name, wanted, bool(_links(name, rc_root)), search if search or rc_root == ROOT else "/nonexistent")
    facts, said = {}, ""
    for line in lines:
        result = commands.run(line, timeout, search)
        facts = {"cmd": u" ".join(line), "rc": result.rc, "stdout": result.stdout, "stderr": result.stderr}
        said = ": '%s' %s: %s" % (facts["cmd"], commands.describe(result, timeout),
                                  (result.stderr or result.stdout).strip())
    if not lines:
        _rename(name, wanted, rc_root)
    if enabled(name, rc_root) != wanted:
        verb = "enabled" if wanted else "disabled"
        raise UpstartError("The init script %s was not %s%s. Its links in %s tell so; see to them by hand." % (
            name, verb, said or ", since it has no links and neither update-rc.d nor chkconfig is here to make some",
            os.path.join(rc_root, "rc?.d")), name=name, enabled=not wanted, **facts)
    return True


def _links(name, rc_root):
    """Return the links of a script as (S or K, number, path); those that lead nowhere are none."""
    found = []
    for level in LEVELS:
        folders = [os.path.join(rc_root, "rc%s.d" % level), os.path.join(rc_root, "rc.d", "rc%s.d" % level)]
        folder = next((each for each in folders if os.path.isdir(each)), None)
        for entry in sorted(os.listdir(folder)) if folder else []:
            link = LINK.match(entry)
            if link and link.group(3) == name and os.path.exists(os.path.join(folder, entry)):
                found.append((link.group(1), int(link.group(2)), os.path.join(folder, entry)))
    return found


def _lines(name, wanted, linked, search):
    """Return the commands that change the links on this host, none when it has no program for that."""
    if commands.find("update-rc.d", search)[0]:
        return ([] if linked else [["update-rc.d", name, "defaults"]]) + [
            ["update-rc.d", name, "enable" if wanted else "disable"]]
    if commands.find("chkconfig", search)[0]:
        return ([] if linked else [["chkconfig", "--add", name]]) + [["chkconfig", name, "on" if wanted else "off"]]
    return []


def _rename(name, wanted, rc_root):
    """Turn the links around; a number N becomes 100-N, as update-rc.d does it."""
    for kind, number, path in _links(name, rc_root):
        if (kind == "S") != wanted:
            turned = "%s%02d%s" % ("S" if wanted else "K", (100 - number) % 100, name)
            try:
                os.rename(path, os.path.join(os.path.dirname(path), turned))
            except OSError as error:
                raise UpstartError("Cannot rename %s to %s: %s." % (path, turned, error.strerror), path=path)
