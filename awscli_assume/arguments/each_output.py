"""Options for the results of ``aws assume each``."""

from __future__ import annotations

import os
import shlex
from typing import Optional, Sequence

from awscli_assume.arguments.options import Argument, flag, literal_text, text
from awscli_assume.errors import InvalidRequest
from awscli_assume.host.protocols import ParsedArgs, ParsedGlobals
from awscli_assume.model.each.results import EachOutput, parse_shard


def each_output_arguments() -> list[Argument]:
    """Return the options for the results."""
    return [
        flag(
            "merge",
            "Print one array of all results at the end, with <code>Account</code> and "
            "<code>Region</code> in each, for <code>--query</code> and <code>--output</code>.",
        ),
        _file(
            "report",
            "Write a page with a table and a chart of the results, without the commands' output.",
        ),
        _file(
            "results", "Append each result to this file as a line of JSON when its target ends."
        ),
        flag(
            "resume",
            "Run only the targets that have no success in the file of <code>--results</code>.",
        ),
        text(
            "shard",
            "Run only part I of N of the targets (<code>I/N</code>), so that several machines "
            "share the work.",
        ),
        {
            **_file(
                "merge-results", "Run no command, and join these files of <code>--results</code>."
            ),
            "nargs": "+",
            "schema": {"type": "array", "items": {"type": "string"}},
            "synopsis": "[--merge-results FILE ...]",
        },
    ]


def read_each_output(
    parsed_args: ParsedArgs, parsed_globals: ParsedGlobals, command: Optional[Sequence[str]] = None
) -> EachOutput:
    """Return what a command line says about the results. Raises InvalidRequest.

    ``command`` is what ``--merge-results`` does not run.
    """
    is_query = parsed_globals.query is not None
    wanted = parsed_globals.output or ("json" if is_query else None)
    _check_files(parsed_args)
    if command and parsed_args.merge_results:
        raise InvalidRequest(
            f"--merge-results runs no command: leave out {shlex.join(['--', *command])}"
        )
    if wanted not in (None, "json", "off") and not parsed_args.merge:
        raise InvalidRequest(
            f"--output {wanted} needs --merge, which prints one array at the end. Without it, "
            "--output json prints a line for each target"
        )
    shard = parsed_args.shard
    return EachOutput(
        is_json=wanted == "json" and not parsed_args.merge,
        is_off=wanted == "off",
        merge=bool(parsed_args.merge),
        report=_path(parsed_args.report),
        results=_path(parsed_args.results),
        resume=bool(parsed_args.resume),
        shard=None if shard is None else parse_shard(shard),
        merge_results=tuple(map(os.path.expanduser, parsed_args.merge_results or ())),
    )


def _path(text: Optional[str]) -> Optional[str]:
    # No shell expands the ~ of --results=~/file.
    return None if text is None else os.path.expanduser(text)


def _check_files(parsed_args: ParsedArgs) -> None:
    results, report = parsed_args.results, parsed_args.report
    if parsed_args.resume and not results:
        raise InvalidRequest(
            "--resume needs the file with the earlier results: add --results FILE"
        )
    if "" in (results, report):
        raise InvalidRequest("--results and --report need the name of a file")
    if results and results == report:
        raise InvalidRequest("--results and --report need two files: rename one of them")
    if not parsed_args.merge_results:
        return
    for name in ("resume", "shard", "accounts", "regions", "list"):
        if getattr(parsed_args, name, None):
            raise InvalidRequest(
                f"--merge-results runs no command, so that --{name} has no meaning: leave it out"
            )


def _file(name: str, help_text: str) -> Argument:
    return {**literal_text(name, help_text), "synopsis": f"[--{name} FILE]"}
