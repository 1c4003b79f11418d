# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of all stanzas of a job file.

The parser, the renderer, the document model, the check of versions and the documentation use this table. The renderer
writes stanzas in the order of the rows. It writes rows of the same ``group`` together, without a blank line.
"""

from __future__ import absolute_import, division, print_function

from collections import namedtuple

from . import errors
from .cnumbers import INT_MAX, LONG_MAX
from .dialects import CHROMEOS, NAMES, Release, dialect_of

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Dict, Mapping, Optional, Tuple  # noqa: F401

__metaclass__ = type

LATEST = (1, 13, 2)
# The stanzas of all dialects: to read a file whose host is unknown, where a stanza too many does no harm.
EVERY_STANZA = Release(LATEST, CHROMEOS)
# Differences between releases that checks and the simulation need. _host/releases.py has the others.
# Override files beside the job files.
OVERRIDES_SINCE = (1, 3)
# Only init emits the events of jobs. On RHEL 6 and Amazon Linux (0.6.5) rc emits them for its services.
JOB_EVENTS_ONLY_FROM_INIT_SINCE = (1, 0)
# kill timeout 0 aborts init.
ZERO_KILL_TIMEOUT_ABORTS_SINCE = (1, 6)
# A number in kill signal. Older releases abort.
KILL_SIGNAL_NUMBERS_SINCE = (1, 6)
# A main process may end once a stop has begun. Older releases call that a failure.
MAIN_MAY_END_DURING_STOP_SINCE = (1, 11)
# A job with setuid and without setgid keeps root's group.
ROOT_GROUP_KEPT_SINCE = (1, 12)
# Every release that reads /etc/init and speaks com.ubuntu.Upstart0_6.
FIRST = (0, 6, 0)

# Rules for a stanza that occurs in a file twice.
LAST = "last one wins"
APPEND = "appends"
ONCE = "cannot be unset"

Stanza = namedtuple("Stanza", [
    "name",       # its first words, as written in the file
    "arguments",  # the words that follow, for documentation
    "kind",       # key of the functions that read and write it, in the tables of parser and renderer
    "key",        # key in the dict of values
    "process",    # name of a process below the key "process", else None
    "option",     # option of the module upstart_job
    "group",      # paragraph of the file in which the renderer writes it
    "repeat",     # LAST, APPEND or ONCE
    "since",      # first version that has it
    "low",        # smallest accepted number, else None
    "high",       # largest accepted number, else None
    "choices",    # dict of an accepted word to the first version that has it, else None
    "message",    # Upstart's message for a bad value, else None
    "dialect",    # the only dialect that has it, None for all
])


def _row(
    name,  # type: str
    arguments,  # type: str
    kind,  # type: str
    key,  # type: str
    group,  # type: str
    process=None,  # type: Optional[str]
    option=None,  # type: Optional[str]
    repeat=LAST,  # type: str
    since=FIRST,  # type: Tuple[int, ...]
    low=None,  # type: Optional[int]
    high=None,  # type: Optional[int]
    choices=None,  # type: Optional[Mapping[str, Tuple[int, ...]]]
    message=None,  # type: Optional[str]
    dialect=None,  # type: Optional[str]
):
    # type: (...) -> Stanza
    return Stanza(
        name, arguments, kind, key, process, option or key, group, repeat, since, low, high, choices, message, dialect)


EXPECT = {"none": FIRST, "stop": FIRST, "daemon": FIRST, "fork": FIRST}
CONSOLE = {"none": FIRST, "output": FIRST, "owner": FIRST, "log": (1, 4)}

STANZAS = (
    _row("description", "TEXT", "text", "description", "about"),
    _row("author", "TEXT", "text", "author", "about"),
    _row("version", "TEXT", "text", "version", "about"),
    _row("usage", "TEXT", "text", "usage", "about", since=(1, 5)),
    _row("emits", "EVENT...", "list", "emits", "about", repeat=APPEND),

    _row("start on", "CONDITION", "condition", "start_on", "when"),
    _row("manual", "", "manual", "start_on", "when", option="manual", since=(0, 6, 7)),
    _row("stop on", "CONDITION", "condition", "stop_on", "when"),

    _row("instance", "PATTERN", "text", "instance", "environment"),
    _row("import", "NAME...", "import", "import", "environment", repeat=APPEND, dialect=CHROMEOS),
    _row("env", "NAME[=VALUE]", "item", "env", "environment", repeat=APPEND),
    _row("export", "NAME...", "list", "export", "environment", repeat=APPEND),

    _row("task", "", "flag", "task", "life", repeat=ONCE),
    _row("expect", "none|stop|daemon|fork", "choice", "expect", "life", choices=EXPECT),
    _row("respawn", "", "flag", "respawn", "life", repeat=ONCE),
    _row("respawn limit", "COUNT SECONDS|unlimited", "respawn limit", "respawn_limit", "life", low=0),
    _row("normal exit", "STATUS|SIGNAL...", "exits", "normal_exit", "life", repeat=APPEND, low=0, high=INT_MAX,
         message=errors.ILLEGAL_EXIT),
    _row("kill signal", "SIGNAL", "signal", "kill_signal", "life", since=(1, 3), low=0, high=INT_MAX,
         message=errors.ILLEGAL_SIGNAL),
    _row("kill timeout", "SECONDS", "seconds", "kill_timeout", "life", low=0, high=LONG_MAX,
         message=errors.ILLEGAL_INTERVAL),
    _row("reload signal", "SIGNAL", "signal", "reload_signal", "life", since=(1, 10), low=0, high=INT_MAX,
         message=errors.ILLEGAL_SIGNAL),
    _row("debug", "", "debug", "debug", "life", repeat=ONCE, since=(0, 6, 7)),

    _row("console", "none|output|owner|log", "choice", "console", "process", choices=CONSOLE),
    _row("umask", "MASK", "umask", "umask", "process", low=0, high=0o777, message=errors.ILLEGAL_UMASK),
    _row("nice", "LEVEL", "nice", "nice", "process", low=-20, high=19, message=errors.ILLEGAL_NICE),
    _row("oom", "ADJUSTMENT|never", "oom", "oom_score_adj", "process", option="oom_score", low=-17, high=15,
         message=errors.ILLEGAL_OOM),
    _row("oom score", "SCORE|never", "oom", "oom_score_adj", "process", option="oom_score", since=(1, 3),
         low=-1000, high=1000, message=errors.ILLEGAL_OOM_SCORE),
    _row("limit", "RESOURCE SOFT HARD", "limit", "limits", "process", message=errors.ILLEGAL_LIMIT),
    _row("chroot", "DIRECTORY", "text", "chroot", "process"),
    _row("chdir", "DIRECTORY", "text", "chdir", "process"),
    _row("setuid", "USER", "text", "setuid", "process", since=(1, 4)),
    _row("setgid", "GROUP", "text", "setgid", "process", since=(1, 4)),
    _row("apparmor load", "PATH", "apparmor load", "process", "process", process="security", option="apparmor_load",
         since=(1, 9)),
    _row("apparmor switch", "PROFILE", "text", "apparmor_switch", "process", since=(1, 9)),
    _row("cgroup", "CONTROLLER [NAME] [KEY VALUE]", "cgroup", "cgroup", "process", repeat=APPEND, since=(1, 13)),

    _row("tmpfiles", "PATH...", "list", "tmpfiles", "pre-start", repeat=APPEND, dialect=CHROMEOS),
    _row("pre-start exec", "COMMAND", "exec", "process", "pre-start", process="pre-start", option="pre_start"),
    _row("pre-start script", "", "script", "process", "pre-start", process="pre-start", option="pre_start"),
    _row("exec", "COMMAND", "exec", "process", "main", process="main", option="exec"),
    _row("script", "", "script", "process", "main", process="main", option="script"),
    _row("post-start exec", "COMMAND", "exec", "process", "post-start", process="post-start", option="post_start"),
    _row("post-start script", "", "script", "process", "post-start", process="post-start", option="post_start"),
    _row("pre-stop exec", "COMMAND", "exec", "process", "pre-stop", process="pre-stop", option="pre_stop"),
    _row("pre-stop script", "", "script", "process", "pre-stop", process="pre-stop", option="pre_stop"),
    _row("post-stop exec", "COMMAND", "exec", "process", "post-stop", process="post-stop", option="post_stop"),
    _row("post-stop script", "", "script", "process", "post-stop", process="post-stop", option="post_stop"),
)

BY_NAME = dict((stanza.name, stanza) for stanza in STANZAS)

# Stanzas that a fork of Upstart adds. Stock Upstart answers "Unknown stanza".
DIALECTS = dict((name, frozenset(stanza.name for stanza in STANZAS if stanza.dialect == name)) for name in NAMES)
# Stanzas that a fork has in all of its releases, although Upstart itself added them later.
BACKPORTS = {CHROMEOS: frozenset(["kill signal", "oom score"])}

LIMITS = frozenset([
    "as", "core", "cpu", "data", "fsize", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio",
    "sigpending", "stack",
])
# The command that "apparmor load PATH" stands for.
APPARMOR_LOAD = "/sbin/apparmor_parser -r -W "


def dotted(version):
    # type: (Tuple[int, ...]) -> str
    """Return a version tuple as text: "1.13.2"."""
    return ".".join("%d" % number for number in version)


def is_known(stanza, version):
    # type: (Stanza, Tuple[int, ...]) -> bool
    """Return whether a release of Upstart, or of a fork, has the stanza."""
    dialect = dialect_of(version)
    if stanza.dialect not in (None, dialect):
        return False
    return stanza.since <= version or stanza.name in BACKPORTS.get(dialect, ())


def missing_reason(stanza, version):
    # type: (Stanza, Tuple[int, ...]) -> str
    """Return a clause that says why a release does not have a stanza."""
    if stanza.dialect not in (None, dialect_of(version)):
        return "Upstart has no stanza %s" % stanza.name
    return "%s needs Upstart %s or later, this is %s" % (stanza.name, dotted(stanza.since), dotted(version))


def _words():
    # type: () -> Dict[str, Dict[str, Stanza]]
    words = {}  # type: Dict[str, Dict[str, Stanza]]
    for stanza in STANZAS:
        word, _blank, second = stanza.name.partition(" ")
        words.setdefault(word, {})[second] = stanza
    return words


# Dict of a first word to a dict of a second word ("" for none) to the Stanza.
WORDS = _words()
# Dict of a first word to the first version that has it.
WORDS_SINCE = dict((word, min(stanza.since for stanza in forms.values())) for word, forms in WORDS.items())
