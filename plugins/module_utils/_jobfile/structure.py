# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole files to options of upstart_job and back."""

from __future__ import absolute_import, division, print_function

import re

from . import options as job_options
from .document import Document
from .errors import JobFileError
from .parser import parse_job
from .render import render
from .scalars import as_boolean
from .stanzas import LATEST, OVERRIDES_SINCE

__metaclass__ = type

VERSION = re.compile(r"[0-9]+(\.[0-9]+)+$")


def read(conf, override=None, version=LATEST):
    """Return the options of the job that Upstart reads from the texts; JobFileError for what it refuses.

    ``manual`` is among them when that stanza leaves the job without a condition to start on.
    """
    options = job_options.from_values(parse_job(conf, override, version))
    texts = [conf] if override is None or version < OVERRIDES_SINCE else [conf, override]
    names = [stanza.name for text in texts for stanza in Document(text, version).stanzas]
    if "manual" in names and "start_on" not in options:
        options["manual"] = True
    return options


def write(options, version=LATEST, header=None):
    """Return the text of a job file for the options; JobFileError for what cannot be written.

    With ``manual`` the condition stays in the file, in front of that stanza.
    """
    text = render(job_options.to_values(dict(options, manual=None)), version, header)
    if options.get("manual") is not None and as_boolean(options["manual"], "manual"):
        document = Document(text, version)
        document.set_stanza("manual", ["manual"])
        text = document.text
    return text


def version_of(text):
    """Return "1.13.2" as (1, 13, 2)."""
    if not VERSION.match(text):
        raise JobFileError("%s is not a version of Upstart" % text, hint="such as 1.5, in quotes")
    return tuple(int(part) for part in text.split("."))
