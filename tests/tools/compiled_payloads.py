# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep the code of Ansible's payloads compiled, for the Python of a test host.

Ansible sends a module as a zip file of sources, so Python compiles all of them in each task. In the integration tests
that is most of the work of a task. prepare.py puts this file into a host's environment, with a .pth file that imports
it. Each source is then compiled once, and its code is kept in the environment, under a hash of the source.
"""

from __future__ import annotations

import _imp
import marshal
import os
import sys
import zipimport
from types import CodeType

FOLDER = os.path.join(sys.prefix, "compiled")
HASH_KEY = 1  # of the interpreter's own hash for sources, which needs no further import

compile_source = zipimport._compile_source  # type: ignore[attr-defined]


def kept(path: str, source: bytes) -> CodeType:
    """Return the code of a source; ``path`` is its path in this payload."""
    name = os.path.join(FOLDER, "%s-%s" % (_imp.source_hash(HASH_KEY, source).hex(), os.path.basename(path)))
    try:
        with open(name, "rb") as stream:
            code: CodeType = marshal.loads(stream.read())
    except FileNotFoundError:
        code = compile_source(path, source)
        temporary = "%s.%d" % (name, os.getpid())
        with open(temporary, "wb") as stream:
            stream.write(marshal.dumps(code))
        os.rename(temporary, name)
    _imp._fix_co_filename(code, path)  # type: ignore[attr-defined]
    return code


zipimport._compile_source = kept  # type: ignore[attr-defined]
