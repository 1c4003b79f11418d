# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which job is probably meant by a name that no job has."""

from __future__ import absolute_import, division, print_function

from .._jobfile.similar_names import Suggestions
from .job_names import DEFAULT_CONF_DIR, meant_name

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Collection, Optional  # noqa: F401

__metaclass__ = type


def similar_job(name, known_names, conf_dir=DEFAULT_CONF_DIR):
    # type: (str, Collection[str], str) -> Optional[str]
    """Return a question that suggests the job that is probably meant by a name that no job has, or None."""
    first_word = (name.split() or [""])[0].rstrip(",")
    guesses = [meant_name(name, conf_dir) or "", name.strip(), first_word, name.lower(), name.partition(".service")[0]]
    for guess in guesses:
        if guess in known_names and guess != name:
            rest = name.strip()[len(guess):].strip() if name.strip().startswith(guess + " ") else ""
            return "did you mean %s%s?" % (guess, ", with its variables in env" if rest and "," not in name else "")
    return Suggestions(known_names).did_you_mean(name)
