# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host like Ubuntu 14.04: stand-ins for the jobs of its boot, and the jobs of a site.

The stand-ins have the conditions of the distribution's own jobs and emit the events that those emit, but mount nothing.
"""

from __future__ import annotations

from .story import BOOT, SHUT_DOWN, Story, main, process

NORMAL = "start on runlevel [2345]\nstop on runlevel [!2345]\n"


def _script(job: str, *lines: str) -> str:
    text = "\n".join(lines)
    return f"script\n. {{run}}/commands\n{{probe}} {job}.main\n{text}\nend script\n"


UBUNTU_JOBS = {
    "mountall": "start on startup\ntask\n" + _script(
        "mountall", "initctl emit --no-wait virtual-filesystems",
        "initctl emit --no-wait mounted MOUNTPOINT=/run TYPE=tmpfs",
        "initctl emit --no-wait mounted MOUNTPOINT=/ TYPE=ext4", "initctl emit --no-wait all-swaps",
        "initctl emit --no-wait remote-filesystems",
        "initctl emit --no-wait local-filesystems", "initctl emit --no-wait filesystem"),
    "hostname": "start on startup\ntask\n" + main("hostname", "exit 0"),
    "container-detect": "start on mounted MOUNTPOINT=/run\ntask\n" + _script(
        "container-detect", "initctl emit container CONTAINER=stories"),
    "udev": "start on virtual-filesystems\nstop on runlevel [06]\nrespawn\n" + main("udev"),
    "udevtrigger": "start on (startup and started udev)\ntask\n" + main("udevtrigger", "exit 0"),
    "procps": "start on virtual-filesystems or static-network-up\ntask\n" + main("procps", "exit 0"),
    "networking": "start on (local-filesystems and (stopped udevtrigger or container))\ntask\n" + _script(
        "networking", "initctl emit net-device-up IFACE=lo", "initctl emit net-device-up IFACE=eth0",
        "initctl emit static-network-up"),
    "failsafe": "start on filesystem and net-device-up IFACE=lo\nstop on static-network-up or starting rc-sysinit\n"
                + main("failsafe"),
    "rc-sysinit": "start on (filesystem and static-network-up) or failsafe-boot\nstop on runlevel\ntask\n" + _script(
        "rc-sysinit", "initctl emit --no-wait runlevel RUNLEVEL=2 PREVLEVEL=N"),
    "rc": "start on runlevel [0123456]\nstop on runlevel [!$RUNLEVEL]\nexport RUNLEVEL\nexport PREVLEVEL\ntask\n"
    + _script(
        "rc", 'case "$RUNLEVEL" in [06]) initctl emit deconfiguring-networking ;; esac'),
    "dbus": "start on local-filesystems\nstop on deconfiguring-networking\nrespawn\n" + main("dbus"),
    "rsyslog": "start on filesystem\nstop on runlevel [06]\nrespawn\n" + main("rsyslog"),
    "cron": NORMAL + "respawn\n" + main("cron"),
    "ssh": NORMAL + "respawn\nrespawn limit 10 5\n" + main("ssh"),
    "tty1": "start on stopped rc RUNLEVEL=[2345]\nstop on runlevel [!2345]\nrespawn\n" + main("tty1"),
    "control-alt-delete": "start on control-alt-delete\ntask\n" + main("control-alt-delete", "exit 0"),
}
SITE_JOBS = {
    "db": "start on filesystem and net-device-up IFACE!=lo\nstop on runlevel [016]\nrespawn\n"
    + process("pre-start", "db")
          + main("db") + process("post-stop", "db"),
    "queue": "start on started db\nstop on stopping db\nrespawn\n" + main("queue"),
    "shop": "start on (started db and runlevel [2345])\nstop on runlevel [!2345]\nrespawn\n"
    + process("pre-start", "shop")
            + main("shop"),
    "web": NORMAL + "respawn\nenv PORT=80\n" + main("web"),
    "warm-cache": "start on started web\ntask\n" + main("warm-cache", "exit 0"),
    "cleanup": "start on filesystem\ntask\n" + main("cleanup", "exit 0"),
    "metrics": "start on started rsyslog\nstop on stopping rsyslog\n" + main("metrics"),
    "report": "start on shop-ready\ntask\n" + main("report", "exit 0"),
    "by-hand": "manual\n" + main("by-hand"),
    "key-server": "start on runlevel [2345]\nstop on deconfiguring-networking\n" + main("key-server"),
}
SERVICES = ("dbus", "rsyslog", "cron", "ssh")  # the new host has these units of its own
UNITS = {f"{name}.service": f"[Service]\nExecStart={{probe}} {name}.main hold\n" for name in SERVICES}
UNITS["getty@.service"] = "[Unit]\nDefaultDependencies=yes\n[Service]\nExecStart={probe} %i.main hold\n"
UNITS["systemd-udevd.service"] = "[Service]\nExecStart={probe} udev.main hold\n"
UNITS["multi-user.target.d/host.conf"] = "[Unit]\nWants={} getty@tty1.service systemd-udevd.service\n".format(
    " ".join(f"{name}.service" for name in SERVICES))

UBUNTU_STORY = Story("boot like Ubuntu 14.04", ("replaced",), {**UBUNTU_JOBS, **SITE_JOBS}, (BOOT, SHUT_DOWN), UNITS,
                     keeps_names=True)
