# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# A process of a story: records that it began, waits while its gate is closed, then ends or stays.
#   probe.sh FOLDER LABEL [first STATUS] [exit STATUS | hold | fork | stop]

run=$1 label=$2
shift 2
echo "$label begin $$" >>"$run/trace"
if [ -p "$run/gate.$label" ]; then
    read -r _ <"$run/gate.$label" || :
fi
if [ "${1:-}" = first ]; then # ends with a status of its own the first time
    if [ ! -e "$run/first.$label" ]; then
        : >"$run/first.$label"
        echo "$label end $2" >>"$run/trace"
        exit "$2"
    fi
    shift 2
fi
case ${1:-exit} in
hold) exec sleep 86400 ;;
stop) kill -STOP $$; exec sleep 86400 ;;
fork)
    sh -c 'echo "$2 begin $$" >>"$1/trace"; exec sleep 86400' sh "$run" "$label-child" &
    exit 0
    ;;
*)
    echo "$label end ${2:-0}" >>"$run/trace"
    exit "${2:-0}"
    ;;
esac
