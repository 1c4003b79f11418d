# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ubuntu 12.04 and 14.04, on a machine and in a container."""

from __future__ import annotations

from ..rows import AUTO, DEVICE, INTERFACE, LOCAL, REMOTE, VIRTUAL, Profile, ProfileRow

MOUNT_VARIABLES = ("DEVICE={device}", "MOUNTPOINT={path}", "TYPE={type}", "OPTIONS={options}")

MOUNTALL = (
    ProfileRow("mountall", "mounting", "mounting(7)", MOUNT_VARIABLES, per=VIRTUAL, waits=True),
    ProfileRow("mountall", "mounted", "mounted(7)", MOUNT_VARIABLES, per=VIRTUAL, after=("mounting virtual",),
               waits=True, seconds=None),
    ProfileRow("mountall", "virtual-filesystems", "virtual-filesystems(7)", after=("mounted virtual",)),
    ProfileRow("mountall", "all-swaps", "all-swaps(7)", after=("virtual-filesystems",)),
    ProfileRow("mountall", "mounting", "mounting(7)", MOUNT_VARIABLES, per=LOCAL, waits=True),
    ProfileRow("mountall", "mounted", "mounted(7)", MOUNT_VARIABLES, per=LOCAL, after=("mounting local",), waits=True,
               seconds=None),
    ProfileRow("mountall", "local-filesystems", "local-filesystems(7)", after=("mounted local", "virtual-filesystems")),
    ProfileRow("mountall", "mounting", "mounting(7), mountall-net.conf of the package mountall", MOUNT_VARIABLES,
               per=REMOTE, until=("net-device-up IFACE={network}",), waits=True),
    ProfileRow("mountall", "mounted", "mounted(7)", MOUNT_VARIABLES, per=REMOTE, after=("mounting remote",), waits=True,
               seconds=None),
    ProfileRow("mountall", "remote-filesystems", "remote-filesystems(7)", after=("mounted remote",)),
    ProfileRow("mountall", "filesystem", "filesystem(7)", after=("local-filesystems", "remote-filesystems")),
)

UP_VARIABLES = ("LOGICAL={name}", "ADDRFAM={family}", "METHOD={method}")
HOOK = "/etc/network/if-up.d/upstart of the package ifupdown, net-device-up(7)"
STATIC_HOOK = "/etc/network/if-up.d/upstart of the package ifupdown, static-network-up(7)"
IFUPDOWN = (
    ProfileRow("ifup", "net-device-up", HOOK, ("IFACE={name}", *UP_VARIABLES), arguments=("-a",), per=AUTO, once=True,
               seconds=None),
    ProfileRow("ifup", "static-network-up", STATIC_HOOK, arguments=("-a",), after=("net-device-up auto",),
               only_if=("net-device-up IFACE={every auto}",), once=True),
    ProfileRow("initctl", "net-device-up", "network-interface.conf of the package ifupdown: the hook omits lo",
               ("IFACE=lo", "LOGICAL=lo", "ADDRFAM=inet", "METHOD=loopback"), arguments=("emit", "net-device-up"),
               jobs=("network-interface",), only_if=("own variables INTERFACE=lo",), once=True),
    ProfileRow("ifup", "net-device-up", HOOK, ("IFACE={name}", *UP_VARIABLES), without=("-a",), per=AUTO,
               only_if=("own variables INTERFACE={name}",), once=True, seconds=None),
    ProfileRow("ifup", "static-network-up", STATIC_HOOK, without=("-a",), after=("net-device-up auto",),
               only_if=("net-device-up IFACE={every auto}",), once=True),
)

BRIDGE = "upstart-udev-bridge(8): the kernel reports the devices again when udevadm(8) triggers them"
UDEV = (
    ProfileRow("udevadm", "net-device-added", BRIDGE, ("INTERFACE={name}", "SUBSYSTEM=net", "ACTION=add"),
               arguments=("trigger",), per=INTERFACE, only_if=("running/upstart-udev-bridge",), jobs=("udevtrigger",)),
    ProfileRow("udevadm", "{event}", BRIDGE, ("{variables}",), arguments=("trigger",), per=DEVICE,
               only_if=("running/upstart-udev-bridge",), jobs=("udevtrigger",)),
)

RUNLEVEL = ProfileRow("telinit", "runlevel", "telinit(8), runlevel(7)", ("RUNLEVEL={runlevel}", "PREVLEVEL=N"),
                      jobs=("rc-sysinit", "rcS"))
CONTAINER_DETECT = "container-detect.conf of the package upstart"
NOT_CONTAINER = (
    ProfileRow("initctl", "container", CONTAINER_DETECT, arguments=("emit", "container"),
               jobs=("container-detect",), happens=False),
    ProfileRow("initctl", "not-container", CONTAINER_DETECT, arguments=("emit", "not-container"),
               jobs=("container-detect",)),
)
CONTAINER = (
    ProfileRow("initctl", "container", CONTAINER_DETECT, ("CONTAINER=lxc",),
               arguments=("emit", "container"), jobs=("container-detect",)),
    ProfileRow("initctl", "not-container", CONTAINER_DETECT, arguments=("emit", "not-container"),
               jobs=("container-detect",), happens=False),
)
PLYMOUTH = (
    ProfileRow("initctl", "plymouth-ready", "plymouth-ready.conf of the package plymouth",
               arguments=("emit", "plymouth-ready"), jobs=("plymouth-ready",)),
)
VIRTUAL_MOUNTS = ("/proc", "/sys", "/sys/fs/fuse/connections", "/sys/kernel/debug", "/sys/kernel/security", "/dev",
                  "/dev/pts", "/run", "/run/lock", "/run/shm")  # /lib/init/fstab of the package mountall

UBUNTU_1204 = Profile(
    "ubuntu_12_04", "Ubuntu 12.04", "1.5", (*MOUNTALL, *IFUPDOWN, *UDEV, RUNLEVEL, *NOT_CONTAINER, *PLYMOUTH),
    virtual=VIRTUAL_MOUNTS)
UBUNTU_1404 = Profile(
    "ubuntu_14_04", "Ubuntu 14.04", "1.12.1", (*MOUNTALL, *IFUPDOWN, *UDEV, RUNLEVEL, *NOT_CONTAINER, *PLYMOUTH),
    virtual=(*VIRTUAL_MOUNTS, "/run/user", "/sys/fs/cgroup", "/sys/fs/pstore"))
UBUNTU_CONTAINER = Profile(
    "ubuntu_container", "Ubuntu in a container", "1.12.1", (*MOUNTALL, *IFUPDOWN, RUNLEVEL, *CONTAINER, *PLYMOUTH),
    virtual=UBUNTU_1404.virtual)
