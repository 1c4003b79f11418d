# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes in the options of a task, with the remedy for each; Ansible's own messages list all options, or give none.

Values that Ansible silently turns into text are mistakes too: a list, or a word that YAML reads as true or false.
"""

from __future__ import absolute_import, division, print_function

import re

from ._jobfile.scalars import integer_types, kind
from ._jobfile.spelling import did_you_mean
from ._text import text_type

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional  # noqa: F401

    Spec = Mapping[str, Mapping[str, Any]]

__metaclass__ = type

INTERNAL = "_"  # the first letter of options that users do not set
# What other programs and modules call the options of this collection.
OTHER_NAMES = {
    "args": "env", "arguments": "env", "autostart": "enabled", "cmd": "exec", "command": "exec", "cwd": "chdir",
    "daemon": "expect", "daemon_reload": "reload_configuration", "dest": "name", "directory": "chdir",
    "environment": "env", "event": "name", "exec_start": "exec", "execstart": "exec", "instance": "env",
    "job": "name", "limit": "limits", "onboot": "enabled", "path": "name", "reload": "reload_configuration",
    "restart": "respawn", "run_as": "setuid", "runas": "setuid", "service": "name", "src": "content",
    "template": "content", "user": "setuid", "username": "setuid", "variables": "env", "vars": "env",
    "workdir": "chdir", "working_directory": "chdir",
}
# What other programs and modules call the values of options with choices; the first that an option has is meant.
OTHER_VALUES = {
    "active": ("started", "running"), "daemonize": ("daemon",), "false": ("none",), "file": ("log",),
    "forking": ("fork", "daemon"), "findings": ("audit",), "foreground": ("none",), "inactive": ("stopped",),
    "infinity": ("unlimited",), "installed": ("present",), "latest": ("present",), "no": ("none",),
    "notify": ("stop",), "off": ("none",), "oneshot": ("none",), "reload": ("reloaded",), "removed": ("absent",),
    "restart": ("restarted",), "running": ("started",), "simple": ("none",), "start": ("started",),
    "started": ("running",), "stderr": ("log",), "stdout": ("log",), "stop": ("stopped",), "syslog": ("log",),
    "up": ("started", "running"), "down": ("stopped",), "verbose": ("info",), "warning": ("warn",),
}
# States of other options and modules: (a choice that only the option in question has, states, what to use instead).
STATES_ELSEWHERE = (
    ("present", ("enabled", "disabled"), "Use the option enabled: true or false"),
    ("reloaded", ("enabled", "disabled"), "Use the option enabled: true or false"),
    ("present", ("started", "stopped", "restarted", "reloaded", "running", "start", "stop", "restart", "reload"),
     "Set it with upstart_service: upstart_job only writes the job file"),
    ("reloaded", ("present", "absent", "installed", "removed"), "Use upstart_job to write or remove the job file"),
)
EXAMPLES = {"jobs": "[{name: web}]"}
BOOLEANS = frozenset(["y", "yes", "on", "1", "true", "t", "1.0", "n", "no", "off", "0", "false", "f", "0.0"])
WITH_UNIT = re.compile(r"\s*([0-9]+)(?:\.0*)?\s*[A-Za-z]+\s*\Z")
YAML_BOOLEANS = "YAML reads yes, no, on and off as true or false. Put it in quotes"


def problems(sent, spec, label="", known=None):
    # type: (Mapping[str, Any], Spec, str, Optional[Mapping[str, str]]) -> List[str]
    """Return sentences on the mistakes in the options of a task.

    :param sent: the options as they were sent to the module.
    :param spec: the argument spec of the module.
    :param label: text to put before each sentence, the place of an entry in a list.
    :param known: names_of_options(spec), for callers with many entries.
    """
    if known is None:
        known = names_of_options(spec)
    unknown = sorted(name for name in sent if name not in known and not name.startswith("_ansible_"))
    if unknown:
        return [label + _unknown_option(name, known) for name in unknown]
    sentences = []
    for name in sorted(sent):
        if name in known and sent[name] is not None:
            row = spec[known[name]]
            sentences += ["%s%s %s." % (label, name, text) for text in _problems_of_value(name, sent[name], row)]
            sentences += _problems_of_entries(label + name, sent[name], row)
    return sentences


def names_of_options(spec):
    # type: (Spec) -> Dict[str, str]
    """Return a dict of each name and alias of an option to its name."""
    names = dict((name, name) for name in spec)
    for name in spec:
        names.update((alias, name) for alias in spec[name].get("aliases") or ())
    return names


def similar_option(name, options):
    # type: (str, Iterable[str]) -> Optional[str]
    """Return a question that suggests the option that is probably meant by a wrong one, or None."""
    visible = [option for option in options if not option.startswith(INTERNAL)]
    words = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    meant = [option for option in (words, OTHER_NAMES.get(words)) if option in visible]
    return "did you mean %s?" % meant[0] if meant else did_you_mean(words, visible)


def _unknown_option(name, options):
    # type: (str, Iterable[str]) -> str
    question = similar_option(name, options)
    if question:
        return "Unknown option %s: %s" % (name, question)
    return "Unknown option %s. The options are %s." % (
        name, ", ".join(sorted(option for option in options if not option.startswith(INTERNAL))))


def _problems_of_value(name, value, row):
    # type: (str, Any, Mapping[str, Any]) -> Iterator[str]
    """Yield what is wrong with the value of an option, to follow its name, without the full stop."""
    check = CHECKS.get(row.get("type", "str"))
    text = check(value) if check else None
    if text:
        if row.get("choices") and isinstance(value, bool):
            text += ", or use %s" % _listed(row["choices"])
        elif name in EXAMPLES and not isinstance(value, bool):
            text += ", for example %s" % EXAMPLES[name]
        yield text
    elif row.get("choices"):
        for item in value if isinstance(value, list) else text_type(value).split(","):
            if text_type(item).strip() not in row["choices"]:
                yield _not_a_choice(name, text_type(item).strip(), row["choices"])


def _not_a_choice(name, value, choices):
    # type: (str, str, List[str]) -> str
    meant = [choice for choice in (value.lower(),) + OTHER_VALUES.get(value.lower(), ()) if choice in choices]
    if name == "state" and not meant:
        for own_choice, states, remedy in STATES_ELSEWHERE:
            if own_choice in choices and value.lower() in states:
                return "cannot be %s. %s" % (value, remedy)
    question = "did you mean %s?" % meant[0] if meant else did_you_mean(value.lower(), choices)
    return "cannot be %s%s Use %s" % (value, ": %s" % question if question else ".", _listed(choices))


def _listed(choices):
    # type: (List[str]) -> str
    return "%s or %s" % (", ".join(choices[:-1]), choices[-1]) if len(choices) > 1 else choices[0]


def _problems_of_entries(label, value, row):
    # type: (str, Any, Mapping[str, Any]) -> List[str]
    """Return sentences on the entries of a list of dictionaries."""
    sentences = []  # type: List[str]
    if row.get("elements") != "dict" or not isinstance(value, list):
        return sentences
    known = names_of_options(row.get("options") or {})
    for number, entry in enumerate(value):
        where = "%s[%d]" % (label, number)
        if _dictionary(entry):
            sentences.append("%s must be a dictionary, not %s. Write for example {name: web}." % (where, kind(entry)))
        elif row.get("options") and isinstance(entry, dict):
            name = entry.get("name")
            where += " (%s): " % name if isinstance(name, text_type) else ": "
            sentences += problems(entry, row["options"], where, known)
    return sentences


# -- what is wrong with a value of a type; None for a value that Ansible can judge -----------------------------------
def _text(value):
    # type: (Any) -> Optional[str]
    if isinstance(value, bool):
        return "must be text, but %s" % YAML_BOOLEANS
    return "must be text, not %s" % kind(value) if isinstance(value, (list, dict)) else None


def _list(value):
    # type: (Any) -> Optional[str]
    if isinstance(value, dict):
        return "must be a list, not a dictionary"
    if any(isinstance(item, bool) for item in (value if isinstance(value, list) else [value])):
        return "must be text, but %s" % YAML_BOOLEANS
    return None


def _dictionary(value):
    # type: (Any) -> Optional[str]
    if isinstance(value, dict) or (isinstance(value, text_type) and ("=" in value or value.lstrip()[:1] == "{")):
        return None
    return "must be a dictionary, not %s" % kind(value)


def _boolean(value):
    # type: (Any) -> Optional[str]
    if isinstance(value, (list, dict)):
        return "must be true or false, not %s" % kind(value)
    if isinstance(value, bool) or text_type(value).strip().lower() in BOOLEANS:
        return None
    return "must be true or false, not %s" % value


def _number(value):
    # type: (Any) -> Optional[str]
    """Return what is wrong with a value that must be a number, whole or not."""
    if isinstance(value, (list, dict, bool)):
        return "must be a number, not %s" % kind(value)
    try:
        float(value)
        return None
    except ValueError:
        match = WITH_UNIT.match(value)
        return "must be a number, not %s%s" % (value, ". Write %s, without a unit" % match.group(1) if match else "")


def _whole_number(value):
    # type: (Any) -> Optional[str]
    text = _number(value)
    if text is None and not isinstance(value, integer_types) and float(value) % 1:
        text = "must be a whole number, not %s" % value
    return text


CHECKS = {
    "str": _text, "path": _text, "list": _list, "dict": _dictionary, "bool": _boolean, "int": _whole_number,
    "float": _number,
}
