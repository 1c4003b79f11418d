# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stories of the stanzas that a process inherits, and of texts."""

from __future__ import annotations

from .story import Step, Story, main, process, start, stop

STARTED = (start("@web"), stop("@web"))


def _inherited(row: str, stanzas: str, name: str = "", steps: tuple[Step, ...] = STARTED) -> Story:
    return Story(name or row, (row,), {"@web": stanzas + main("web")}, steps)


SETTING_STORIES = (
    _inherited("description", 'description "100 % web"\n'),
    _inherited("about", "author me\nversion 1\nemits @up\n"),
    Story("usage", (), {"@web": "usage text\n" + main("web")}, STARTED),
    _inherited("console-log", "console log\n"),
    _inherited("console-none", "console none\n"),
    _inherited("umask", "umask 077\n"),
    _inherited("nice", "nice 5\n"),
    _inherited("nice", "nice -5\n", "nice below 0"),
    _inherited("oom", "oom score 500\n"),
    _inherited("oom", "oom 10\n", "oom of old"),
    _inherited("limit", "limit core 0 unlimited\nlimit nofile 500 1000\nlimit nproc 100 200\n"
               "limit stack 1000000 unlimited\n"),
    _inherited("limit", "limit cpu 10 20\nlimit fsize 5000 6000\nlimit memlock 1024 2048\n", "more limits"),
    _inherited("limit-refused", "limit core 9 1\n"),
    _inherited("chdir", "chdir /usr/share\n"),
    _inherited("chdir", "chdir /nowhere\n", "chdir to a folder that does not exist"),
    _inherited("relative-path", "chdir usr\n"),
    _inherited("setuid", "setuid nobody\n"),
    _inherited("setuid", "setuid nobody\nsetgid nogroup\n", "setuid and setgid"),
    _inherited("setuid", "setgid nogroup\n", "setgid"),
    _inherited("setuid", "setuid no-such-user\n", "user that does not exist"),
    _inherited("user-refused", "setuid a/b\n"),
    _inherited("env", 'env A=1\nenv B="two words"\nenv C=100%\nenv D=\n'),
    _inherited("env", "env A=1\nenv A=2\n", "env twice"),
    _inherited("env", "env A=$B\n", "env with a dollar sign"),
    Story("variables of start", ("base-environment",), {"@web": "env A=1\n" + main("web")},
          (start("@web", "A=2"), stop("@web"))),
    _inherited("env-from-init", "env STORY_VARIABLE\n"),
    _inherited("env-refused", "env 9A=1\n"),
    _inherited("export", "env A=1\nexport A\n"),
    _inherited("overruled", "nice 1\nnice 3\n"),
    _inherited("signal-refused", "kill signal 0\n", steps=(start("@web"),)),  # a stop crashes Upstart
    _inherited("debug", "debug\n"),
    Story("exported variable", ("export", "script-variable"), {
        "@web": "env COLOUR=red\nexport COLOUR\n" + main("web"),
        "@shop": "start on started @web\nscript\n{probe} shop.$COLOUR\nexec {probe} shop.main hold\nend script\n"},
        STARTED),
    Story("override", ("override",), {"@web": {"conf": "nice 1\nenv A=1\n" + main("web"),
                                               "override": "env A=2\nnice 3\n"}},
          STARTED),
    Story("override with another process", ("override",), {"@web": {
        "conf": process("pre-start", "web") + main("web"), "override": "exec {probe} web.other hold\n"}}, STARTED),
    Story("override that removes a dependency", ("override-merged",), {
        "@web": {"conf": "start on started @db\n" + main("web"), "override": "start on started @mail\n"},
        "@db": main("db"), "@mail": main("mail")}, (start("@db"), start("@mail"), stop("@db"))),
    Story("chroot to the whole system", (), {"@web": "chroot /\n" + main("web")}, STARTED),
    Story("file that Upstart rejects", ("unreadable",), {"@web": "nonsense\n" + main("web"), "@db": main("db")},
          (start("@db"), stop("@db"))),
)
