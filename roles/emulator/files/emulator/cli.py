# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line of the emulator."""

from __future__ import annotations

import argparse
import importlib.util
import sys

from . import guardian
from .context import Settings
from .versions import LATEST, VERSIONS

NO_JEEPNEY = 2


def parser() -> argparse.ArgumentParser:
    """Return the parser of the options; the names follow init's own."""
    result = argparse.ArgumentParser(
        prog="upstart-emulator", description="An Upstart daemon for tests and demonstrations. It is not an init.")
    result.add_argument("--confdir", action="append", required=True, metavar="DIR", help="job files; may be repeated")
    result.add_argument("--logdir", default="/var/log/upstart", metavar="DIR", help="folder of the job logs")
    result.add_argument("--address", default="unix:abstract=/com/ubuntu/upstart", help="D-Bus address to listen on")
    result.add_argument("--bus", metavar="ADDRESS", help="also serve com.ubuntu.Upstart on this message bus")
    result.add_argument("--user", action="store_true", help="let clients change the environment of all jobs, as the "
                        "init of a user session does; it starts with the emulator's own")
    result.add_argument("--upstart-version", choices=list(VERSIONS), default=LATEST.name, help="release to emulate")
    result.add_argument("--dialect", choices=("stock", "chromeos"), default="stock", help="language of the job files; "
                        "chromeos has import and tmpfiles, but tmpfiles does nothing here")
    result.add_argument("--default-console", choices=("none", "output", "owner", "log"), default="")
    result.add_argument("--no-startup-event", action="store_true", help="emit no event at start")
    result.add_argument("--startup-event", default="startup", metavar="NAME", help="event to emit at start")
    volume = result.add_mutually_exclusive_group()
    volume.add_argument("-q", "--quiet", dest="priority", action="store_const", const="error")
    volume.add_argument("-v", "--verbose", dest="priority", action="store_const", const="info")
    volume.add_argument("--debug", dest="priority", action="store_const", const="debug")
    result.set_defaults(priority="message")
    return result


def main(arguments: list[str] | None = None) -> int:
    """Run the emulator; return its exit status."""
    options = parser().parse_args(arguments)
    if importlib.util.find_spec("jeepney") is None:
        print("upstart-emulator: the Python package jeepney is missing (run: pip install jeepney)", file=sys.stderr)
        return NO_JEEPNEY
    settings = Settings(
        confdirs=options.confdir,
        address=options.address,
        logdir=options.logdir,
        version=VERSIONS[options.upstart_version],
        default_console=options.default_console,
        dialect=options.dialect,
        bus=options.bus,
        user=options.user,
        startup_event=None if options.no_startup_event else options.startup_event,
    )

    def daemon() -> int:
        from .daemon import Daemon
        from .dbus.connection import AddressError

        try:
            return Daemon(settings, options.priority).run()
        except AddressError as error:
            print("upstart-emulator: %s" % error, file=sys.stderr)
            return 1

    return guardian.supervise(daemon)
