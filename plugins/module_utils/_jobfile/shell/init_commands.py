# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the commands and scripts of a job have init do: the events that they emit, the jobs that they start and stop.

Only what stands where a shell looks for a command counts. Whether the script ever gets there is not asked.
"""

from __future__ import absolute_import, division, print_function

import collections
import re

__metaclass__ = type

EMITS, STARTS, STOPS, RESTARTS = "emits", "starts", "stops", "restarts"
VERBS = {"emit": EMITS, "start": STARTS, "stop": STOPS, "restart": RESTARTS}
RUNLEVEL = "runlevel"
OF_RUNLEVELS = ("telinit", "init", "shutdown", "reboot", "halt", "poweroff")  # these emit it
SHELLS = ("sh", "dash", "bash", "ksh", "zsh", "su", "runuser")
TAKE_A_COMMAND = (
    "exec", "command", "builtin", "nohup", "env", "nice", "ionice", "setsid", "time", "sudo")  # in front of it
RESERVED = frozenset(["if", "then", "elif", "else", "while", "until", "do", "!", "{", "}", "fi", "done", "esac"])
ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")
WITH_TEXT = re.compile(r"-[a-zA-Z]*c$")
MENTION = re.compile(r"\b(?:initctl|service|start|stop|restart|%s)\b" % "|".join(OF_RUNLEVELS))
WORD = r"""(?:'[^']*'|"(?:[^"\\]|\\.)*"|\\.|\$\{[^}]*\}|[^ \t\r\f\v\n;&|()<>`'"\\]|['"\\])+"""
TOKEN = re.compile(
    r"(?P<blank>(?:[ \t\r\f\v]|\\\n)+)|(?P<comment>#[^\n]*)"
    r"|(?:[0-9]+|&)?(?:(?P<here><<-?)(?!<)|<<<|<>|<&|>>|>&|>\||[<>])[ \t]*(?P<target>%s)?"
    r"|(?P<word>\(\)|%s)|(?P<end>\|\||&&|.)" % (WORD, WORD), re.DOTALL)
QUOTED = re.compile(r"""'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)""", re.DOTALL)
NESTED = re.compile(r"\$\(([^()]*)\)|`([^`]*)`")
VARIABLE = re.compile(r"\$(?:\{[^}]*\}|[A-Za-z_][A-Za-z0-9_]*|.?)")
OWN_NAME = re.compile(r"\$(?:UPSTART_JOB\b|\{UPSTART_JOB\})")


class InitCommand(collections.namedtuple("Order", "verb name")):
    """One of EMITS, STARTS, STOPS and RESTARTS, and the name of the event or job as it is written.

    The name is None for a command without one, which means the job that the process is of.
    """

    def pattern(self, job):
        """Return a pattern of the names that it may mean in a process of a job: variables may have any value."""
        if self.name is None:
            return job
        return VARIABLE.sub("*", OWN_NAME.sub(lambda unused: job, self.name))

    def is_literal(self):
        return self.name is not None and "$" not in self.name


def read_init_commands(text):
    """Return the Orders in a command or script, a list without repetition."""
    found = []
    if MENTION.search(text or ""):
        for statement in _statements(text):
            for order in _of_statement(statement):
                if order not in found:
                    found.append(order)
    return found


class _Statement:
    """A simple command; ``words`` are as written, ``documents`` the texts of its here-documents."""

    def __init__(self):
        self.words = []
        self.documents = []


class _ScriptReader:
    """Splits a script into simple commands."""

    def __init__(self, text):
        self._text = text
        self._depth = 0
        self._in_backquotes = False
        self._awaited = []  # (statement, end word, whether tabs before it are left out)
        self._pipeline = [_Statement()]
        self.found = []

    def run(self):
        position = 0
        while position < len(self._text):
            token = TOKEN.match(self._text, position)
            position = token.end()
            if token.group("word"):
                self._pipeline[-1].words.append(token.group("word"))
            elif token.group("here") and token.group("target"):
                self._awaited.append((self._pipeline[-1], _plain(token.group("target")), token.group("here") == "<<-"))
            elif token.group("end"):
                self._end(token.group("end"))
                if token.group("end") == "\n" and self._awaited:
                    position = self._documents(position)
        self._end("\n")

    def _end(self, sign):
        if sign == "`":
            self._in_backquotes = not self._in_backquotes
            if self._in_backquotes:
                self._pipeline[-1].words.append("$")  # the output of what follows
        if sign == ")" and not self._depth:
            self._pipeline = []  # a pattern of case
        self._depth = max(0, self._depth + (sign == "(") - (sign == ")"))
        if sign != "|":
            self.found.extend(self._pipeline)
            self._pipeline = []
        self._pipeline.append(_Statement())

    def _documents(self, position):
        """Read the here-documents that begin at a position, and return where they end."""
        awaited, self._awaited = self._awaited, []
        for statement, word, without_tabs in awaited:
            end = re.compile(r"^%s%s$" % (r"\t*" if without_tabs else "", re.escape(word)), re.MULTILINE)
            found = end.search(self._text, position)
            statement.documents.append(self._text[position:found.start() if found else len(self._text)])
            position = min(found.end() + 1, len(self._text)) if found else len(self._text)
        return position


def _statements(text):
    reader = _ScriptReader(text)
    reader.run()
    return reader.found


def _of_statement(statement):
    """Return the Orders of a simple command and of those in its words."""
    found = []
    for word in statement.words:
        for texts in NESTED.findall(word) if '"' in word else ():
            found.extend(read_init_commands("".join(texts)))
    words = _command([_plain(word) for word in statement.words])
    if not words:
        return found
    program = words[0].rpartition("/")[2]
    rest = [word for word in words[1:] if word and not word.startswith("-")]
    if program in SHELLS:
        texts = [words[number + 1] for number, word in enumerate(words[:-1]) if WITH_TEXT.match(word)]
        for text in texts + statement.documents:
            found.extend(read_init_commands(text))
    elif program in ("eval", "trap"):
        found.extend(read_init_commands(" ".join(rest if program == "eval" else rest[:1])))
    elif program in OF_RUNLEVELS:
        found.append(InitCommand(EMITS, RUNLEVEL))
    elif program == "service":
        if rest[1:2] and rest[1] in VERBS and rest[1] != "emit":
            found.append(InitCommand(VERBS[rest[1]], rest[0]))
    else:
        found.extend(_of_initctl(rest if program == "initctl" else [program] + rest, program == "initctl"))
    return found


def _of_initctl(words, may_emit):
    verb = VERBS.get(words[0]) if words else None
    name = words[1] if words[1:] else None
    if verb is None or (verb == EMITS and (name is None or not may_emit)):
        return []
    return [InitCommand(verb, name)]


def _command(words):
    """Return the words from the name of the program on."""
    start = 0
    while start < len(words):
        word = words[start]
        if word in TAKE_A_COMMAND and words[start + 1:]:
            start += 1
            while words[start:] and words[start].startswith("-") and not WITH_TEXT.match(words[start]):
                start += 1
        elif word in RESERVED or ASSIGNMENT.match(word):
            start += 1
        else:
            break
    return words[start:]


def _plain(word):
    """Return a word as the shell sees it when it has taken off the quotes."""
    return QUOTED.sub(lambda found: "".join(part or "" for part in found.groups()).replace("\\\n", ""), word)
