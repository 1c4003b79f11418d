# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stories of conditions on other jobs."""

from __future__ import annotations

from .story import Story, close, emit, kill, main, open_gate, process, restart, start, stop

DB = {"@db": main("db")}
FAILING = {"@db": "task\n" + main("db", "first 1 exit 0")}
TASK = {"@db": "task\n" + main("db", "exit 0")}
INSTANCES = {"@one": "instance $N\n" + main("one")}

JOB_STORIES = (
    Story("started", ("started", "start-on"), {**DB, "@web": "start on started @db\n" + main("web")},
          (start("@db"), stop("@db"), start("@db"), stop("@web"))),
    Story("started waits for post-start", ("started",), {
        "@db": main("db") + process("post-start", "db"), "@web": "start on started @db\n" + main("web")},
        (close("db.post-start"), start("@db"), open_gate("db.post-start"))),
    Story("start does not wait for who listens to started", ("started",), {
        **DB, "@web": "start on started @db\n" + process("pre-start", "web") + main("web")},
        (close("web.pre-start"), start("@db"), open_gate("web.pre-start"))),
    Story("started of a job that fails", ("started",), {
        "@db": process("pre-start", "db", "exit 1") + main("db"), "@web": "start on started @db\n" + main("web")},
        (start("@db"),)),
    Story("start of one whose condition does not hold", ("started",),
          {**DB, "@web": "start on started @db\n" + main("web")},
          (start("@web"), start("@db"))),
    Story("started after a respawn", ("started",), {
        "@db": "respawn\n" + main("db"), "@log": "task\nstart on started @db\n" + main("log", "exit 0")},
        (start("@db"), kill("db.main"))),
    Story("started of a task", ("started-task",), {
        "@db": "task\n" + main("db", "exit 0"), "@web": "start on started @db\n" + main("web")},
        (close("db.main"), start("@db"), open_gate("db.main"))),
    Story("started of a task with pre-start", ("started-task",), {
        "@db": "task\n" + process("pre-start", "db") + main("db", "exit 0"), "@web": "start on started @db\n"
        + main("web")},
        (close("db.pre-start"), start("@db"), open_gate("db.pre-start"))),
    Story("restart of a job that another one follows", ("started",), {
        **DB, "@web": "start on started @db\n" + main("web")}, (start("@db"), restart("@db"))),
    Story("restart of a job that another one follows closely", ("started", "stopping"), {
        **DB, "@web": "start on started @db\nstop on stopping @db\n" + main("web")}, (start("@db"), restart("@db"))),
    Story("pre-stop and who listens to stopping", ("pre-stop", "stopping"), {
        "@db": main("db") + process("pre-stop", "db"), "@web": "start on started @db\nstop on stopping @db\n"
        + main("web")},
        (start("@db"), close("db.pre-stop"), stop("@db"), open_gate("db.pre-stop"))),
    Story("started and stopping", ("started", "stopping", "stop-on"), {
        **DB, "@web": "start on started @db\nstop on stopping @db\n" + main("web") + process("pre-stop", "web")},
        (start("@db"), close("web.pre-stop"), stop("@db"), open_gate("web.pre-stop"), start("@db"), kill("db.main"))),
    Story("chain of three", ("started", "stopping"), {
        **DB, "@web": "start on started @db\nstop on stopping @db\n" + main("web"),
        "@log": "start on started @web\nstop on stopping @web\n" + main("log")},
        (start("@db"), stop("@web"), start("@web"), stop("@db"))),
    Story("starting", ("starting",), {"@db": main("db"), "@web": "task\nstart on starting @db\n"
                                      + main("web", "exit 0")},
          (close("web.main"), start("@db"), open_gate("web.main"), stop("@db"))),
    Story("starting with a task that fails", ("starting",), {
        "@db": main("db"), "@web": "task\nstart on starting @db\n" + main("web", "exit 1")}, (start("@db"),)),
    Story("starting with a service", ("starting",), {
        "@db": main("db"), "@web": "start on starting @db\nstop on stopped @db\n" + process("pre-start", "web")
        + main("web")},
        (close("web.pre-start"), start("@db"), open_gate("web.pre-start"), stop("@db"))),
    Story("start on stopping", ("starts-when-stopping",), {
        **DB, "@web": "task\nstart on stopping @db\n" + main("web", "exit 0")},
        (start("@db"), close("web.main"), stop("@db"), open_gate("web.main"))),
    Story("stopping", ("stopping",), {**DB, "@web": "stop on stopping @db\n" + main("web")},
          (start("@db"), start("@web"), stop("@db"), start("@db"), kill("db.main"))),
    Story("stopping and a failure", ("stopping",), {
        "@db": "respawn\n" + main("db"), "@web": "stop on stopping @db\n" + main("web")},
        (start("@db"), start("@web"), kill("db.main"))),
    Story("stop on stopped", ("stopped-then-stop",), {
        "@db": main("db") + process("post-stop", "db"), "@web": "stop on stopped @db\n" + main("web")},
        (start("@db"), start("@web"), close("db.post-stop"), stop("@db"), open_gate("db.post-stop"))),
    Story("stopped", ("stopped",), {**DB, "@web": "task\nstart on stopped @db\n" + main("web", "exit 0")},
          (start("@db"), stop("@db"), start("@db"), kill("db.main"))),
    Story("stopped of a task", ("stopped",), {**TASK, "@web": "start on stopped @db\n" + main("web")}, (start("@db"),)),
    Story("stopped of a task that fails", ("stopped",), {**FAILING, "@web": "start on stopped @db\n" + main("web")},
          (start("@db"),)),
    Story("stopped with a failure", ("stopped-result",), {
        **FAILING, "@bad": "task\nstart on stopped @db RESULT=failed\n" + main("bad", "exit 0"),
        "@good": "task\nstart on stopped @db RESULT=ok\n" + main("good", "exit 0")}, (start("@db"), start("@db"))),
    Story("stopped by hand is ok", ("stopped-result",), {
        **DB, "@bad": "task\nstart on stopped @db RESULT=failed\n" + main("bad", "exit 0"),
        "@good": "task\nstart on stopped @db RESULT=ok\n" + main("good", "exit 0")},
        (start("@db"), stop("@db"), start("@db"), kill("db.main"))),
    Story("stop on started", ("stops-when-started",), {**DB, "@web": "stop on started @db\n" + main("web")},
          (start("@web"), start("@db"), start("@web"))),
    Story("stop on starting", ("stops-when-started",), {**DB, "@web": "stop on starting @db\n" + main("web")},
          (start("@web"), start("@db"))),
    Story("event of an instance", ("job-instance",), {
        **INSTANCES, "@web": "start on started @one INSTANCE=5\n" + main("web")},
        (start("@one", "N=4"), start("@one", "N=5"))),
    Story("job by a pattern", ("job-pattern",), {**DB, "@web": "start on started JOB=@d*\n" + main("web")},
          (start("@db"),)),
    Story("event of a job with other arguments", ("job-arguments",), {
        "@db": "env X=4\nexport X\n" + main("db"), "@web": "start on started @db X=5\n" + main("web")},
        (start("@db"),)),
    Story("event of a job that does not exist", ("job-unknown",),
          {**DB, "@web": "start on started @nobody\n" + main("web")},
          (start("@db"), start("@web"))),
    Story("variable in stop on", ("event-variable",), {
        **DB, "@mail": main("mail"), "@web": "env D=@db\nstop on stopped $D\n" + main("web")},
        (start("@db"), start("@mail"), start("@web"), stop("@mail"), stop("@db"), start("@db"),
         start("@web", "D=@mail"),
         stop("@db"))),
    Story("variable in start on", ("event-variable-unknown",),
          {**DB, "@web": "env D=@db\nstart on started $D\n" + main("web")},
          (start("@db"),)),
    Story("variable without a value in a condition", ("event-variable-unknown",), {
        **DB, "@web": "start on started $D\n" + main("web")}, (start("@db"),)),
    Story("instance that only the event names", ("instance-start",), {
        **DB, "@web": "instance $JOB\nstart on started @db\n" + main("web")}, (start("@db"),)),
    Story("order of stops opposite to the starts", ("stop-order",), {
        **DB, "@web": "start on starting @db\nstop on stopping @db\n" + main("web") + process("post-stop", "web")},
        (start("@db"), close("web.post-stop"), stop("@db"), open_gate("web.post-stop"))),
    Story("jobs that wait for each other", ("order-cycle",), {
        "@db": "start on started @web\n" + main("db"), "@web": "start on started @db\n" + main("web")},
        (start("@db"),)),
    Story("name of a unit of systemd", ("reserved",), {"systemd-@x": main("x")}, ()),
    Story("and of two jobs", ("and",), {
        "@db": main("db"), "@mail": main("mail"), "@web": "start on started @db and started @mail\n" + main("web")},
        (start("@db"), start("@mail"), stop("@db"), start("@db"))),
    Story("and of a job and an event", ("and-events",), {**DB, "@web": "start on started @db and @up\n" + main("web")},
          (start("@db"), emit("@up"))),
    Story("and of an event before a job", ("and-events",),
          {**DB, "@web": "start on started @db and @up\n" + main("web")},
          (emit("@up"), start("@db"))),
    Story("or of two jobs", ("or",), {
        "@db": main("db"), "@mail": main("mail"), "@web": "start on started @db or started @mail\n" + main("web")},
        (start("@db"), start("@mail"), stop("@web"), stop("@mail"), start("@mail"))),
    Story("or of a job and an event", ("or",), {
        **DB, "@web": "start on started @db or @up\n" + process("pre-start", "web") + main("web")},
        (close("web.pre-start"), start("@db"), emit("@up"), open_gate("web.pre-start"))),
)
