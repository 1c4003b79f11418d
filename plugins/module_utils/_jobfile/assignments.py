# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables in options: a dictionary, a list of KEY=VALUE, a text of such words quoted as in a shell, or JSON."""

from __future__ import absolute_import, division, print_function

import json
import re
import sys
from collections import OrderedDict

from .._text import shell_words, text_type
from .errors import JobFileError
from .scalars import as_text
from .typed import JSON_BEGINS, from_json

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, List, Optional  # noqa: F401

__metaclass__ = type

CONTAINERS = (dict, list, tuple)
# What shows that something else than a name was meant. In conditions, an exclamation mark ends a name: IFACE!=lo.
NO_NAME = re.compile(u"^-|[][{}()<>,;:#$&|*?+/~`'\"\\\\\\s]")
ALONE = re.compile(r"(?!(?:null|none|true|false)\Z)[A-Za-z_][A-Za-z0-9_.-]*\Z", re.IGNORECASE)  # a name without a value
COMMANDS = ("export", "env", "set", "declare", "setenv")  # what sets variables in a shell
COLON_INSIDE = re.compile(r"([A-Za-z_][A-Za-z0-9_]*):([^=]+)\Z")
QUOTED = re.compile(u"'[^']*'|\"(?:\\\\.|[^\"\\\\])*\"", re.DOTALL)
SEPARATED = re.compile(r"[^=]+=.*[,;]\Z", re.DOTALL)  # A=1,
ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*=")
SEPARATORS = {u",": "comma", u";": "semicolon"}
COLON = re.compile(r"[A-Za-z_][A-Za-z0-9_]*:\s[^=]*\Z")
BLANK_BEFORE_EQUALS = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\s+=\s*(\S*)")
COMMAS = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=[^=,]*(,[A-Za-z_][A-Za-z0-9_]*=[^=,]*)+\Z")
YAML_PAIR = re.compile(r"\s*['\"]?([A-Za-z_][A-Za-z0-9_]*)['\"]?\s*:\s*['\"]?([^'\"{}\[\],]*?)['\"]?\s*\Z")
PYTHON_WITH_ORDERED_DICTS = (3, 7)  # the first Python whose dicts keep the order in which they were written
FORMS = "use a dictionary, a list of KEY=VALUE or a string of such words"


def assignments(given, option, in_file=False):
    # type: (Any, str, bool) -> List[str]
    """Return variables as a list of texts ``KEY=VALUE``.

    The items of a mapping keep their order from Python 3.7 on and are sorted on older ones.

    :param given: None, a dict, a list of ``KEY=VALUE``, or a text: such words quoted as in a shell, or JSON of a
        dict or list.
    :param option: text, the name of the option in error messages.
    :param in_file: bool, whether they are for a job file. There, a key without a value is a variable that the job gets
        from init, and true, false and fractions are refused, because YAML has already changed how they were written.
    :raises JobFileError: for anything else; it says which form is meant.
    """
    if given is None:
        return []
    is_words = False
    if isinstance(given, (bytes, text_type)):
        line = as_text(given, option)
        is_words = not line.lstrip().startswith(JSON_BEGINS)
        given = _words(line, option) if is_words else from_json(line, option, "write %s" % _words_meant_by(line))
    if isinstance(given, dict):
        unordered = not isinstance(given, OrderedDict) and sys.version_info < PYTHON_WITH_ORDERED_DICTS
        entries = [_pair(key, given[key], option, in_file) for key in (sorted(given) if unordered else given)]
    elif isinstance(given, (list, tuple)):
        entries = [_item(item, option, in_file) for item in given]
    else:
        raise JobFileError("%s has the type %s" % (option, type(given).__name__), hint=FORMS)
    for number, entry in enumerate(entries):
        _check(entry, option, in_file, entries[number - 1] if is_words and number else u"")
    return entries


def _words(line, option):
    # type: (str, str) -> List[str]
    blank = BLANK_BEFORE_EQUALS.match(line.strip())
    if COLON.match(line.strip()) and u"\n" not in line.strip():
        raise JobFileError("%s is the text %s" % (option, line.strip()), hint="write %s" % _words_meant_by(line))
    if blank:
        raise JobFileError("%s has a blank before the = in %s" % (option, line.strip()),
                           hint="write %s=%s" % blank.groups())
    try:
        words = shell_words(line)
    except ValueError as error:
        raise JobFileError("%s cannot be split into words (%s)" % (option, error), hint=FORMS)
    if words[1:] and words[0] in COMMANDS and u"=" in words[1]:
        raise JobFileError("%s begins with the word %s" % (option, words[0]), hint="leave it out")
    for word in words:
        if COMMAS.match(word) and _is_one_style(word):
            raise _separator_error(option, word, word.split(u","), u",")
    unquoted = QUOTED.sub(u"q", line).split()
    for word, following in zip(unquoted, unquoted[1:]):
        if SEPARATED.match(word) and ASSIGNMENT.match(following):
            separator = word[-1]
            raise _separator_error(option, line.strip(), [_in_quotes(item.rstrip(separator)) for item in words],
                                   separator)
    return words


def _in_quotes(word):
    # type: (str) -> str
    """Return an assignment as a word; a value with a blank gets quotes."""
    name, equals, value = word.partition(u"=")
    return name + equals + _quoted(value)


def _separator_error(option, line, words, separator):
    # type: (str, str, List[str], str) -> JobFileError
    return JobFileError("%s is %s, but two variables are written with a blank between them" % (option, line),
                        hint="write %s; if the %s belongs to the value, use a dictionary" % (
                            u" ".join(words), SEPARATORS[separator]))


def _is_one_style(word):
    # type: (str) -> bool
    """Return whether the names are all upper case, or none is: OPTIONS=rw,size=10 is one variable."""
    names = [part.partition(u"=")[0] for part in word.split(u",")]
    return len(set(name.isupper() for name in names)) == 1


def _words_meant_by(text):
    # type: (str) -> str
    """Return the words that are probably meant by a mapping in YAML's notation."""
    parts = [YAML_PAIR.match(part) for part in text.strip().strip(u"{}").split(u",")]
    if not parts or None in parts:
        return 'A=1 B="two words", or {"A": "1"}'
    return u" ".join(u"%s=%s" % (part.group(1), _quoted(part.group(2)))  # type: ignore[union-attr]  # none is None
                     for part in parts)


def _quoted(value):
    # type: (str) -> str
    return u'"%s"' % value if u" " in value else value


def _pair(key, value, option, in_file):
    # type: (Any, Any, str, bool) -> str
    name = as_text(key, "a name in %s" % option)
    if u"=" in name:
        raise JobFileError(u"%s has the name '%s', but a name cannot contain '='" % (option, name))
    if isinstance(value, CONTAINERS):
        raise JobFileError(u"The value of %s in %s is %s, but must be a string" % (name, option, json.dumps(value)))
    if value is None:
        return name if in_file else name + u"="
    return u"%s=%s" % (name, _text(value, "%s of %s" % (name, option), in_file))


def _item(item, option, in_file):
    # type: (Any, str, bool) -> str
    if isinstance(item, CONTAINERS):
        hint = "make %s itself a dictionary, or write the item as NAME=VALUE" % option
        raise JobFileError(u"%s has the entry %s, which is not KEY=VALUE" % (option, json.dumps(item)), hint=hint)
    text = _text(item, "an item of %s" % option, in_file)
    blank = BLANK_BEFORE_EQUALS.match(text)
    if COLON.match(text):
        raise JobFileError("%s has the item %s" % (option, text), hint="write {%s} without quotes around it" % text)
    if blank:
        raise JobFileError("%s has a blank before the = in %s" % (option, text), hint="write %s=%s" % blank.groups())
    return text


def _text(value, label, in_file):
    # type: (Any, str, bool) -> str
    """Return the text of a value.

    :param label: text, the name of the value in error messages.
    """
    if in_file or isinstance(value, bytes):
        return as_text(value, label)
    if isinstance(value, bool):
        return u"true" if value else u"false"
    return u"%r" % value if isinstance(value, float) else u"%s" % value  # with all digits, on Python 2 as well


def has_strange_name(entry):
    # type: (str) -> bool
    """Return whether the name of a variable shows that something else was meant."""
    return NO_NAME.search(entry.partition(u"=")[0]) is not None or entry.startswith(u"=")


def _check(entry, option, in_file, before):
    # type: (str, str, bool, str) -> None
    """Raise JobFileError for an entry that is no variable.

    :param before: text, the entry before it in a line; empty for none.
    """
    name, equals, unused = entry.partition(u"=")
    is_rest = u"=" in before and (not equals or name.startswith(u"-"))  # of a value with a blank, probably
    if not name or u"\0" in entry or is_rest or not (equals or (in_file and ALONE.match(name))):
        raise JobFileError(u"%s has the entry '%s', which is not KEY=VALUE" % (option, entry),
                           hint=_meant_by_entry(entry, before if is_rest else u""), entry=entry)
    if has_strange_name(entry):
        raise JobFileError(u"%s has the variable '%s', which cannot be its name" % (option, name),
                           hint='write A=1 B="two words", or {"A": "1"}', entry=entry)


def _meant_by_entry(entry, before):
    # type: (str, str) -> Optional[str]
    """Return the remedy for an entry that is not KEY=VALUE.

    :param before: text, the assignment whose value it may belong to; empty for none.
    """
    if entry.startswith(u"#"):
        return "leave out comments"
    if before:
        name, unused, value = before.partition(u"=")
        return u'write %s="%s %s" for a value with a blank' % (name, value, entry)
    colon = COLON_INSIDE.match(entry)
    return u"write %s=%s" % (colon.group(1), _quoted(colon.group(2))) if colon else None
