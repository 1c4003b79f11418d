# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The base class of the exceptions that become the error of a task."""

from __future__ import absolute_import, division, print_function

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict  # noqa: F401

__metaclass__ = type


class UpstartError(Exception):
    """A failure of a task.

    :param message: text, the error message: the thing, the cause and the remedy.
    :param facts: values that can be serialised as JSON, fields of the module's result next to ``msg``.
    """

    def __init__(self, message, **facts):
        # type: (str, **Any) -> None
        super(UpstartError, self).__init__(message)
        self.message = message
        self.facts = facts

    def fields(self):
        # type: () -> Dict[str, Any]
        """Return the facts as fields of a result: ``path`` is called ``file`` there.

        AnsibleModule would add the mode, owner and state of a ``path`` to the result.
        """
        fields = dict(self.facts)
        if "path" in fields:
            fields["file"] = fields.pop("path")
        return fields
