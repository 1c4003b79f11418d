# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs that go into the background, and the options that decide about it.

The source of each row is the manual page of the program, section 8 unless the comment at its end names another.
"""

from __future__ import absolute_import, division, print_function

import re

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Iterable, Optional, Sequence, Tuple  # noqa: F401

__metaclass__ = type

FOREGROUND_OPTION = re.compile(r"(?:^|\s)(--foreground|--no-?daemon|--no-?fork|-DFOREGROUND)(?=\s|$)|(daemon off)")
# Many programs go into the background with these, but not all: puppet and docker only choose a mode with --daemon.
BACKGROUND_OPTION = re.compile(
    r"(?:^|\s)(--daemon|--daemonize|--background|--detach|--fork)(?=\s|$)(?!\s+(?:no|false|off|0|[2-9]|[0-9]{2,})\b)")

# Programs that go into the background by themselves, with the options that keep them in the foreground.
DAEMONS = {
    "acpid": r"-[df]|--foreground|--debug",
    "atd": r"-[df]",
    "cron": r"-[ln]*f[ln]*L?",
    "crond": r"-[sSip]*[nfd][sSip]*",  # cron(8) of cronie; crond of busybox
    "daemonize": "",  # daemonize(1)
    "dhcpd": r"-[fd]",
    "dnsmasq": r"-[bDEfhKnNoqRwyz]*[dk][a-zA-Z]*|--keep-in-foreground|--no-daemon",
    "irqbalance": r"-[fdo]|--foreground|--debug|--oneshot",
    "named": r"-[46s]*[fg][46s]*[a-z]?",
    "nmbd": r"-[DSb]*[Fi][DSbi]*|--foreground|--interactive",
    "nscd": r"-[dF]|--foreground|--debug",
    "ntpd": r"-[46aAbgLMNx]*[nq][46aAbgLMNnqx]*|--nofork|--quit",
    "rpcbind": r"-[fd]",
    "rsyslogd": r"-[46AqQwx]*[nd][46AdnqQwx]*(?:c[0-9])?",
    "smbd": r"-[DSb]*[Fi][DSbi]*|--foreground|--interactive",
    "sshd": r"-[a-zA-Z]*[Ddit][46eqT]*",
    "varnishd": r"-[Fd]",  # varnishd(1)
    "xinetd": r"-d|-dontfork",
}
# Programs that go into the background when asked to: the words that ask for it.
DAEMONS_ON_REQUEST = {
    "avahi-daemon": r"-D|--daemonize",
    "dbus-daemon": r"--fork",  # dbus-daemon(1)
    "elasticsearch": r"-d",  # elastic.co, "Starting Elasticsearch"
    "gunicorn": r"-D|--daemon",  # gunicorn.org, "Settings"
    "haproxy": r"-D",  # haproxy(1)
    "hostapd": r"-[dKt]*B[dKt]*",  # hostapd(8)
    "memcached": r"-d",  # memcached(1)
    "mongod": r"--fork",  # mongod(1)
    "mosquitto": r"-d|--daemon",  # mosquitto(8)
    "openvpn": r"--daemon",
    "pulseaudio": r"-D|--daemonize",  # pulseaudio(1)
    "rsync": r"--daemon",  # rsync(1), unless with --no-detach
    "screen": r"-d|-dm[a-zA-Z]*",  # screen(1)
    "start-stop-daemon": r"-[a-zA-Z]*b|--background",
    "unicorn": r"-D|--daemonize",  # unicorn(1)
    "uwsgi": r"-d|--daemonize2?(?:=.*)?",  # uwsgi-docs.readthedocs.io, "Options"
    "wpa_supplicant": r"-[dKstuW]*B[dKstuW]*",  # wpa_supplicant(8)
    # These hand the service over to another process; their first arguments are a command.
    "apache2ctl": r"start|restart|graceful",
    "apachectl": r"start|restart|graceful",
    "forever": r"start|restart",
    "pg_ctl": r"start|restart",  # pg_ctl(1)
    "pm2": r"start|restart",
    "supervisorctl": r"start|restart",
}
# Programs whose configuration decides, with the options that keep them in the foreground all the same.
CONFIGURED = {
    "apache2": r"-DFOREGROUND|FOREGROUND|-X",
    "httpd": r"-DFOREGROUND|FOREGROUND|-X",
    "lighttpd": r"-D",
    "nginx": r".*daemon off.*",  # nginx.org, "Core functionality"
    "php-fpm": r"-F|--nodaemonize",
    "supervisord": r"-n|--nodaemon",  # supervisord.org, "Running Supervisor"
}
# Programs that run another one: their options, and those of any program before --, say nothing about it.
RUN_ANOTHER = ("nsenter", "unshare")
STAYS = {"rsync": r"--no-detach", "pm2": r"--no-daemon", "screen": r"-D"}
INIT_SCRIPT = re.compile(r"/etc/(?:rc\.d/)?(?:init\.d|rc[0-9S]\.d)/[^/]+$")
SHELLS = ("sh", "dash", "bash")
STARTS = ("start", "restart", "reload", "force-reload", "condrestart", "try-restart")


def known_foreground_and_background(program, arguments):
    # type: (str, Sequence[str]) -> Tuple[Optional[str], Optional[str]]
    """Return what keeps a known program in the foreground and what sends it into the background, text or None.

    :param program: text, its name without the folder.
    """
    if program in DAEMONS:
        option = _matching(arguments, DAEMONS[program])
        return option, None if option else program
    if program in DAEMONS_ON_REQUEST:
        stays, option = (_matching(arguments, table.get(program)) for table in (STAYS, DAEMONS_ON_REQUEST))
        return stays, None if stays or not option else "%s %s" % (program, option)
    return None, None


def foreground_and_background_options(program, arguments):
    # type: (str, Sequence[str]) -> Tuple[Optional[str], Optional[str]]
    """Return the options that probably keep a program in the foreground or send it into the background, or None."""
    if program in CONFIGURED:
        option = _matching(arguments, CONFIGURED[program])
        return option, None if option else program
    text = " ".join(arguments)
    foreground, background = FOREGROUND_OPTION.search(text), BACKGROUND_OPTION.search(text)
    if program in RUN_ANOTHER:
        return None, None
    if "--" in arguments:
        foreground = None
    return (foreground and foreground.group().strip(),
            background and "%s %s" % (program, background.group().strip()))


def is_known(program):
    # type: (str) -> bool
    return program in DAEMONS or program in DAEMONS_ON_REQUEST


def init_script_call(words):
    # type: (Sequence[str]) -> Optional[str]
    """Return a command that has an init script or init start a service, such as ``service web start``, or None."""
    length = len(words)
    words = words[1:] if words and words[0].rpartition("/")[2] in SHELLS else words
    arguments = [word for word in words[1:] if not word.startswith("-")]
    if not words:
        return None
    if INIT_SCRIPT.match(words[0]) and arguments[:1] and arguments[0] in STARTS:
        return " ".join([words[0], arguments[0]])
    name = words[0].rpartition("/")[2]
    if name in ("service", "invoke-rc.d") and arguments[1:] and arguments[1] in STARTS:
        return " ".join([name] + arguments[:2])
    if words[0] in ("start", "restart", "/sbin/start", "/sbin/restart") and arguments and len(words) == length:
        return " ".join([name, arguments[0]])
    if name == "initctl" and arguments[1:] and arguments[0] in STARTS[:2]:
        return " ".join([name] + arguments[:2])
    return None


def _matching(arguments, pattern):
    # type: (Iterable[str], Optional[str]) -> Optional[str]
    """Return the first argument that is the option ``pattern``, None without one."""
    for argument in arguments if pattern else ():
        if re.match("(?:%s)$" % pattern, argument):
            return argument
    return None
