# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line of upstart-check."""

from __future__ import annotations

import argparse
import io
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.checks import codes
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.dialects import NAMES as DIALECTS
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.dialects import Release
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.spelling import did_you_mean
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.stanzas import LATEST

from . import findings, formats, job_files

NOTHING, FOUND, FAILED = 0, 1, 2  # exit statuses
EPILOG = """\
A comment "# upstart-check: ignore=CODE" silences a finding at its line or, on a line of its own, at the next line.
"# upstart-check: ignore-file=CODE" silences it in the whole file. Separate several codes with commas.

The word in brackets at the end of a line is the code of the finding. --explain CODE says why it matters; the page
about findings in the documentation lists all codes.

Exit status: 0 if there is nothing to report, 1 if there are findings of the severity of --fail-on or worse, 2 if a file
or a directory cannot be read.
"""


def release(text: str) -> tuple[int, ...]:
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)+", text):
        raise argparse.ArgumentTypeError(f"{text} is not a release such as 1.12.1")
    return tuple(int(part) for part in text.split("."))


class Explain(argparse.Action):
    """Print the reason and the remedy of a finding, and exit."""

    def __call__(self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: object,
                 option_string: str | None = None) -> None:
        code = str(values)
        if code not in codes.BY_CODE:
            parser.error(f"there is no finding {code}; " + (
                did_you_mean(code, codes.BY_CODE) or "use the word in brackets at the end of a line"))
        sys.stdout.write(formats.explanation(codes.BY_CODE[code]))
        parser.exit()


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=formats.NAME, description="Check Upstart job files and overrides, as the modules of sysinit.upstart do.",
        epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+", type=Path, metavar="FILE",
                        help="a job file or an override, or a directory with such files")
    parser.add_argument("--format", choices=list(formats.FORMATS), default="text", help="text by default")
    parser.add_argument("--fail-on", choices=findings.SEVERITIES, default="warning",
                        help="the least severity that makes the exit status 1; warning by default")
    parser.add_argument("--upstart-version", type=release, default=LATEST, metavar="VERSION",
                        help="the release that reads the files; {} by default".format(".".join(map(str, LATEST))))
    parser.add_argument("--dialect", choices=DIALECTS, default=DIALECTS[0],
                        help=f"the stanzas of which system; {DIALECTS[0]} by default")
    parser.add_argument("--all-jobs", action="store_true",
                        help="the files are all jobs of a host: report names of jobs that are not among them")
    parser.add_argument("--explain", action=Explain, metavar="CODE",
                        help="say why there is a finding with this code, and how to fix it")
    parser.add_argument("--version", action="version", version=f"%(prog)s {formats.version()}")
    return parser


def main(words: Sequence[str] | None = None) -> int:
    """Check the files that the words name; return the exit status."""
    options = arguments().parse_args(words)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # for text that the encoding of the locale does not have
    try:
        jobs = job_files.find(options.paths)
        if not jobs:
            raise job_files.UnreadableError("there is no job file in %s" % ", ".join(map(str, options.paths)))
        names = {job.name for job in jobs if job.name} if options.all_jobs else None
        version = Release(options.upstart_version, options.dialect)
        reported = [finding for job in jobs for finding in findings.of_job(job, version, names)]
    except job_files.UnreadableError as exc:
        print(formats.printable(f"{formats.NAME}: {exc}"), file=sys.stderr)
        return FAILED
    sys.stdout.write(formats.FORMATS[options.format](reported))
    bad = findings.SEVERITIES[findings.SEVERITIES.index(options.fail_on):]
    return FOUND if any(finding.severity in bad for finding in reported) else NOTHING
