# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stories of the processes of a job: its main process, the scripts around it, tasks, respawn and instances."""

from __future__ import annotations

from .story import Story, close, kill, main, open_gate, process, reload, restart, start, stop

SCRIPT = "script\n{probe} web.first\nexec {probe} web.main hold\nend script\n"
STOPS_ITSELF = "pre-start script\n{probe} web.pre-start\n{ stop; exit 0; }\nend script\n"
CHILD = "{probe} web.child hold &\nwhile ! grep -q child {run}/trace; do :; done\n"
IGNORES = "exec /bin/sh -c 'trap \"\" TERM; echo web.main begin $$ >>{run}/trace; while :; do sleep 0.2; done'\n"

PROCESS_STORIES = (
    Story("service", ("exec", "process-group", "base-environment"), {"@web": main("web")},
          (start("@web"), start("@web"), stop("@web"), stop("@web"), start("@web"), restart("@web"))),
    Story("service that crashes", ("exec",), {"@web": main("web")}, (start("@web"), kill("web.main"), start("@web"))),
    Story("service that ends", ("exec",), {"@web": main("web", "first 0 hold")}, (start("@web"), start("@web"))),
    Story("service that fails at once", ("exec",), {"@web": main("web", "exit 3")}, (start("@web"),)),
    Story("missing program", ("exec",), {"@web": "exec /nowhere/program\n"}, (start("@web"), stop("@web"))),
    Story("missing program with respawn", ("exec", "respawn"), {"@web": "respawn\nexec /nowhere/program\n"},
          (start("@web"),)),
    Story("exec with a shell", ("exec-shell",), {"@web": "exec {probe} web.main $(echo hold)\n"},
          (start("@web"), kill("web.main", "TERM"), start("@web"), stop("@web"))),
    Story("program without its path", ("path-search",), {"@web": "exec sleep 86400\n"}, (start("@web"), stop("@web"))),
    Story("script", ("script",), {"@web": SCRIPT}, (start("@web"), kill("web.main"), start("@web"), stop("@web"))),
    Story("script that fails", ("script",), {"@web": "script\nfalse\nexec {probe} web.main hold\nend script\n"},
          (start("@web"),)),
    Story("pre-start", ("pre-start",), {"@web": process("pre-start", "web") + main("web")},
          (close("web.pre-start"), start("@web"), open_gate("web.pre-start"), stop("@web"))),
    Story("pre-start that fails", ("pre-start",), {"@web": process("pre-start", "web", "exit 1") + main("web")
                                                   + process("post-stop", "web")}, (start("@web"), stop("@web"))),
    Story("pre-start that fails with respawn", ("pre-start", "respawn-limit"), {
        "@web": "respawn\n" + process("pre-start", "web", "exit 1") + main("web")}, (start("@web"),)),
    Story("stop during pre-start", ("pre-start",), {"@web": process("pre-start", "web") + main("web")
                                                    + process("post-stop", "web")},
          (close("web.pre-start"), start("@web"), stop("@web"))),
    Story("pre-start that stops the job", ("pre-start-stop",), {"@web": STOPS_ITSELF + main("web")}, (start("@web"),)),
    Story("pre-start that stops the job sometimes", ("pre-start-stop",), {
        "@web": "pre-start script\n[ -e {run}/wanted ] || { : >{run}/wanted; stop; exit 0; }\nend script\n"
                + main("web") + process("post-stop", "web")}, (start("@web"), start("@web"), stop("@web"))),
    Story("post-start", ("post-start",), {"@web": main("web") + process("post-start", "web")},
          (close("web.post-start"), start("@web"), open_gate("web.post-start"), stop("@web"))),
    Story("post-start that fails", ("post-start",), {"@web": main("web") + process("post-start", "web", "exit 1")},
          (start("@web"), stop("@web"))),
    Story("post-start of a task", ("post-start-task",), {
        "@report": "task\n" + main("report", "exit 0") + process("post-start", "report")},
        (close("report.main"), start("@report"), open_gate("report.main"))),
    Story("post-start of a task that fails", ("post-start-task",), {
        "@report": "task\n" + main("report", "exit 1") + process("post-start", "report")},
        (close("report.post-start"), close("report.main"), start("@report"), open_gate("report.main"),
         open_gate("report.post-start"))),
    Story("crash during post-start", ("post-start",), {"@web": main("web") + process("post-start", "web")},
          (close("web.post-start"), start("@web"), kill("web.main"), open_gate("web.post-start"))),
    Story("pre-stop", ("pre-stop",), {"@web": main("web") + process("pre-stop", "web")},
          (start("@web"), close("web.pre-stop"), stop("@web"), open_gate("web.pre-stop"))),
    Story("pre-stop that fails", ("pre-stop",), {"@web": main("web") + process("pre-stop", "web", "exit 1")},
          (start("@web"), stop("@web"))),
    Story("crash of a job with pre-stop", ("pre-stop",), {"@web": main("web") + process("pre-stop", "web")},
          (start("@web"), kill("web.main"), start("@web"))),
    Story("start during pre-stop", ("pre-stop",), {"@web": main("web") + process("pre-stop", "web")},
          (start("@web"), close("web.pre-stop"), stop("@web"), start("@web"), open_gate("web.pre-stop"))),
    Story("post-stop", ("post-stop",), {"@web": main("web") + process("post-stop", "web")},
          (start("@web"), close("web.post-stop"), stop("@web"), open_gate("web.post-stop"), start("@web"),
           kill("web.main"))),
    Story("post-stop that fails", ("post-stop",), {"@web": main("web") + process("post-stop", "web", "exit 1")},
          (start("@web"), stop("@web"), start("@web"))),
    Story("all processes", ("pre-start", "post-start", "pre-stop", "post-stop"), {
        "@web": main("web") + "".join(process(kind, "web") for kind in (
            "pre-start", "post-start", "pre-stop", "post-stop"))},
          (start("@web"), stop("@web"), start("@web"), kill("web.main"))),
    Story("task", ("task",), {"@report": "task\n" + main("report", "exit 0")},
          (close("report.main"), start("@report"), open_gate("report.main"), start("@report"))),
    Story("task that fails", ("task",), {"@report": "task\n" + main("report", "exit 1")},
          (start("@report"), start("@report"))),
    Story("stop of a task", ("task",), {"@report": "task\n" + main("report")}, (start("@report"), stop("@report"))),
    Story("task with pre-start and post-stop", ("task",), {"@report": "task\n" + process("pre-start", "report")
                                                           + main("report", "exit 0") + process("post-stop", "report")},
          (start("@report"),)),
    Story("task with respawn", ("task-respawn",), {"@report": "task\nrespawn\n" + main("report", "first 1 exit 0")},
          (start("@report"),)),
    Story("no process at all", ("no-main",), {"@state": "description state\n"}, (start("@state"), stop("@state"))),
    Story("only pre-start and post-stop", ("no-main",), {"@state": process("pre-start", "state")
                                                         + process("post-stop", "state")},
          (start("@state"), start("@state"), stop("@state"), start("@state"))),
    Story("only pre-start that fails", ("no-main",), {"@state": process("pre-start", "state", "exit 1")
                                                      + process("post-stop", "state")}, (start("@state"),)),
    Story("daemon that pre-start leaves behind", ("no-main",), {"@state": process("pre-start", "state", "fork")},
          (start("@state"), stop("@state"))),
    Story("expect none", ("expect-none",), {"@web": "expect none\n" + main("web")}, (start("@web"), stop("@web"))),
    Story("expect fork", ("expect-fork",), {"@web": "expect fork\n" + main("web", "fork")},
          (start("@web"), kill("web.main-child"), start("@web"), stop("@web"))),
    Story("expect fork without a fork", ("expect-fork",), {"@web": "expect fork\n" + main("web")}, (start("@web"),)),
    Story("expect stop", ("expect-stop",), {"@web": "expect stop\n" + main("web", "stop")},
          (start("@web"), stop("@web"))),
    Story("expect fork of a task", ("expect-task",), {"@report": "task\nexpect fork\n" + main("report", "fork")},
          (start("@report"), kill("report.main-child"))),
    Story("respawn", ("respawn",), {"@web": "respawn\n" + main("web") + process("post-stop", "web")},
          (start("@web"), kill("web.main"), kill("web.main", "TERM"), stop("@web"))),
    Story("respawn with all processes", ("respawn",), {"@web": "respawn\n" + main("web") + "".join(
        process(kind, "web") for kind in ("pre-start", "post-start", "pre-stop", "post-stop"))},
        (start("@web"), kill("web.main"), stop("@web"))),
    Story("respawn limit", ("respawn-limit",), {"@web": "respawn\nrespawn limit 2 60\n" + main("web")},
          (start("@web"), kill("web.main"), kill("web.main"), kill("web.main"), start("@web"))),
    Story("respawn of what ends at once", ("respawn-limit",), {"@web": "respawn\n" + main("web", "exit 1")},
          (start("@web"),)),
    Story("status that systemd uses itself", ("respawn",), {"@web": "respawn\n" + main("web", "first 203 hold")},
          (start("@web"),)),
    Story("normal exit by status", ("normal-exit",),
          {"@web": "respawn\nnormal exit 0 4\n" + main("web", "first 4 hold")},
          (start("@web"), start("@web"), kill("web.main"))),
    Story("normal exit by signal", ("normal-exit",), {"@web": "respawn\nnormal exit 0 TERM\n" + main("web")},
          (start("@web"), kill("web.main", "TERM"), start("@web"), kill("web.main", "INT"))),
    Story("normal exit without respawn", ("normal-exit",), {"@web": "normal exit 4\n" + main("web", "exit 4")},
          (start("@web"),)),
    Story("kill timeout", ("kill-timeout",), {"@web": "kill timeout 1\n" + IGNORES}, (start("@web"), stop("@web"))),
    Story("kill signal", ("kill-signal",), {"@web": (
        "kill signal INT\nscript\ntrap 'echo web.int begin 0 >>{run}/trace; exit 0' INT\n{probe} web.ready\n"
        "while :; do sleep 0.1; done\nend script\n")}, (start("@web"), stop("@web"))),
    Story("reload signal", ("reload-signal",), {"@web": (
        "reload signal USR1\nscript\ntrap 'echo web.usr1 begin 0 >>{run}/trace' USR1\n{probe} web.ready\n"
        "while :; do sleep 0.1 || :; done\nend script\n")}, (start("@web"), reload("@web"), stop("@web"))),
    Story("child in a session of its own", ("process-group",), {"@web": (
        f"script\nsetsid {CHILD}exec {{probe}} web.main hold\nend script\n")},
        (start("@web"), stop("@web"))),
    Story("child that outlives a crash", ("process-group",), {"@web": (
        f"script\n{CHILD}exec {{probe}} web.main hold\nend script\n")},
        (start("@web"), kill("web.main"))),
    Story("instances", ("instance",), {"@web": "instance $N\n" + main("web")},
          (start("@web", "N=1"), start("@web", "N=a/b c"), stop("@web", "N=1"), stop("@web", "N=a/b c"))),
    Story("instances with text", ("instance",), {"@web": "instance web-$N\n" + main("web")
                                                 + process("post-stop", "web")},
          (start("@web", "N=1"), start("@web", "N=1"), stop("@web", "N=1"))),
    Story("instance with a fixed name", ("instance-fixed",), {"@web": "instance one\n" + main("web")},
          (start("@web"), stop("@web"))),
    Story("manual", ("manual",), {"@web": "start on @up\nmanual\n" + main("web")}, (start("@web"), stop("@web"))),
)
