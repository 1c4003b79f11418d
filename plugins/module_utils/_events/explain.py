# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Describe which events of a condition have happened and which ones it still waits for."""

from __future__ import absolute_import, division, print_function

from .._jobfile.conditions import show
from .._jobfile.expression import fold
from .match import event_matches

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple  # noqa: F401

__metaclass__ = type


def explain(rpn,  # type: Optional[Sequence[Dict[str, Any]]]
            happened,  # type: Sequence[Tuple[str, Sequence[str]]]
            stanza="start on",  # type: str
            variables=None,  # type: Optional[Mapping[str, Optional[str]]]
            ):
    # type: (...) -> Dict[str, Any]
    """Return how far a condition is met, as data and as one sentence.

    :param rpn: the condition in reverse Polish order; None or [] when there is none.
    :param happened: the events that have happened, a list of (name, list of ``KEY=VALUE``).
    :param stanza: "start on" or "stop on", for the sentence.
    :param variables: the instance's environment as a dict, for ``stop on``; see ``event_matches``.
    :returns: dict of ``met`` (bool), ``sentence``, ``happened`` and ``missing`` (texts of operands, without those that
        no longer matter), and ``tree``: ``{"op", "met", "operands"}`` and ``{"event", "args", "met"}``, None without a
        condition.
    """
    met = [any(event_matches(item, name, env, variables) for name, env in happened) if "event" in item else None
           for item in rpn or ()]
    return explain_progress(rpn, met, stanza)


def explain_progress(rpn, met, stanza="start on"):
    # type: (Optional[Sequence[Dict[str, Any]]], Sequence[Optional[bool]], str) -> Dict[str, Any]
    """Return the same for a condition whose met operands are known.

    :param met: list of bool, one per item of ``rpn``; the values for operators are ignored.
    """
    if not rpn:
        sentence = "%s: there is no condition" % stanza
        return {"met": False, "sentence": sentence, "happened": [], "missing": [], "tree": None}
    # It is not None, because there is a condition.
    tree, met_texts, missing_texts = fold(  # type: ignore[misc]
        rpn, lambda item, index: _leaf(item, bool(met[index])), _joined)
    sentence = "%s %s: %s" % (stanza, show(rpn), _progress_text(met_texts, missing_texts))
    return {
        "met": tree["met"], "sentence": sentence, "happened": met_texts, "missing": missing_texts, "tree": tree,
    }


def _leaf(item, met):
    # type: (Dict[str, Any], bool) -> Tuple[Dict[str, Any], List[str], List[str]]
    """Return (node, texts of the events that have happened, texts of the missing ones)."""
    node = {"event": item["event"], "args": list(item["args"]), "met": met}
    text = show([item])
    return node, [text] * met, [text] * (not met)


def _joined(operator,  # type: str
            left,  # type: Tuple[Dict[str, Any], List[str], List[str]]
            right,  # type: Tuple[Dict[str, Any], List[str], List[str]]
            ):
    # type: (...) -> Tuple[Dict[str, Any], List[str], List[str]]
    """Join two results; events missing on a side that is met, or below a met operator, do not matter."""
    tree, met_texts, missing_texts = left
    met = (tree["met"] and right[0]["met"]) if operator == "and" else (tree["met"] or right[0]["met"])
    met_texts.extend(right[1])
    missing_texts.extend(right[2])
    if tree.get("op") == operator:
        tree["met"] = met
        tree["operands"].append(right[0])
    else:
        tree = {"op": operator, "met": met, "operands": [tree, right[0]]}
    return tree, met_texts, [] if met else missing_texts


def _progress_text(met_texts, missing_texts):
    # type: (Sequence[str], Sequence[str]) -> str
    clauses = []
    if met_texts:
        clauses.append("%s happened" % _enumerated(met_texts, "has", "have"))
    if missing_texts:
        clauses.append("%s not%s" % (_enumerated(missing_texts, "has", "have"), "" if met_texts else " happened"))
    return ", ".join(clauses)


def _enumerated(texts, singular, plural):
    # type: (Sequence[str], str, str) -> str
    different = sorted(set(texts), key=texts.index)
    if len(different) == 1:
        return "%s %s" % (different[0], singular)
    return "%s and %s %s" % (", ".join(different[:-1]), different[-1], plural)
