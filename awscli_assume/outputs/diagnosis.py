"""A diagnosis as text and as an object."""

from __future__ import annotations

import textwrap
from typing import Any

from awscli_assume.model.diagnosis import MACHINE, OK, PROBLEM, Diagnosis

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


def as_text(diagnosis: Diagnosis) -> str:
    """Return the verdict, then each step with its evidence and commands to type."""
    lines = [_verdict(diagnosis), ""]
    for step in diagnosis.steps:
        lines.append(f"{step.status:<15} {_TITLES[step.name]}")
        for sentence in step.evidence:
            lines += textwrap.wrap(
                _printable(sentence), _WIDTH, initial_indent=" " * 16, subsequent_indent=" " * 18,
                break_long_words=False, break_on_hyphens=False,
            )  # fmt: skip
        lines += [f"{'':16}Try: {_printable(command)}" for command in step.next_commands]
    return "\n".join(lines) + "\n"


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
        return f"{diagnosis.role} can be assumed, but not written: {_printable(reason(diagnosis))}"
    where = "" if step is None else f" ({_TITLES[step.name]})"
    return f"{diagnosis.role} {what}: {_printable(reason(diagnosis))}{where}"


def _printable(text: str) -> str:
    # Responses of IAM and STS may have control characters, which a terminal would obey.
    return "".join(one if one.isprintable() else "?" for one in text)
