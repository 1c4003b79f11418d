# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The input of a graph from the texts of job files, for hosts that nobody asks."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._events.relations import RelatedJob, Relations
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.conditions import to_structure
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.parser import parse_job
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.stanzas import EVERY_STANZA

from .model import Info


def are_texts(source: t.Any) -> bool:
    """Return whether a value is a dictionary of job files: each a text, or a dictionary with the text conf."""
    return isinstance(source, Mapping) and bool(source) and all(
        isinstance(name, str) and (isinstance(texts, str) or isinstance(texts, Mapping)
                                   and isinstance(texts.get("conf"), str)
                                   and isinstance(texts.get("override"), (str, type(None))))
        for name, texts in source.items())


def info_of(source: Mapping[str, str | Mapping[str, str]]) -> Info:
    """Return what upstart_info would return of jobs with these files, without their states.

    :param source: the text of each job file, or a dictionary with conf and, perhaps, override.
    """
    jobs: list[Info] = []
    related = []
    for name, texts in sorted(source.items()):
        conf, override = (texts, None) if isinstance(texts, str) else (texts["conf"], texts.get("override"))
        try:
            values = parse_job(conf, override, EVERY_STANZA)
        except UpstartError as exc:
            jobs.append({"name": name, "error": {"line": exc.facts.get("line")}})
            continue
        related.append(RelatedJob(name, values))
        jobs.append({"name": name, "task": values["task"], "enabled": values["start_on"] is not None,
                     "start_on": to_structure(values["start_on"]), "stop_on": to_structure(values["stop_on"])})
    relations = Relations(related, list(source))
    edges = relations.edges()
    return {"jobs": jobs, "edges": edges, "events": relations.events(edges, set(source))}
