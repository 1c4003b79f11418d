# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Renders the templates of upstart_deploy, and passes everything else on; see plugin_utils/_check_mode/action.py."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence

from ansible.plugins.loader import lookup_loader
from ansible_collections.sysinit.upstart.plugins.plugin_utils._check_mode.action import CheckModeAction

TEXTS, PLAY = "_texts", "_play"  # options of the module: the rendered templates, and which play it is


class ActionModule(CheckModeAction):
    """The action of upstart_deploy."""

    def _arguments(self, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        arguments = without_omitted(super()._arguments(task_vars))
        jobs = arguments.get("jobs")
        texts = [self._rendered(path, task_vars) for path in templates(jobs)]
        return {**arguments, TEXTS: texts, PLAY: str(self._task.get_play()._uuid)}

    def _rendered(self, path: str, task_vars: dict[str, t.Any]) -> str:
        lookup = lookup_loader.get("ansible.builtin.template", loader=self._loader, templar=self._templar)
        places = {**task_vars, "ansible_search_path": self._task.get_search_path()}
        return str(lookup.run([path], variables=places)[0])


def templates(jobs: t.Any) -> list[str]:
    """Return the paths of the templates in a list of jobs. The module reports wrong entries."""
    if isinstance(jobs, (str, Mapping)) or not isinstance(jobs, Sequence):
        return []
    return [str(entry["template"]) for entry in jobs if isinstance(entry, Mapping)
            and entry.get("template") is not None and entry.get("state") != "absent"]


def without_omitted(value: t.Any) -> t.Any:
    """Return a value with Python's own dictionaries and lists, without the keys whose value is ``omit``."""
    if isinstance(value, Mapping):
        return {key: without_omitted(item) for key, item in value.items() if not is_omitted(item)}
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return [without_omitted(item) for item in value]
    return value


def is_omitted(value: t.Any) -> bool:
    """Return whether a value is ``omit``, which is a string before ansible-core 2.19 and an object since."""
    return type(value).__name__ == "_OmitType" or (isinstance(value, str) and value.startswith("__omit_place_holder__"))
