# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Differences between releases of Upstart: the one table that the code compares the daemon's version with.

``SINCE`` is the first release with a feature, ``BEFORE`` the first release without it. The rooms below have no access
to this table: ``_jobfile/stanzas.py`` has the releases that job files need, ``_events/tables.py`` those that the
simulation needs. The support page (docs/docsite/rst/support.rst) describes each row for users.
"""

from __future__ import absolute_import, division, print_function

from .._events import tables
from .._jobfile import stanzas

__metaclass__ = type

# D-Bus signals for an instance's goal, state and failure. Older daemons signal only its creation and removal.
STATES_SIGNALLED_SINCE = (0, 6, 7)
# D-Bus properties with a job's start on and stop on.
CONDITIONS_READABLE_SINCE = (0, 6, 7)
# The stanza manual.
MANUAL_SINCE = stanzas.BY_NAME["manual"].since
# Environment variables with any name. Older daemons accept only letters, digits and underscores.
ANY_VARIABLE_NAME_SINCE = (1, 1)
# Override files beside the job files.
OVERRIDES_SINCE = stanzas.OVERRIDES_SINCE
# Log files with the output of jobs.
JOB_LOGS_SINCE = stanzas.CONSOLE["log"]
# A re-executed init still knows its jobs.
JOBS_SURVIVE_REEXEC_SINCE = (1, 6)
# The D-Bus method GetState (measured).
STATE_DUMP_SINCE = (1, 6, 1)
# Override files that are symbolic links.
LINKED_OVERRIDES_BEFORE = (1, 7)
# A D-Bus signal for the end of an event.
EVENT_END_SIGNALLED_SINCE = (1, 7)
# A job environment that clients can read and change.
JOB_ENVIRONMENT_SINCE = (1, 7)
# The D-Bus method Reload of an instance.
RELOAD_METHOD_SINCE = stanzas.BY_NAME["reload signal"].since
# A main process may end once a stop has begun. Older daemons call that a failure.
MAIN_MAY_END_DURING_STOP_SINCE = stanzas.MAIN_MAY_END_DURING_STOP_SINCE
# An event reaches no further job once it meets a job whose instance name cannot be expanded.
EVENT_ENDS_AT_UNNAMED_INSTANCE_SINCE = tables.EVENT_ENDS_AT_UNNAMED_INSTANCE_SINCE
