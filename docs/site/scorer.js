/* Copyright (c) 2026, the sysinit.upstart contributors
 * GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* How the search ranks what it finds. Sphinx reads all these numbers; only the function differs from its own ones. */
var Scorer = {
  // The section about a stanza comes first if its name is what was searched for.
  score: ([page, title, anchor, , score]) => {
    const words = new URLSearchParams(location.search).get("q")?.trim().toLowerCase();
    const isStanza = page === "docsite/upstart_stanzas" && anchor && title.endsWith(`> ${words}`);
    return isStanza ? score + 100 : score;
  },
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: {0: 15, 1: 5, 2: -5},
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
