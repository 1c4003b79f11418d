# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options for the commands of a job to processes, and back.

Code for an interpreter becomes a here-document on the standard input of ``exec PROGRAM -``. The program replaces the
shell, so init tracks the program itself. The end word is quoted, so the shell leaves the code unchanged.
"""

from __future__ import absolute_import, division, print_function

import re

from .commands import as_shell_script, raw_command
from .errors import JobFileError
from .scalars import as_text
from .stanzas import APPARMOR_LOAD
from .typed import from_json

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict  # noqa: F401

__metaclass__ = type

HELPERS = (
    ("pre_start", "pre-start"), ("post_start", "post-start"), ("pre_stop", "pre-stop"), ("post_stop", "post-stop"),
)
END_WORD = "END_OF_CODE"
HERE_DOCUMENT = re.compile(r"exec ([^\n]+) - <<'(END_OF_CODE_*)'\n(.*)\2\n\Z", re.DOTALL)
JSON_OBJECT = re.compile(r"""\s*\{\s*["'](exec|script|interpreter)["']\s*:""")
CONTINUATION = re.compile(r"[ \t]*\\\n[ \t]*")
FORMS = "use a command, a script that ends in a line break, or a dictionary with exec, or with script and interpreter"


def to_processes(options):
    # type: (Dict[str, Any]) -> Dict[str, Dict[str, Any]]
    """Return ``values["process"]`` for the options exec, script, interpreter, pre_start ... and apparmor_load."""
    processes = {}
    main = dict((key, options[key]) for key in ("exec", "script", "interpreter") if options.get(key) is not None)
    if main:
        processes["main"] = _process(main, "the job")
    for option, name in HELPERS:
        if options.get(option) is not None:
            processes[name] = _process(_as_dictionary(options[option], option), option)
    if options.get("apparmor_load") is not None:
        path = as_text(options["apparmor_load"], "apparmor_load")
        processes["security"] = {"script": False, "command": APPARMOR_LOAD + path}
    return processes


def from_processes(processes):
    # type: (Dict[str, Dict[str, Any]]) -> Dict[str, Any]
    """Return the options from which ``to_processes`` returns ``processes``."""
    options = dict((option, _options(processes[name])) for option, name in HELPERS if name in processes)
    options.update(_options(processes["main"]) if "main" in processes else {})
    if "security" in processes:
        options["apparmor_load"] = processes["security"]["command"][len(APPARMOR_LOAD):]
    return options


def _as_dictionary(value, option):
    # type: (Any, str) -> Dict[str, Any]
    """Return the dictionary for a value; text with a line break, as YAML's | gives, is a script."""
    if isinstance(value, dict):
        return dict((key, value[key]) for key in value if value[key] is not None)
    if isinstance(value, (list, tuple)):
        raise JobFileError("%s cannot be a list" % option, hint=FORMS)
    text = as_text(value, option)
    if JSON_OBJECT.match(text):
        return _as_dictionary(from_json(text, option, FORMS), option)
    return {"script": text} if "\n" in text else {"exec": text}


def _process(given, label):
    # type: (Dict[str, Any], str) -> Dict[str, Any]
    """Return a process.

    :param given: dict with exec, or with script and perhaps interpreter.
    :param label: text, the name of the process in error messages.
    """
    unknown = sorted(set(given) - set(["exec", "script", "interpreter"]))
    if unknown:
        raise JobFileError("%s cannot have %s" % (label, ", ".join(unknown)), hint=FORMS)
    if "exec" in given and "script" in given:
        raise JobFileError("%s has both exec and script" % label, hint="remove one of them, a process has only one")
    if "exec" not in given and "script" not in given and "interpreter" not in given:
        raise JobFileError("%s has neither exec nor script" % label, hint=FORMS)
    if "exec" not in given and "script" not in given:
        raise JobFileError("%s has an interpreter but no script" % label, hint="put the code into script")
    if "exec" in given:
        if "interpreter" in given:
            raise JobFileError("%s has both exec and interpreter" % label, hint="put the code into script, not exec")
        return _command(as_text(given["exec"], "exec"), label)
    script = as_text(given["script"], "script")
    if script and not script.endswith("\n"):
        script += "\n"
    if "interpreter" in given:
        script = _here_document(as_text(given["interpreter"], "interpreter").strip(), script)
    return {"script": True, "command": script}


def _command(given, label):
    # type: (str, str) -> Dict[str, Any]
    """Return the process that runs a command; a command that Upstart would change becomes a script."""
    command = CONTINUATION.sub(" ", given).strip(" \t\r\n")
    if not command:
        raise JobFileError("exec of %s is empty" % label, hint="remove it")
    if raw_command(command) is None:
        return {"script": True, "command": as_shell_script(command)}
    return {"script": False, "command": command}


def _here_document(interpreter, code):
    # type: (str, str) -> str
    if not interpreter or "\n" in interpreter:
        raise JobFileError("interpreter must be a program on one line", hint="such as python, or /usr/bin/perl -w")
    word = END_WORD
    while word in code:
        word += "_"
    return "exec %s - <<'%s'\n%s%s\n" % (interpreter, word, code, word)


def _options(process):
    # type: (Dict[str, Any]) -> Dict[str, Any]
    if not process["script"]:
        return {"exec": process["command"]}
    here_document = HERE_DOCUMENT.match(process["command"])
    if not here_document or here_document.group(2) in here_document.group(3):
        return {"script": process["command"]}
    return {"interpreter": here_document.group(1), "script": here_document.group(3)}
