"""Time our completer next to the AWS CLI's: both sides in turn, in one go, as a ratio.

    python tests/benchmarks/completion.py [--runs N] [--write]

The same line with our completer and with the official aws_completer 2.38.5, whose index has our
rows; and roles and profiles, which aws_completer does not know, in small and in large files.
``--write`` puts the table into docs/performance.md. Nothing here decides a test.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tests"))

from report import parse_options, write_table  # noqa: E402

from awscli_assume.completion.index_file import make_index  # noqa: E402
from support.hosts import get_host  # noqa: E402
from support.person import clean_environment  # noqa: E402

VERSION = "2.38.5"
PROGRAM = REPOSITORY / "awscli_assume" / "completion" / "complete.py"
MARK = "completion"
LIMIT = 60.0  # milliseconds


def find_python() -> str:
    """Return the system's Python, else the one that runs this, never a shim."""
    system = "/usr/bin/python3"
    return system if os.access(system, os.X_OK) else os.path.realpath(sys.executable)


def write_home(home: Path, profiles: int, accounts: int) -> None:
    """Write profiles with a role, and three roles in each account of Identity Center."""
    folder = home / ".aws"
    cache = folder / "cli" / "cache" / "assume-roles"
    cache.mkdir(parents=True, exist_ok=True)
    sections = [
        f"[profile account-{n}]\nrole_arn = arn:aws:iam::{n:012}:role/Admin\n"
        f"source_profile = default\nregion = us-east-1\noutput = json\n"
        for n in range(profiles)
    ]
    (folder / "config").write_text("[default]\nregion = us-east-1\n" + "".join(sections))
    granted = [
        {"Id": f"{n:012}", "Name": f"team-{n}", "Roles": ["Admin", "ReadOnly", "Support"]}
        for n in range(accounts)
    ]
    document = {"Session": "corp", "StartUrl": "https://x", "Until": 0, "Accounts": granted}
    (cache / "corp.json").write_text(json.dumps(document))


def timed(command: list[str], env: dict[str, str]) -> float:
    """Run a command once and return its time in milliseconds."""
    started = time.perf_counter()
    done = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True)
    taken = time.perf_counter() - started
    if done.returncode or not done.stdout.strip():
        raise SystemExit(f"{command} ended with {done.returncode}: {done.stderr!r}")
    return 1000 * taken


def compare(name: str, line: str, home: Path, runs: int) -> str:
    """Run our completer, aws_completer and a bare Python in turn; return a row."""
    python, aws = find_python(), get_host(f"v2-{VERSION}").executable
    env = clean_environment(home)
    sides = (
        ([python, "-I", "-S", str(PROGRAM), "bash", line, ""], env),
        ([str(aws.with_name("aws_completer"))], {**env, "COMP_LINE": "aws assume "}),
        ([python, "-I", "-S", "-c", "print(1)"], env),
    )
    rows: tuple[list[float], ...] = ([], [], [])
    for counted in range(-1, runs):
        for (command, variables), row in zip(sides, rows):
            taken = timed(command, variables)
            if counted >= 0:
                row.append(taken)
    ours, theirs, bare = (statistics.median(row) for row in rows)
    ratio = statistics.median(a / b for a, b in zip(*rows[:2]))
    times = f"{ours:.1f} ms | {theirs:.1f} ms | {ratio:.2f} | {bare:.1f} ms"
    result = f"| {name} | {times} | {LIMIT:.0f} ms |"
    print(result, flush=True)
    return result


def main() -> None:
    """Run the comparisons and print the table."""
    options = parse_options(__doc__, 40)
    builtin = get_host(f"v2-{VERSION}").executable.parent / "awscli" / "data" / "ac.index"
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        make_index(name, VERSION, str(builtin))
        write_home(home, 5, 0)
        lines = [
            compare("`aws assume ` Tab", "aws assume ", home, options.runs),
            compare("`--role-name ` Tab", "aws assume --role-name ", home, options.runs),
        ]
        write_home(home, 5000, 500)
        lines += [
            compare(
                "`aws assume ` Tab, 5,000 profiles and 1,500 roles of Identity Center",
                "aws assume ", home, options.runs,
            )
        ]  # fmt: skip
    version = subprocess.run([find_python(), "-V"], capture_output=True, text=True, check=True)
    table = [
        f"Official AWS CLI {VERSION}, {version.stdout.strip()}, {os.cpu_count()} cores, "
        f"{platform.system()}, {options.runs} runs of each side in turn, medians; the ratio "
        "is the median of the pairs. `aws_completer` completes `aws assume `, and the bare "
        "Python is `python3 -I -S -c 'print(1)'`.",
        "",
        "| Tab | ours | `aws_completer` | ratio | bare Python | limit of ours |",
        "|---|---|---|---|---|---|",
        *lines,
    ]
    if options.write:
        write_table(MARK, table)


if __name__ == "__main__":
    main()
