"""A diagnosis as text and as an object."""

from __future__ import annotations

import textwrap
from typing import Any

from awscli_assume.model.diagnosis import (
    MACHINE,
    NOT_APPLICABLE,
    OK,
    PROBLEM,
    UNKNOWN,
    Diagnosis,
    Step,
)
from awscli_assume.model.printable import printable
from awscli_assume.outputs.printing import PLAIN, Style

_TITLES = {
    "Caller": "who is calling",
    "Request": "the request",
    "CallerPermissions": "the caller's policies",
    "Role": "the role",
    "TrustPolicy": "the role's trust policy",
    "SessionDuration": "how long it lasts",
    "Sts": "STS",
    "Machine": "this machine",
}
_WIDTH = 100
_INDENT = 16
# The color and the mark of a status.
_LOOKS = {
    OK: ("green", "\N{CHECK MARK}"),
    PROBLEM: ("red", "\N{MULTIPLICATION X}"),
    UNKNOWN: ("yellow", "?"),
    NOT_APPLICABLE: ("bold", "-"),
}


def as_object(diagnosis: Diagnosis) -> dict[str, Any]:
    """Return the verdict and its evidence as data."""
    return {
        "RoleArn": diagnosis.role,
        "CallerArn": diagnosis.caller,
        "Verdict": diagnosis.outcome,
        "Reason": reason(diagnosis),
        "Steps": [
            {
                "Step": step.name,
                "Status": step.status,
                "Evidence": list(step.evidence),
                "NextCommands": list(step.next_commands),
            }
            for step in diagnosis.steps
        ],
    }


def as_text(diagnosis: Diagnosis, style: Style = PLAIN, is_verbose: bool = False) -> str:
    """Return the verdict, the problems and unknowns with commands to type, then the rest.

    The rest is one line for each status; with ``is_verbose`` each step has its evidence.
    """
    color, mark = _LOOKS[diagnosis.outcome]
    verdict = printable(_verdict(diagnosis))
    lines = [style.color(f"{mark} {verdict}" if style.has_marks else verdict, color), ""]
    for status in (PROBLEM, UNKNOWN, OK, NOT_APPLICABLE):
        steps = [step for step in diagnosis.steps if step.status == status]
        if is_verbose or status in (PROBLEM, UNKNOWN):
            for step in steps:
                lines += _step(step, style)
        elif steps:
            heading = f"{status:<{_INDENT}}"
            names = ", ".join(_TITLES[step.name] for step in steps)
            wrapped = _wrap(names, _INDENT)
            lines.append(style.color(heading, _LOOKS[status][0]) + wrapped[0].lstrip())
            lines += wrapped[1:]
    if not is_verbose:
        lines += ["", "All evidence: add --verbose"]
    return "\n".join(lines) + "\n"


def _step(step: Step, style: Style) -> list[str]:
    heading = style.color(f"{step.status:<{_INDENT}}", _LOOKS[step.status][0])
    lines = [f"{heading}{_TITLES[step.name]}"]
    for sentence in step.evidence:
        lines += _wrap(printable(sentence), _INDENT + 2)
    return [*lines, *(f"{'':{_INDENT}}Try: {printable(one)}" for one in step.next_commands)]


def _wrap(text: str, indent: int) -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, initial_indent=" " * _INDENT, subsequent_indent=" " * indent,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def reason(diagnosis: Diagnosis) -> str:
    """Return the sentence that decides the verdict."""
    step = diagnosis.deciding
    return "nothing stands in the way" if step is None else step.evidence[0]


def _verdict(diagnosis: Diagnosis) -> str:
    words = {OK: "can be assumed", PROBLEM: "can't be assumed"}
    what = words.get(diagnosis.outcome, "may or may not be assumable")
    step = diagnosis.deciding
    if step is not None and step.name == MACHINE:
        # AWS allows it, and only the target profile can't be written.
        return f"{diagnosis.role} can be assumed, but not written: {reason(diagnosis)}"
    where = "" if step is None else f" ({_TITLES[step.name]})"
    return f"{diagnosis.role} {what}: {reason(diagnosis)}{where}"
