# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conditions, the arguments of ``start on`` and ``stop on``, in reverse Polish order.

``and`` and ``or`` have the same precedence and group from the left. A condition ends with its line, or with the line
that closes its last parenthesis.
"""

from __future__ import absolute_import, division, print_function

from . import errors

__metaclass__ = type

OPEN = "("
EVENT = "event"


def fold(rpn, leaf, join):
    """Return the value of a condition, computed from its events up to its outermost operator; None without condition.

    It uses a loop instead of recursion, because conditions may be nested to any depth.

    :param rpn: list of the items of the condition in reverse Polish order, or None.
    :param leaf: function (item, index of the item) -> value of an event.
    :param join: function (operator, left value, right value) -> value; the operator is "and" or "or".
    """
    values = []
    for index, item in enumerate(rpn or ()):
        if "op" in item:
            right, left = values.pop(), values.pop()
            values.append(join(item["op"], left, right))
        else:
            values.append(leaf(item, index))
    return next(iter(values), None)


class ExpressionReader:
    """The parser of a condition; ``rpn`` is the result.

    ``_stack`` holds open parentheses, operators without their right operand, and on top at most one event that still
    takes arguments. ``_operand`` is True if a complete operand waits for an operator.
    """

    def __init__(self, scanner):
        self.rpn = []
        self._scanner = scanner
        self._stack = []
        self._operand = False
        self._depth = 0
        self._named = False

    def read(self):
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
        if self._operand or self._stack[-1:] == [EVENT]:
            raise self._scanner.error(errors.EXPECTED_OPERATOR)
        self._stack.append(OPEN)
        self._depth += 1
        self._skip_parenthesis()

    def _close(self):
        self._collect(self._scanner.pos)
        if not self._stack:
            raise self._scanner.error(errors.MISMATCHED_PARENTHESES)
        self._stack.pop()
        self._depth -= 1
        self._skip_parenthesis()

    def _skip_parenthesis(self):
        self._scanner.pos += 1
        self._scanner.skip_blanks()

    def _operator(self, word, start):
        self._collect(start)
        self._operand = False
        self._stack.append(word)

    def _word(self, word):
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
