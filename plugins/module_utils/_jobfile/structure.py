# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Job files to options of upstart_job, and back."""

from __future__ import absolute_import, division, print_function

import re

from . import options as job_options
from .dialects import NAMES, STOCK, Release
from .document import Document
from .errors import JobFileError
from .parser import parse_job
from .render import render
from .scalars import as_boolean
from .stanzas import LATEST, OVERRIDES_SINCE
from .values import last_assignments

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Optional, Tuple, Union  # noqa: F401

__metaclass__ = type

VERSION = re.compile(r"[0-9]+(\.[0-9]+)+$")


def read(conf, override=None, version=LATEST):
    # type: (Union[str, bytes], Union[str, bytes, None], Tuple[int, ...]) -> Dict[str, Any]
    """Return the options of a job; raise JobFileError for a file that Upstart refuses.

    They include ``manual`` if this stanza leaves the job without a condition in ``start on``. With an override, ``env``
    has each variable once, with the value that counts.

    :param conf: text or bytes of NAME.conf.
    :param override: text or bytes of NAME.override, or None.
    :param version: tuple, the release of Upstart that reads the files.
    """
    texts = [conf] if override is None or version < OVERRIDES_SINCE else [conf, override]
    values = parse_job(conf, override, version)
    if len(texts) > 1:
        values["env"] = last_assignments(values["env"])
    options = job_options.from_values(values)
    names = [stanza.name for text in texts for stanza in Document(text, version).stanzas]
    if "manual" in names and "start_on" not in options:
        options["manual"] = True
    return options


def write(options, version=LATEST, header=None):
    # type: (Dict[str, Any], Tuple[int, ...], Optional[str]) -> str
    """Return the text of a job file for the options; raise JobFileError for options that cannot be written.

    With ``manual``, the file keeps the condition, before the stanza ``manual``.
    """
    values = job_options.to_values(dict(options, manual=None))
    text = render(values, version, header, explicit=job_options.keys_to_write(options, values, version))
    if options.get("manual") is not None and as_boolean(options["manual"], "manual"):
        document = Document(text, version)
        document.set_stanza("manual", ["manual"])
        text = document.text
    return text


def version_of(text, dialect=STOCK):
    # type: (str, str) -> Release
    """Return "1.13.2" as (1, 13, 2), with a dialect."""
    if not VERSION.match(text):
        raise JobFileError("%s is not a version of Upstart" % text, hint="use a version such as 1.5, in quotes")
    if dialect not in NAMES:
        raise JobFileError("%s is not a dialect" % dialect, hint="use one of %s" % ", ".join(NAMES))
    return Release([int(number) for number in text.split(".")], dialect)
