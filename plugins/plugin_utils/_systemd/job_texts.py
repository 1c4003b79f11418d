# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The texts of job files by the names of their jobs, from a folder or from files that were read."""

from __future__ import annotations

import base64
import binascii
import os
import typing as t
from collections.abc import Iterable, Mapping

from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile import structure
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.directories import skipped_folder, walk
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.stanzas import EVERY_STANZA

from .jobs import InputError

Texts = dict[str, dict[str, str]]
CONF, OVERRIDE = ".conf", ".override"


def contents_of(results: t.Any) -> dict[str, str]:
    """Return the contents of files by path, from the results of a loop of ansible.builtin.slurp.

    Results without content, of files that could not be read, are left out. U+FFFD replaces each byte that is not UTF-8.

    :raises InputError: for another form.
    """
    if not isinstance(results, Iterable) or isinstance(results, (str, Mapping)):
        raise InputError("needs the results of ansible.builtin.slurp in a loop over paths, "
                         f"not {type(results).__name__}")
    contents: dict[str, str] = {}
    for result in results:
        if not isinstance(result, Mapping) or not isinstance(result.get("item"), str):
            raise InputError("each result must have the path of its file as item")
        if "content" in result:
            try:
                contents[result["item"]] = base64.b64decode(str(result["content"])).decode("utf-8", "replace")
            except binascii.Error as exc:
                raise InputError(f"the content of {result['item']} is not base64: {exc}") from exc
    return contents


def texts_below(folder: str, errors: str) -> Texts:
    """Read the job files and overrides in a folder on the controller and below it.

    :param errors: what to do with bytes that are not UTF-8, as for open.
    :raises InputError: for a folder or a file that cannot be read.
    """
    if not os.path.isdir(folder):
        raise InputError(f"there is no directory {folder}; give the directory of the job files, for example /etc/init")
    top = folder.rstrip("/") or "/"
    paths = [os.path.join(parent, name) for parent, names in walk(top) for name in names
             if os.path.splitext(name)[1] in (CONF, OVERRIDE) and name != CONF * 2]
    return texts_of_folder(top, {path: _read(path, errors) for path in paths})


def _read(path: str, errors: str) -> str:
    try:
        with open(path, encoding="utf-8", errors=errors, newline="") as stream:
            return stream.read()
    except OSError as exc:
        raise InputError(f"cannot read {path}: {exc.strerror}") from exc


def texts_of_folder(folder: str, contents: Mapping[str, str]) -> Texts:
    """Return the texts of the jobs in a folder, as Upstart reads it.

    An override without a job file is left out. So are files in directories that init skips, such as .git.
    """
    root = folder.rstrip("/") + "/"
    confs = {path[len(root):-len(CONF)]: text for path, text in contents.items()
             if path.startswith(root) and path.endswith(CONF)
             and skipped_folder(path[len(root):]) is None}
    return {name: _texts(conf, contents.get(f"{root}{name}{OVERRIDE}")) for name, conf in sorted(confs.items())}


def texts_of_host(info: Mapping[str, t.Any], contents: Mapping[str, str]) -> Texts:
    """Return the texts of the jobs in a result of upstart_info with the subset stanzas.

    If the file of a job could not be read, the text comes from its stanzas.
    """
    texts: Texts = {}
    for job in info.get("jobs") or []:
        conf = contents.get(str(job.get("path")))
        override = job.get("override")
        if conf is not None and (not override or override in contents):
            texts[str(job["name"])] = _texts(conf, contents[override] if override else None)
        elif not job.get("orphan") and job.get("stanzas"):
            try:
                texts[str(job["name"])] = {"conf": structure.write(dict(job["stanzas"]), EVERY_STANZA)}
            except UpstartError as exc:
                raise InputError(f"the stanzas of job {job['name']} are not valid: {exc}") from exc
    return texts


def _texts(conf: str, override: str | None) -> dict[str, str]:
    return {"conf": conf} if override is None else {"conf": conf, "override": override}
