# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conditions, the arguments of ``start on`` and ``stop on``, in reverse Polish order.

``and`` and ``or`` have the same precedence and group from the left. A condition ends with its line, or with the line
that closes its last parenthesis.
"""

from __future__ import absolute_import, division, print_function

from . import errors

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Callable, Dict, Iterable, List, Optional, Sequence, TypeVar  # noqa: F401
    from .tokens import Scanner  # noqa: F401

    Value = TypeVar("Value")

__metaclass__ = type

OPEN = "("
EVENT = "event"
DBUS_OPERATORS = {"and": "/AND", "or": "/OR"}


def fold(
    rpn,  # type: Optional[Iterable[Dict[str, Any]]]
    leaf,  # type: Callable[[Dict[str, Any], int], Value]
    join,  # type: Callable[[str, Value, Value], Value]
):
    # type: (...) -> Optional[Value]
    """Return the value of a condition, computed from its events up to its outermost operator; None for no condition.

    It uses a loop instead of recursion, because conditions may be nested to any depth.

    :param rpn: list of the items of the condition in reverse Polish order, or None.
    :param leaf: function (item, index of the item) -> value of an event.
    :param join: function (operator, left value, right value) -> value; the operator is "and" or "or".
    """
    values = []  # type: List[Value]
    for index, item in enumerate(rpn or ()):
        if "op" in item:
            right, left = values.pop(), values.pop()
            values.append(join(item["op"], left, right))
        else:
            values.append(leaf(item, index))
    return next(iter(values), None)


def complete_condition(rpn):
    # type: (Optional[Iterable[Dict[str, Any]]]) -> List[Dict[str, Any]]
    """Return the items of ``rpn`` as a list; raise errors.JobFileError unless they are a complete condition."""
    items = list(rpn or [])
    depth = 0
    for item in items:
        if "op" in item and (item["op"] not in DBUS_OPERATORS or depth < 2):
            raise errors.JobFileError("the operator %s needs two conditions before it" % item["op"])
        depth += -1 if "op" in item else 1
    if items and depth != 1:
        raise errors.JobFileError("%d conditions have no operator that joins them" % depth)
    return items


def dbus_to_rpn(lists):
    # type: (Iterable[Sequence[str]]) -> Optional[List[Dict[str, Any]]]
    """Return the D-Bus property ``start_on`` or ``stop_on`` in reverse Polish order; None if it is empty."""
    operators = dict((dbus_name, name) for name, dbus_name in DBUS_OPERATORS.items())
    rpn = []  # type: List[Dict[str, Any]]
    for words in lists:
        if len(words) == 1 and words[0] in operators:
            rpn.append({"op": operators[words[0]]})
        else:
            rpn.append({"event": words[0], "args": list(words[1:])})
    return complete_condition(rpn) or None


class ExpressionReader:
    """The parser of a condition; ``rpn`` is the result.

    ``_stack`` holds open parentheses, operators without their right operand, and on top at most one event that still
    takes arguments. ``_operand`` is True if a complete operand waits for an operator.
    """

    def __init__(self, scanner):
        # type: (Scanner) -> None
        self.rpn = []  # type: List[Dict[str, Any]]
        self._scanner = scanner
        self._stack = []  # type: List[str]
        self._operand = False
        self._depth = 0
        self._named = False

    def read(self):
        # type: () -> List[Dict[str, Any]]
        """Read to the end of the last line of the condition; return its items."""
        scanner = self._scanner
        last = scanner.pos
        while True:
            scanner.skip_blanks()
            while True:
                last = scanner.pos
                self._item()
                if not scanner.has_token():
                    break
            scanner.end_line()
            if not self._depth or scanner.pos >= scanner.length:
                break
        self._collect(last)
        if self._stack:
            raise scanner.error(errors.MISMATCHED_PARENTHESES)
        return self.rpn

    def _item(self):
        # type: () -> None
        scanner = self._scanner
        start = scanner.pos
        char = scanner.text[start:start + 1]
        if char == "(":
            self._open()
        elif char == ")":
            self._close()
        else:
            word, is_operator = scanner.event_word()
            if is_operator:
                self._operator(word, start)
            else:
                self._word(word)

    def _open(self):
        # type: () -> None
        if self._operand or self._stack[-1:] == [EVENT]:
            raise self._scanner.error(errors.EXPECTED_OPERATOR)
        self._stack.append(OPEN)
        self._depth += 1
        self._skip_parenthesis()

    def _close(self):
        # type: () -> None
        self._collect(self._scanner.pos)
        if not self._stack:
            raise self._scanner.error(errors.MISMATCHED_PARENTHESES)
        self._stack.pop()
        self._depth -= 1
        self._skip_parenthesis()

    def _skip_parenthesis(self):
        # type: () -> None
        self._scanner.pos += 1
        self._scanner.skip_blanks()

    def _operator(self, word, start):
        # type: (str, int) -> None
        self._collect(start)
        self._operand = False
        self._stack.append(word)

    def _word(self, word):
        # type: (str) -> None
        if self._stack[-1:] != [EVENT]:
            self.rpn.append({"event": word, "args": []})
            self._stack.append(EVENT)
            self._named = False
            return
        self.rpn[-1]["args"].append(word)
        if "=" in word:
            self._named = True
        elif self._named:
            raise self._scanner.error(errors.EXPECTED_VARIABLE)

    def _collect(self, pos):
        # type: (int) -> None
        """Complete everything on the stack above the innermost open parenthesis."""
        while self._stack and self._stack[-1] != OPEN:
            item = self._stack.pop()
            if item == EVENT:
                if self._operand:
                    raise self._scanner.error(errors.EXPECTED_OPERATOR, pos)
            else:
                if not self._operand:
                    raise self._scanner.error(errors.EXPECTED_EVENT, pos)
                self.rpn.append({"op": item})
            self._operand = True
        if not self._operand:
            raise self._scanner.error(errors.EXPECTED_EVENT, pos)
