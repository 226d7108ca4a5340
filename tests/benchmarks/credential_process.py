"""Time our credential_process: both sides in turn, in one go, as a ratio.

    python tests/benchmarks/credential_process.py [--runs N] [--write]

A fresh cache file against a Python that does nothing, and the official AWS CLI
2.38.5 against our credential_process. ``--write`` puts the table into docs/performance.md.
Nothing here decides a test.
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

from support.hosts import get_host  # noqa: E402
from support.person import clean_environment  # noqa: E402

HOST = "v2-2.38.5"
PROGRAM = REPOSITORY / "awscli_assume" / "process" / "answer.py"
MARK = "process"
BARE, FASTER = 1.5, 20  # the limits


def find_python() -> str:
    """Return the system's Python, else the one that runs this, never a shim."""
    system = "/usr/bin/python3"
    return system if os.access(system, os.X_OK) else os.path.realpath(sys.executable)


def write_cache(path: Path) -> None:
    """Write a fresh cache file with a token of the usual length."""
    document = json.dumps(
        {
            "Version": 1, "AccessKeyId": "ASIAALICEALICEALICE1", "SecretAccessKey": "s" * 40,
            "SessionToken": "t" * 900, "Expiration": "2036-11-23T10:00:00Z",
        }
    )  # fmt: skip
    now = int(time.time())
    path.write_text(f"{now + 43200} {now + 86400}\n{document}\n{{}}\n")
    path.chmod(0o600)


def write_files(home: Path) -> None:
    """Write the files of a user with one key, for export-credentials to read."""
    (home / ".aws").mkdir()
    (home / ".aws" / "config").write_text("[default]\nregion = us-east-1\n")
    (home / ".aws" / "credentials").write_text(
        "[default]\naws_access_key_id = AKIAALICEALICEALICE1\naws_secret_access_key = x\n"
    )


def compare(
    name: str, sides: tuple[list[str], list[str]], env: dict[str, str], runs: int, limit: str
) -> str:
    """Run both sides in turn, after one run of each that does not count; return a row."""
    times: tuple[list[float], list[float]] = ([], [])
    for counted in range(-1, runs):
        for side, row in zip(sides, times):
            started = time.perf_counter()
            done = subprocess.run(side, env=env, stdin=subprocess.DEVNULL, capture_output=True)
            taken = time.perf_counter() - started
            if done.returncode:
                raise SystemExit(f"{side} ended with {done.returncode}: {done.stderr!r}")
            if counted >= 0:
                row.append(taken)
    first, second = (1000 * statistics.median(row) for row in times)
    ratio = statistics.median(a / b for a, b in zip(*times))
    line = f"| {name} | {first:.1f} ms | {second:.1f} ms | {ratio:.2f} | {limit} |"
    print(line, flush=True)
    return line


def main() -> None:
    """Run both comparisons and print the table."""
    options = parse_options(__doc__, 40)
    python = find_python()
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        cache = home / "cache"
        write_cache(cache)
        write_files(home)
        aws = str(get_host(HOST).executable)
        program = [python, "-I", "-S", str(PROGRAM), str(cache), "assumed-role", aws]
        bare = [python, "-I", "-S", "-c", "pass"]
        export = [aws, "configure", "export-credentials", "--format", "process"]
        env = clean_environment(home)
        lines = [
            compare(
                "our `credential_process` / `python3 -I -S -c pass`", (program, bare), env,
                5 * options.runs, f"at most {BARE}",
            ),
            compare(
                "`aws configure export-credentials --format process` / our `credential_process`",
                (export, program), env, options.runs, f"at least {FASTER}",
            ),
        ]  # fmt: skip
    version = subprocess.run([python, "-V"], capture_output=True, text=True, check=True)
    table = [
        f"Official AWS CLI 2.38.5, {version.stdout.strip()}, {os.cpu_count()} cores, "
        f"{platform.system()}, {options.runs} runs of each side in turn (five times that "
        "without the AWS CLI), medians; the ratio is the median of the pairs.",
        "",
        "| first / second | first | second | ratio | limit |",
        "|---|---|---|---|---|",
        *lines,
    ]
    if options.write:
        write_table(MARK, table)


if __name__ == "__main__":
    main()
