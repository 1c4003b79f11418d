# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Importing this file makes the imports after it faster in a module that Ansible has sent to a host.

Ansible sends a module as a zip file of sources, so Python compiles them in each task. Python 3 compiles each of them
twice (measured with 3.6 to 3.13): once to load it, and once before that, because zipimport tells the path of a module
only after it has compiled it. The importer here knows the path beforehand.
"""

from __future__ import absolute_import, division, print_function

import os
import sys
import zipimport

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any  # noqa: F401

__metaclass__ = type


class PathImporter(zipimport.zipimporter):
    """Imports the modules of a zip file, and tells their paths without compiling them."""

    def get_filename(self, fullname):
        # type: (str) -> str
        """Return the path of a module, which begins with that of the zip file."""
        path = os.path.join(self.archive, self.prefix + fullname.rpartition(".")[2])
        return os.path.join(path, "__init__.py") if self.is_package(fullname) else path + ".py"


def use_from_now_on(loader):
    # type: (Any) -> None
    """Have PathImporter import all further modules from zip files.

    :param loader: the loader of the caller. Nothing changes unless the caller comes from a zip file.
    """
    if sys.version_info[0] > 2 and isinstance(loader, zipimport.zipimporter):
        hooks = sys.path_hooks
        hooks[:] = [PathImporter if hook is zipimport.zipimporter else hook for hook in hooks]
        for path, importer in list(sys.path_importer_cache.items()):
            if isinstance(importer, zipimport.zipimporter):
                del sys.path_importer_cache[path]


use_from_now_on(globals().get("__loader__"))
