# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Boots systemd as process 1 of new namespaces.
#   boot.sh CGROUP PROGRAM   (from the outside: joins the cgroup and makes the namespaces)
# The environment has BASE and UNITS (folders of units), CONSOLE (the terminal for its messages) and, for an unpacked package,
# LIBRARIES (folders for the loader) and BIN (its programs, which the namespace sees in /usr/bin).

if [ "$1" != inside ]; then
    echo $$ >"$1/cgroup.procs"
    exec unshare --pid --mount --uts --ipc --net --cgroup --fork --kill-child --propagation private \
        /bin/sh -e "$0" inside "$2"
fi

mount -t proc proc /proc
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /etc/default
for folder in /lib/systemd/system-generators /etc/systemd/system-generators /usr/local/lib/systemd/system-generators; do
    [ ! -d "$folder" ] || mount -t tmpfs tmpfs "$folder"
done
if [ -n "$LIBRARIES" ]; then
    for folder in /bin /usr/bin; do
        [ -L "$folder" ] || mount -t overlay -o "lowerdir=$BIN:$folder" overlay "$folder"
    done
fi
[ ! -e /dev/console ] || mount --bind "$CONSOLE" /dev/console
umount -R /sys/fs/cgroup 2>/dev/null || :
mount -t cgroup2 none /sys/fs/cgroup
ip link set lo up 2>/dev/null || :
hostname story
exec env -i container=stories SYSTEMD_UNIT_PATH="$UNITS:$BASE" PATH="$PATH" TERM=linux ${LIBRARIES:+LD_LIBRARY_PATH="$LIBRARIES"} \
    "$2" --system --log-target=console --log-level=info --show-status=0 >"$CONSOLE" 2>&1 </dev/null
