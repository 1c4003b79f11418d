# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stories of the boot and the shutdown. They are played together, on the host that ubuntu.py describes."""

from __future__ import annotations

from .story import BOOT, SHUT_DOWN, Step, Story, main, process

WHOLE = (BOOT, SHUT_DOWN)


def _on(row: str, condition: str, *, steps: tuple[Step, ...] = WHOLE, name: str = "") -> Story:
    rows = (row,) if row else ()  # the story does not reach what the row says
    return Story(name or condition.replace("\n", "; "), rows,
                 {"@web": f"{condition}\n{main('web')}{process('post-stop', 'web')}"}, steps)


BOOT_STORIES = (
    _on("runlevel", "start on runlevel [2345]\nstop on runlevel [!2345]", name="runlevels of a service"),
    _on("runlevel-stop", "start on runlevel [2345]\nstop on runlevel [016]"),
    _on("runlevel-stop", "start on runlevel [2345]\nstop on runlevel [06]", name="stop at the shutdown only"),
    _on("shutdown", "start on runlevel [2345]", name="never stopped"),
    _on("runlevel-unlike", "start on runlevel 3"),
    _on("runlevel-unlike", "start on runlevel [35]\nstop on runlevel [!35]", name="runlevel 3 and 5"),
    _on("", "start on runlevel 5"),
    _on("runlevel-previous", "start on runlevel RUNLEVEL=2 PREVLEVEL=N"),
    _on("", "start on runlevel 1"),
    Story("task at the shutdown", ("runlevel-shutdown",),
          {"@web": "task\nstart on runlevel [06]\n" + main("web", "exit 0")},
          WHOLE),
    Story("early task", ("boot-early",), {"@web": "task\nstart on startup\n" + main("web", "exit 0")}, WHOLE),
    _on("boot-early", "start on startup\nstop on runlevel [06]", name="early service"),
    _on("boot-early", "start on virtual-filesystems\nstop on runlevel [06]"),
    _on("boot-filesystems", "start on filesystem\nstop on runlevel [06]"),
    _on("boot-filesystems", "start on local-filesystems\nstop on runlevel [06]"),
    _on("boot-filesystems", "start on remote-filesystems\nstop on runlevel [06]"),
    _on("boot-filesystems", "start on all-swaps\nstop on runlevel [06]"),
    _on("mounted", "start on mounted MOUNTPOINT=/\nstop on runlevel [06]"),
    _on("network-up", "start on net-device-up IFACE!=lo\nstop on runlevel [06]"),
    _on("network-up", "start on static-network-up\nstop on runlevel [06]"),
    _on("", "start on net-device-up IFACE=eth0\nstop on runlevel [06]"),
    _on("network-loopback", "start on net-device-up IFACE=lo\nstop on runlevel [06]"),
    _on("network-deconfiguring", "start on runlevel [2345]\nstop on deconfiguring-networking", name="with the network"),
    _on("container", "start on container\nstop on runlevel [06]"),
    _on("container", "start on not-container\nstop on runlevel [06]"),
    _on("", "start on desktop-session-start\nstop on runlevel [06]"),
    _on("stop-at-boot", "start on startup\nstop on filesystem"),
    _on("runlevel", "start on stopped rc RUNLEVEL=[2345]\nstop on runlevel [!2345]", name="as on Enterprise Linux 6"),
    _on("started", "start on started rsyslog\nstop on stopping rsyslog", name="with a job of the distribution"),
    Story("and with a runlevel", ("and",), {
        "@db": "start on filesystem\nstop on runlevel [06]\n" + main("db"),
        "@web": "start on started @db and runlevel [2345]\nstop on runlevel [!2345]\n" + main("web")}, WHOLE),
    Story("or with a runlevel", ("or",), {"@web": "start on filesystem or runlevel [2345]\nstop on runlevel [06]\n"
                                          + main("web")}, WHOLE),
    Story("task after a service", ("started",), {
        "@db": "start on filesystem\nstop on runlevel [06]\n" + main("db"),
        "@web": "task\nstart on started @db\n" + main("web", "exit 0")}, WHOLE),
    Story("manual at the boot", ("manual",), {"@web": {"conf": "start on runlevel [2345]\n" + main("web"),
                                                       "override": "manual\n"}}, WHOLE),
    Story("service that fails at the boot", ("runlevel",),
          {"@web": "start on runlevel [2345]\n" + main("web", "exit 1")},
          WHOLE),
    Story("respawn at the boot", ("respawn",), {
        "@web": "start on runlevel [2345]\nstop on runlevel [!2345]\nrespawn\n" + main("web", "first 1 hold")}, WHOLE),
)
