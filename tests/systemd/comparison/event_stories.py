# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stories of events of your own, of what makes events, and of scripts that call init."""

from __future__ import annotations

from .story import Step, Story, close, emit, main, open_gate, process, start, stop

DB = {"@db": main("db")}
MOUNT = {"run-@data.mount": "[Unit]\nDefaultDependencies=no\n[Mount]\nWhat=tmpfs\nWhere=/run/@data\nType=tmpfs\n"}
TELL = "task\nscript\n. {run}/commands\n%s\n{probe} adder.after\nend script\n"
WAITING = process("pre-start", "web") + main("web")


def _script(name: str, row: str, line: str, other: dict[str, str], *steps: Step) -> Story:
    return Story(name, (row,), {"@adder": TELL % line, **other}, (*steps, start("@adder")))


EVENT_STORIES = (
    Story("event", ("event",), {"@web": "start on @up\n" + main("web")},
          (emit("@up"), emit("@up"), stop("@web"), emit("@up"), emit("@other"))),
    Story("emit waits for the job", ("event",), {"@web": "start on @up\n" + WAITING},
          (close("web.pre-start"), emit("@up"), open_gate("web.pre-start"))),
    Story("emit waits for a task", ("event",), {"@web": "task\nstart on @up\n" + main("web", "exit 0")},
          (close("web.main"), emit("@up"), open_gate("web.main"), emit("@up"))),
    Story("event of a job that fails", ("event",), {
          "@web": "task\nstart on @up\n" + main("web", "exit 1")}, (emit("@up"),)),
    Story("event for two jobs", ("event",), {
        "@web": "start on @up\n" + main("web"), "@db": "start on @up\nstop on @down\n" + main("db")},
        (emit("@up"), emit("@down"), emit("@up"))),
    Story("stop on an event", ("event-stop",), {"@web": "stop on @down\n" + main("web")},
          (start("@web"), emit("@down"), emit("@down"), start("@web"), emit("@down"))),
    Story("emit waits for the stop", ("event-stop",),
          {"@web": "stop on @down\n" + main("web") + process("post-stop", "web")},
          (start("@web"), close("web.post-stop"), emit("@down"), open_gate("web.post-stop"))),
    Story("event with a value", ("event-value",), {"@web": "start on @colour NAME=red\n" + main("web")},
          (emit("@colour", "NAME=blue"), emit("@colour", "NAME=red"))),
    Story("event with a value for one of two", ("event-value",), {
        "@web": "start on @colour NAME=red\n" + main("web"), "@db": "start on @colour\n" + main("db")},
        (emit("@colour", "NAME=blue"), emit("@colour", "NAME=red"))),
    Story("stop on an event with a value", ("event-value",), {"@web": "stop on @colour NAME=red\n" + main("web")},
          (start("@web"), emit("@colour", "NAME=blue"), emit("@colour", "NAME=red"))),
    Story("event that names the instance", ("event-instance",), {
        "@web": "instance $N\nstart on @add\nstop on @remove N=$N\n" + main("web")},
        (emit("@add", "N=1"), emit("@add", "N=2"), emit("@remove", "N=1"))),
    Story("event with a pattern", ("event-arguments",), {"@web": "start on @colour NAME=r*\n" + main("web")},
          (emit("@colour", "NAME=red"),)),
    Story("event of a failure", ("event-failed",), {
        "@db": "task\nstart on @up\n" + main("db", "exit 1"), "@web": "start on @up/failed\n" + main("web")},
        (emit("@up"),)),
    Story("event that starts and stops", ("event-both",), {"@web": "start on @up\nstop on @up\n" + main("web")},
          (emit("@up"), emit("@up"))),
    Story("and of two events", ("and-several-events",), {"@web": "start on @up and @ready\n" + main("web")},
          (emit("@up"), emit("@ready"))),
    Story("stop on two events", ("and-stop",), {"@web": "stop on @up and @ready\n" + main("web")},
          (start("@web"), emit("@up"), emit("@ready"))),
    Story("or of two events", ("or",), {"@web": "start on @up or @ready\n" + main("web")},
          (emit("@up"), emit("@ready"), stop("@web"), emit("@ready"))),
    Story("event in the middle of a restart", ("event",), {
        "@web": "start on @up\nstop on @down\n" + main("web") + process("post-stop", "web")},
        (emit("@up"), close("web.post-stop"), emit("@down"), emit("@up"), open_gate("web.post-stop"))),
    Story("mounted", ("mounted",), {"@web": "start on mounted MOUNTPOINT=/run/@data\n" + main("web")},
          (emit("mounted", "MOUNTPOINT=/run/@data", unit="run-@data.mount"),), units=MOUNT),
    Story("mounting", ("mounting",), {"@web": "task\nstart on mounting MOUNTPOINT=/run/@data\n"
                                      + main("web", "exit 0")},
          (close("web.main"), emit("mounting", "MOUNTPOINT=/run/@data", unit="run-@data.mount"),
           open_gate("web.main")), units=MOUNT),
    Story("mount of any kind", ("mount-unknown",), {"@web": "start on mounted TYPE=@data\n" + main("web")},
          (emit("mounted", "MOUNTPOINT=/run/@data", "TYPE=@data", unit="run-@data.mount"),), units=MOUNT),
    Story("file", ("file",), {"@web": "task\nstart on file FILE={run}/@wanted EVENT=create\n" + main("web", "exit 0")
                              + "post-stop exec rm -f {run}/@wanted\n"},
          (start("@web"), emit("file", "FILE={run}/@wanted", "EVENT=create", unit="/{run}/@wanted"))),
    Story("file of no path", ("file-unknown",), {"@web": "start on file FILE=/x EVENT=delete\n" + main("web")},
          (start("@web"),)),
    Story("socket", ("socket",), {"@web": "start on socket PROTO=unix SOCKET_PATH=/run/@socket\n" + main("web")},
          (emit("socket", "PROTO=unix", "SOCKET_PATH=/run/@socket", unit="socket:/run/@socket"),)),
    Story("socket of no address", ("socket-unknown",), {"@web": "start on socket PROTO=unix\n" + main("web")},
          (start("@web"),)),
    Story("key", ("power-key",), {"@web": "task\nstart on keyboard-request\n" + main("web", "exit 0")},
          (emit("keyboard-request", unit="kbrequest.target"),)),
    Story("network that goes down", ("network-down",), {"@web": "stop on net-device-down IFACE=@x\n" + main("web")},
          (start("@web"), emit("net-device-down", "IFACE=@x", unit="basic.target"))),
    Story("signal on a bus", ("dbus-signal",), {"@web": "start on dbus SIGNAL=@x\n" + main("web")},
          (emit("dbus", "SIGNAL=@x", unit="basic.target"),)),
    Story("stop on a device", ("stop-other",), {"@web": "stop on net-device-removed INTERFACE=@x\n" + main("web")},
          (start("@web"), emit("net-device-removed", "INTERFACE=@x", unit="basic.target"))),
    _script("script that emits", "script-emit", "initctl emit @up", {"@web": "start on @up\n" + WAITING},
            close("web.pre-start")),
    _script("script that emits without waiting", "script-emit", "initctl emit --no-wait @up",
            {"@web": "start on @up\n" + WAITING}, close("web.pre-start")),
    _script("script that emits what fails", "script-emit", "initctl emit @up || {probe} adder.failed",
            {"@web": "task\nstart on @up\n" + main("web", "exit 1")}),
    _script("script that emits variables", "script-emit-variables", "initctl emit @up COLOUR=red",
            {"@web": "start on @up\n" + main("web")}),
    _script("script that starts", "script-start", "start @db", DB),
    _script("script that starts what runs", "script-start", "start @db || {probe} adder.failed", DB, start("@db")),
    _script("script that stops", "script-start", "stop @db", DB, start("@db")),
    _script("script that asks for the status", "script-status",
            "if status @db | grep -q running; then {probe} adder.running; fi", DB, start("@db")),
    _script("script that asks for the status of what is down", "script-status",
            "if status @db | grep -q start/running; then {probe} adder.running; fi", DB),
    _script("script with another call", "script-call",
            "initctl show-config @db >/dev/null || {probe} adder.failed", DB),
    Story("script that reads the events", ("script-events",), {
        "@web": "start on @up\nscript\n[ -z \"$UPSTART_EVENTS\" ] || {probe} web.event\nexec {probe} web.main hold\n"
                "end script\n"},
          (emit("@up"),)),
)
