# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Units of the target distributions that replace the distribution's own Upstart jobs."""

from __future__ import annotations

import re

NO_DISTRIBUTION = "none"
DISTRIBUTIONS = ("debian", "redhat", NO_DISTRIBUTION)

# Jobs whose work systemd itself does, whatever the distribution: job -> unit.
OF_SYSTEMD = {
    "control-alt-delete": "ctrl-alt-del.target", "mountall": "local-fs.target", "rc": "multi-user.target",
    "rc-sysinit": "multi-user.target", "rcS": "sysinit.target", "rcS-sulogin": "rescue.service",
    "shutdown": "shutdown.target", "udev": "systemd-udevd.service", "udevtrigger": "systemd-udev-trigger.service",
    "udev-finish": "systemd-udev-settle.service", "udevmonitor": "systemd-udevd.service",
    "mounted-debugfs": "sys-kernel-debug.mount", "mounted-dev": "systemd-tmpfiles-setup-dev.service",
    "mounted-proc": "proc-sys-fs-binfmt_misc.automount", "mounted-run": "systemd-tmpfiles-setup.service",
    "mounted-tmp": "systemd-tmpfiles-clean.timer", "mounted-var": "systemd-tmpfiles-setup.service",
    "mountall-net": "remote-fs.target", "mountall-reboot": "emergency.target", "mountall-shell": "emergency.service",
    "module-init-tools": "systemd-modules-load.service", "kmod": "systemd-modules-load.service",
    "procps": "systemd-sysctl.service", "hostname": "systemd-hostnamed.service",
    "checkfs.sh": "systemd-fsck@.service", "flush-early-job-log": "systemd-journal-flush.service",
    "console": "serial-getty@.service", "serial": "serial-getty@.service", "start-ttys": "getty.target",
    "tty": "getty@.service", "readahead": "none", "readahead-collector": "none",
    "upstart-udev-bridge": "systemd-udevd.service", "upstart-socket-bridge": "sockets.target",
    "upstart-file-bridge": "paths.target", "upstart-dbus-bridge": "dbus.service", "wait-for-state": "none",
    "startpar-bridge": "none", "failsafe": "network-online.target", "container-detect": "none",
    "network-interface-container": "none", "dmesg": "systemd-journald.service",
    "kexec-disable": "kexec.target", "init-system-dbus": "dbus.service", "quit-plymouth": "plymouth-quit.service",
    "plymouth": "plymouth-start.service", "plymouth-log": "plymouth-read-write.service",
    "plymouth-splash": "plymouth-start.service", "plymouth-stop": "plymouth-quit.service",
    "plymouth-upstart-bridge": "none", "plymouth-ready": "none", "plymouth-shutdown": "plymouth-poweroff.service",
    "splash-manager": "plymouth-start.service", "prefdm": "display-manager.service",
}
# Jobs of packages that have a unit of their own, with its name there.
OF_PACKAGES: dict[str, dict[str, str]] = {
    "debian": {
        "acpid": "acpid.service", "anacron": "anacron.service", "apparmor": "apparmor.service",
        "apport": "apport.service", "atd": "atd.service", "auditd": "auditd.service",
        "avahi-daemon": "avahi-daemon.service", "bind9": "named.service", "bluetooth": "bluetooth.service",
        "console-setup": "console-setup.service", "cron": "cron.service", "cryptdisks": "cryptsetup.target",
        "cups": "cups.service", "cups-browsed": "cups-browsed.service", "dbus": "dbus.service",
        "docker": "docker.service", "gdm": "gdm.service", "hwclock": "systemd-timedated.service",
        "hwclock-save": "systemd-timedated.service", "irqbalance": "irqbalance.service",
        "isc-dhcp-server": "isc-dhcp-server.service", "kdm": "display-manager.service",
        "libvirt-bin": "libvirtd.service", "lightdm": "lightdm.service", "lxc": "lxc.service",
        "lxc-net": "lxc-net.service", "mdadm": "mdmonitor.service", "modemmanager": "ModemManager.service",
        "mysql": "mysql.service", "network-manager": "NetworkManager.service", "networking": "networking.service",
        "network-interface": "ifup@.service", "network-interface-security": "apparmor.service",
        "nmbd": "nmbd.service", "ntp": "ntp.service", "php5-fpm": "php-fpm.service",
        "portmap": "rpcbind.service", "resolvconf": "resolvconf.service", "rpcbind": "rpcbind.service",
        "rsyslog": "rsyslog.service", "setvtrgb": "setvtrgb.service", "smbd": "smbd.service",
        "squid3": "squid.service", "ssh": "ssh.service", "statd": "rpc-statd.service", "sssd": "sssd.service",
        "tgt": "tgt.service", "ufw": "ufw.service", "ureadahead": "none", "ureadahead-other": "none",
        "vsftpd": "vsftpd.service", "whoopsie": "whoopsie.service", "winbind": "winbind.service",
        "xinetd": "xinetd.service", "ypbind": "ypbind.service", "ypserv": "ypserv.service",
    },
    "redhat": {
        "acpid": "acpid.service", "atd": "atd.service", "auditd": "auditd.service", "crond": "crond.service",
        "dbus": "dbus.service", "docker": "docker.service", "mysqld": "mysqld.service",
        "NetworkManager": "NetworkManager.service", "rsyslog": "rsyslog.service", "sshd": "sshd.service",
        "vsftpd": "vsftpd.service", "xinetd": "xinetd.service",
    },
}
TERMINAL = re.compile(r"tty([0-9]+)")
SERIAL = re.compile(r"(ttyS[0-9]+|hvc[0-9]+|ttyAMA[0-9]+)")


def replacing_unit(job: str, distribution: str) -> str | None:
    """Return the unit that replaces a job on a distribution, "none" if nothing has to, None for other jobs."""
    if distribution == NO_DISTRIBUTION:
        return None
    if TERMINAL.fullmatch(job):
        return f"getty@{job}.service"
    if SERIAL.fullmatch(job):
        return f"serial-getty@{job}.service"
    return OF_PACKAGES[distribution].get(job) or OF_SYSTEMD.get(job)


# Names that jobs cannot have as units, because systemd or D-Bus uses them for its own.
RESERVED = frozenset([
    "basic", "dbus", "debug-shell", "emergency", "getty", "getty-static", "halt-local", "initrd-cleanup",
    "initrd-switch-root", "kexec", "machine", "proc-sys-fs-binfmt_misc", "quotaon", "rc-local", "rescue",
    "system-update", "user", "ldconfig", "modprobe", "autovt", "console-getty", "container-getty", "serial-getty",
])


def is_reserved(name: str) -> bool:
    """Return whether a unit name without its suffix belongs to systemd."""
    return name in RESERVED or name.startswith("systemd-")
