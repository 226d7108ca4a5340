"""The end of ``aws assume each`` for people: how many succeeded, and which failed and why."""

from __future__ import annotations

from typing import Sequence

from awscli_assume.model.each.results import EachTarget, Tally, TargetResult
from awscli_assume.model.printable import printable_line
from awscli_assume.outputs.each.status import duration_text

# Of a group with more failures, the report and the results file have the rest.
_NAMES_MAX = 40


def summary_text(
    tally: Tally, total: int, seconds: float, *, has_regions: bool, has_errors: bool = True
) -> str:
    """Return the summary: a line with the counts, and a line for each group of failures.

    With ``has_errors``, each group has the message of one of its failures.
    """
    parts = [f"{tally.succeeded} of {total} succeeded"]
    if tally.earlier:
        parts[0] += f" ({tally.earlier} of them in an earlier run)"
    if tally.failed:
        parts.append(f"{tally.failed} failed")
    if total > tally.done:
        parts.append(f"{total - tally.done} not run")
    lines = [f"{', '.join(parts)}, in {duration_text(seconds)}."]
    groups = sorted(tally.failures.items(), key=lambda one: (-len(one[1]), one[0]))
    for reason, failures in groups:
        lines.extend(_group(reason, failures, has_regions)[: 2 if has_errors else 1])
    return "\n".join(lines) + "\n"


def target_text(target: EachTarget, has_regions: bool) -> str:
    """Return a target as ``name (ID) region``."""
    text = target.account_id
    if target.name:
        text = f"{printable_line(target.name)} ({target.account_id})"
    if target.profile is not None:
        text += f" profile {printable_line(target.profile)}"
    return f"{text} {target.region}" if has_regions and target.region else text


def _group(reason: str, failures: Sequence[TargetResult], has_regions: bool) -> list[str]:
    named = sorted(failures, key=lambda one: (one.target.name, one.target.key))[:_NAMES_MAX]
    names = ", ".join(target_text(one.target, has_regions) for one in named)
    rest = len(failures) - len(named)
    more = f" and {rest} more" if rest else ""
    lines = [f"{printable_line(reason)}: {len(failures)} failed: {names}{more}"]
    error = next((one.error for one in named if one.error), None)
    if error:
        lines.append(f"  {printable_line(error)}")
    return lines
