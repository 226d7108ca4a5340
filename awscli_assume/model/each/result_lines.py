"""Results of ``aws assume each`` as JSON objects: the lines of a results file, and merged."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Iterator, Mapping, Optional, Sequence

from awscli_assume.model.credentials import format_time
from awscli_assume.model.each.results import EachTarget, Shard, TargetResult, parse_shard

FORMAT = "aws assume each 1"
Record = dict[str, object]
# What a terminal obeys, or reads as a line end, although JSON allows it in a text.
_UNSAFE = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
# An account ID is text, even where a command prints it without quotes.
_ACCOUNT_ID = re.compile(r"[0-9]{12}", re.ASCII)


@dataclass(frozen=True)
class ResultsHeader:
    """The first line of each run in a results file: what the results belong to."""

    command: str
    command_digest: str
    selection: Mapping[str, object]
    shard: Optional[Shard]
    targets: tuple[EachTarget, ...]
    started: str

    def to_json(self) -> Record:
        """Return the header as an object."""
        return {
            "Format": FORMAT,
            "Command": self.command,
            "CommandDigest": self.command_digest,
            "Selection": self.selection,
            "Shard": None if self.shard is None else str(self.shard),
            "Started": self.started,
            "Targets": [
                [one.account_id, one.name, one.region, one.profile] for one in self.targets
            ],
        }

    def difference(self, other: ResultsHeader) -> Optional[str]:
        """Return what makes another run a different one; None if it is the same."""
        if self.command_digest != other.command_digest:
            first, second = self.command, other.command
            if first == second:
                return f"its command ({first} ...) has other words"
            return f"its command is {second!r} and not {first!r}"
        for name in sorted({*self.selection, *other.selection}):
            first, second = (_shown(one.selection.get(name)) for one in (self, other))
            if first != second:
                return f"its {name} is {second!r} and not {first!r}"
        return None


def parse_header(found: Mapping[str, object]) -> Optional[ResultsHeader]:
    """Return the header of an object, or None if it is not one of this format."""
    targets, selection, shard = found.get("Targets"), found.get("Selection"), found.get("Shard")
    if found.get("Format") != FORMAT or not isinstance(targets, list):
        return None
    if not isinstance(selection, dict):
        return None
    return ResultsHeader(
        str(found.get("Command")),
        str(found.get("CommandDigest")),
        selection,
        parse_shard(shard) if isinstance(shard, str) else None,
        tuple(_target(*one) for one in targets if isinstance(one, list) and len(one) == 4),
        str(found.get("Started")),
    )


def record_of(result: TargetResult, now: datetime) -> Record:
    """Return a result as an object: a line of ``--output json`` and of a results file."""
    target = result.target
    record: Record = {"Account": target.account_id, "Name": target.name, "Region": target.region}
    if target.profile is not None:
        record["Profile"] = target.profile
    record.update(
        ExitCode=result.exit_code,
        Result=parsed_output(result.stdout),
        Stderr=as_text(result.stderr),
        Seconds=round(result.seconds, 3),
        Finished=result.finished or format_time(now),
    )
    if result.output_lost:
        record.update(OutputLost=True)
    if not result.is_success:
        record.update(Reason=result.reason, Error=result.error)
    return record


def result_of(record: Mapping[str, object]) -> Optional[TargetResult]:
    """Return the result of an object; None if it is not one. The output has a line end."""
    account, code, seconds = (record.get(name) for name in ("Account", "ExitCode", "Seconds"))
    if not isinstance(account, str) or not isinstance(code, int):
        return None
    target = _target(account, *(record.get(name) for name in ("Name", "Region", "Profile")))
    return TargetResult(
        target,
        code,
        float(seconds) if isinstance(seconds, (int, float)) else 0.0,
        error=_text(record.get("Error")),
        reason=_text(record.get("Reason")),
        stdout=output_text(record.get("Result")).encode("utf-8", "backslashreplace"),
        stderr=_with_end(_text(record.get("Stderr")) or "").encode("utf-8", "backslashreplace"),
        finished=_text(record.get("Finished")) or "",
        output_lost=bool(record.get("OutputLost")),
    )


def parsed_output(data: bytes) -> object:
    """Return what a command printed: its JSON value, else its text without the last line end.

    No output is None. Twelve digits stay text, because they are an account ID.
    """
    text = as_text(data)
    if not text.strip():
        return None
    if _ACCOUNT_ID.fullmatch(text.strip()):
        return text.strip()
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return text


def as_text(data: bytes) -> str:
    """Return output as text without its last line end; bytes that are not UTF-8 are escaped."""
    text = data.decode("utf-8", "backslashreplace")
    return text[: -1 - text.endswith("\r\n")] if text.endswith("\n") else text


def output_text(value: object) -> str:
    """Return a parsed result as the AWS CLI prints it: a text as it is, else as JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return _with_end(value)
    return json.dumps(value, indent=4, ensure_ascii=False) + "\n"


def json_line(value: object, *, is_ascii: bool = False) -> str:
    """Return a value as one line of JSON that neither a terminal nor a reader misreads."""
    text = json.dumps(value, ensure_ascii=is_ascii, separators=(", ", ": "))
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"


def merged(record: Mapping[str, object]) -> Iterator[object]:
    """Yield the elements of a success for one array: with the account and the region of each.

    Of a list, each element. What is no object, or has another ``Account`` or ``Region`` of its
    own, is below ``Result``.
    """
    ours = {"Account": record.get("Account"), "Region": record.get("Region")}
    result = record.get("Result")
    if result is None:
        yield ours
        return
    for one in result if isinstance(result, list) else [result]:
        if isinstance(one, dict) and all(one.get(name, ours[name]) == ours[name] for name in ours):
            yield {**ours, **one}
        else:
            yield {**ours, "Result": one}


def missing_shards(headers: Sequence[ResultsHeader]) -> list[str]:
    """Return the shards that no header has, as ``3/4``."""
    counts = {one.shard.count for one in headers if one.shard is not None}
    present = {str(one.shard) for one in headers}
    wanted = [str(Shard(index, count)) for count in sorted(counts) for index in
              range(1, count + 1)]  # fmt: skip
    return [one for one in wanted if one not in present]


def _target(account: object, name: object, region: object, profile: object) -> EachTarget:
    return EachTarget(str(account), _text(name) or "", _text(region), _text(profile))


def _text(value: object) -> Optional[str]:
    return value if isinstance(value, str) else None


def _with_end(text: str) -> str:
    return text if not text or text.endswith("\n") else f"{text}\n"


def _shown(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return " ".join(map(str, value))
    return "not given" if value is None else str(value)


def _no_constant(name: str) -> object:
    raise ValueError(name)
