"""The options of ``aws assume each`` that say where and how its command runs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Optional, Sequence

from awscli_assume.arguments.options import Argument, command_argument, flag, number, texts
from awscli_assume.errors import InvalidRequest
from awscli_assume.host.protocols import ParsedArgs

# All regions that are enabled in an account.
ALL_REGIONS = "all"
MOST_WORKERS = 128
# botocore's own pattern (utils.py, validate_region_name): it is part of a host name.
_REGION = re.compile(r"(?![0-9]+$)(?!-)[a-zA-Z0-9-]{1,63}(?<!-)")


@dataclass(frozen=True)
class EachOptions:
    """Where and how the command of a command line runs.

    ``regions`` is empty for the default region, and None for all regions of each account.
    """

    regions: Optional[tuple[str, ...]] = ()
    workers: Optional[int] = None
    fail_fast: bool = False
    processes: bool = False


def each_command_arguments() -> list[Argument]:
    """Return the options for the regions, the workers and the processes."""
    return [
        texts(
            "regions",
            "The regions to run the command in, or <code>all</code> for those that are enabled in "
            "each account. Default: the region of the command, the environment or the profile.",
        ),
        workers_argument("commands run"),
        flag("fail-fast", "Start no other command after the first failure."),
        flag(
            "processes",
            "Start a new process for each <code>aws</code> command, instead of running them in "
            "processes that an AWS CLI forks.",
        ),
    ]


def workers_argument(what: str) -> Argument:
    """Return the option for the number of what runs at the same time."""
    return number(
        "workers",
        f"How many {what} at the same time. Default: as many as the cores and AWS STS can serve.",
    )


def each_command_argument() -> Argument:
    """Return COMMAND, the words after ``--``."""
    return command_argument(
        "The command to run, after <code>--</code>. <code>{account}</code>, <code>{name}</code> "
        "and <code>{region}</code> in it are replaced."
    )


def read_each_options(parsed_args: ParsedArgs) -> EachOptions:
    """Return the options of a command line. Raises InvalidRequest."""
    return EachOptions(
        _regions(parsed_args.regions or ()),
        read_workers(parsed_args),
        bool(parsed_args.fail_fast),
        bool(parsed_args.processes),
    )


def _regions(given: Sequence[str]) -> Optional[tuple[str, ...]]:
    # `a,b` is what other options of AWS take.
    names = [name for word in given for name in word.split(",") if name]
    if ALL_REGIONS in names:
        if len(names) > 1:
            raise InvalidRequest(
                "--regions all has every other region, too. Leave out all, or the other regions"
            )
        return None
    for name in names or given:
        if not _REGION.fullmatch(name):
            raise InvalidRequest(f"Invalid region {name!r}. Example: --regions us-east-1")
    return tuple(dict.fromkeys(names))


def read_workers(parsed_args: ParsedArgs) -> Optional[int]:
    """Return the value of ``--workers``. Raises InvalidRequest."""
    text = parsed_args.workers
    if text is None:
        return None
    found = int(text) if re.fullmatch("[0-9]{1,9}", text, re.ASCII) else 0
    if not 1 <= found <= MOST_WORKERS:
        raise InvalidRequest(
            f"Invalid --workers {text!r}: it is a number from 1 to {MOST_WORKERS}"
        )
    return found
