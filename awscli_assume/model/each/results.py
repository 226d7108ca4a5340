"""The targets and results of ``aws assume each``: their keys, their shards, their exit code."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from typing import Mapping, Optional, Sequence

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.printable import ending

ALL_SUCCEEDED, SOME_FAILED, NONE_STARTED = 0, 1, 2
_SHARD = re.compile(r"([0-9]{1,9})/([0-9]{1,9})", re.ASCII)
# The AWS CLI's sentence for the error of a service, and for its own errors (version 2.34 on
# writes "aws: [ERROR]: " before both).
_ERROR_CODE = re.compile(r"[Aa]n error occurred \(([A-Za-z0-9._]{1,80})\)")


@dataclass(frozen=True)
class EachTarget:
    """One account and one region.

    ``name`` is the account's name without control characters, or "" if it is unknown;
    ``region`` is None for the default region, and ``profile`` the profile that names the role,
    where profiles were selected.
    """

    account_id: str
    name: str = ""
    region: Optional[str] = None
    profile: Optional[str] = None

    @property
    def key(self) -> str:
        """The identity of the target in a results file and for the shards."""
        end = "" if self.profile is None else f"/{self.profile}"
        return f"{self.account_id}/{self.region or ''}{end}"


@dataclass(frozen=True)
class TargetResult:
    """How a target ended.

    ``error`` is a sentence if the command could not start, else None. ``reason`` is a short name
    for the group of failures (see ``failure_reason``), None for a success. The output is what a
    results file has; in a run, the sink collects it from ``ResultSink.write``. ``finished`` is a
    time in RFC 3339, "" for now. With ``output_lost``, a full disk had no place for the output.
    """

    target: EachTarget
    exit_code: int
    seconds: float
    error: Optional[str] = None
    reason: Optional[str] = None
    stdout: bytes = field(default=b"", repr=False)
    stderr: bytes = field(default=b"", repr=False)
    finished: str = ""
    output_lost: bool = False

    @property
    def is_success(self) -> bool:
        """Whether the command ran and ended with 0."""
        return self.error is None and self.exit_code == 0


@dataclass(frozen=True)
class RunDescription:
    """What a results file belongs to: the command, and the options that select its targets.

    ``selection`` has the options by name, such as ``{"--accounts": ["ou:Production"]}``, with the
    role; no secrets, and no option that changes only how the run works or prints.
    """

    command: tuple[str, ...] = field(repr=False)
    selection: Mapping[str, object]

    @property
    def shown_command(self) -> str:
        """The command up to its first option, because an option may hold a secret."""
        words: list[str] = []
        for word in self.command:
            if word.startswith("-") or len(words) == 3:
                break
            words.append(word)
        is_aws = bool(words) and words[0].rpartition("/")[2] == "aws"
        return " ".join(words if is_aws else words[:1])

    @property
    def command_digest(self) -> str:
        """The SHA-256 of all words of the command."""
        text = "\0".join(self.command)
        return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


@dataclass(frozen=True)
class Shard:
    """One of several parts of all targets; ``index`` counts from 1."""

    index: int
    count: int

    def __str__(self) -> str:
        return f"{self.index}/{self.count}"

    def has(self, account_id: str, profile: Optional[str] = None) -> bool:
        """Return whether an account belongs to this shard, whatever other accounts there are.

        Regions have no influence: the role is assumed once, and the default region may differ.
        """
        text = account_id if profile is None else f"{account_id}/{profile}"
        digest = hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()
        return int.from_bytes(digest[:8], "big") % self.count == self.index - 1


@dataclass(frozen=True)
class EachOutput:
    """What the command line says about the results of ``aws assume each``.

    ``report``, ``results`` and ``merge_results`` are paths. ``is_off`` is ``--output off``.
    """

    is_json: bool = False
    is_off: bool = False
    merge: bool = False
    report: Optional[str] = None
    results: Optional[str] = None
    resume: bool = False
    shard: Optional[Shard] = None
    merge_results: tuple[str, ...] = ()


def parse_shard(text: str) -> Shard:
    """Return the shard of ``I/N``. Raises InvalidRequest."""
    found = _SHARD.fullmatch(text)
    index, count = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1 <= index <= count:
        raise InvalidRequest(
            f"Invalid --shard {text!r}: type I/N, with I from 1 to N. Example: --shard 1/4"
        )
    return Shard(index, count)


def select_shard(targets: Sequence[EachTarget], shard: Optional[Shard]) -> Sequence[EachTarget]:
    """Return the targets of a shard, in their order; all of them without a shard."""
    return (
        targets
        if shard is None
        else [one for one in targets if shard.has(one.account_id, one.profile)]
    )


def failure_reason(exit_code: int, stderr: bytes) -> Optional[str]:
    """Return the group of a command that ended: an error code of AWS, or the exit code.

    ``stderr`` may be the last few kilobytes. A negative exit code is a signal's number
    (``subprocess.Popen.returncode``). Returns None for a success.
    """
    if exit_code == 0:
        return None
    found = _ERROR_CODE.findall(stderr.decode("utf-8", "replace")) if exit_code > 0 else []
    return found[-1] if found else ending(exit_code)


@dataclass
class Tally:
    """The counts of a run, and its failures by reason.

    ``earlier`` are the successes of earlier runs, which ``succeeded`` includes. ``is_incomplete``
    says that there are targets which are not known.
    """

    succeeded: int = 0
    earlier: int = 0
    not_started: int = 0
    is_incomplete: bool = False
    failures: dict[str, list[TargetResult]] = field(default_factory=dict)

    @property
    def failed(self) -> int:
        """The number of failures, including the targets that could not start."""
        return sum(map(len, self.failures.values()))

    @property
    def done(self) -> int:
        """The number of results."""
        return self.succeeded + self.failed

    def add(self, result: TargetResult) -> None:
        """Count a result; of a failure, all but the output is stored."""
        if result.is_success:
            self.succeeded += 1
            return
        self.not_started += result.error is not None
        reason = result.reason or failure_reason(result.exit_code, b"") or "not started"
        failure = replace(result, reason=reason, stdout=b"", stderr=b"")
        self.failures.setdefault(reason, []).append(failure)

    def add_earlier(self) -> None:
        """Count a success of an earlier run."""
        self.earlier += 1
        self.succeeded += 1

    @property
    def exit_code(self) -> int:
        """0 if all succeeded, 1 if some failed, 2 if none could start."""
        if not self.failures:
            return SOME_FAILED if self.is_incomplete else ALL_SUCCEEDED
        return NONE_STARTED if self.not_started == self.done else SOME_FAILED
