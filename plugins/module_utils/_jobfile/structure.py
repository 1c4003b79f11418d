# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Job files to options of upstart_job, and back."""

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
    """Return the options of a job; raise JobFileError for a file that Upstart refuses.

    They include ``manual`` if this stanza leaves the job without a condition in ``start on``.

    :param conf: text or bytes of NAME.conf.
    :param override: text or bytes of NAME.override, or None.
    :param version: tuple, the release of Upstart that reads the files.
    """
    options = job_options.from_values(parse_job(conf, override, version))
    texts = [conf] if override is None or version < OVERRIDES_SINCE else [conf, override]
    names = [stanza.name for text in texts for stanza in Document(text, version).stanzas]
    if "manual" in names and "start_on" not in options:
        options["manual"] = True
    return options


def write(options, version=LATEST, header=None):
    """Return the text of a job file for the options; raise JobFileError for options that cannot be written.

    With ``manual``, the file keeps the condition, before the stanza ``manual``.
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
        raise JobFileError("%s is not a version of Upstart" % text, hint="use a version such as 1.5, in quotes")
    return tuple(int(number) for number in text.split("."))
