# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of filters that contain texts of job files. Ansible must never evaluate these texts as templates."""

from __future__ import annotations

import functools
import typing as t

from ansible.utils.unsafe_proxy import wrap_var

Filter = t.TypeVar("Filter", bound=t.Callable[..., t.Any])


def untrusted(function: Filter) -> Filter:
    """Mark all texts in the results of a filter as data.

    ansible-core before 2.19 evaluates templates in variables that ``set_fact`` sets, unless they are marked. A job file
    with ``{{ lookup('pipe', ...) }}`` could run programs on the controller.
    """
    @functools.wraps(function)
    def marked(*args: t.Any, **kwargs: t.Any) -> t.Any:
        return wrap_var(function(*args, **kwargs))

    return t.cast("Filter", marked)
