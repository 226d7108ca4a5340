"""Time what docs/performance.md claims: both sides in turn, in one go, as a ratio.

    python tests/benchmarks/run.py [--runs N] [--write]

Runs the official AWS CLI 2.38.5 against a scripted STS on loopback. ``--write``
puts the table into docs/performance.md. Nothing here decides a test.
"""

from __future__ import annotations

import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tests"))

from report import parse_options, write_table  # noqa: E402

from support.hosts import get_host  # noqa: E402
from support.person import clean_environment  # noqa: E402
from support.sts_stub import ROLE_ARN, StsStub  # noqa: E402

HOST = "v2-2.38.5"
MARK = "table"

# The usual script, with --query in place of jq (which is one process less).
ARTICLE = """
set -e
set -- $(aws sts assume-role --role-arn {role} --role-session-name alice-231126-session \
  --duration-seconds 28800 --output text \
  --query 'Credentials.[AccessKeyId,SecretAccessKey,SessionToken]')
aws configure set aws_access_key_id "$1" --profile assumed-role
aws configure set aws_secret_access_key "$2" --profile assumed-role
aws configure set aws_session_token "$3" --profile assumed-role
aws configure set region us-east-1 --profile assumed-role
export AWS_DEFAULT_PROFILE=assumed-role AWS_PROFILE=assumed-role
echo "Role Assumption has completed successfully"
aws sts get-caller-identity
"""

# A plugin that times another plugin from inside the frozen CLI.
METER = """
import os, sys, time

def awscli_initialize(event_hooks):
    started = time.perf_counter()
    import awscli_assume
    awscli_assume.awscli_initialize(event_hooks)
    loaded = time.perf_counter()
    command_table = {}
    awscli_assume._add_assume(command_table, None)
    entered = time.perf_counter()
    with open(os.environ["METER"], "a") as file:
        file.write(f"{loaded - started} {entered - loaded}\\n")
"""


@dataclass(frozen=True)
class Row:
    """One comparison: the times of both sides in seconds, in the order they ran."""

    name: str
    ours: list[float]
    theirs: list[float]

    def line(self) -> str:
        """Return the row of the table."""
        ours, theirs = statistics.median(self.ours), statistics.median(self.theirs)
        pairs = statistics.median(a / b for a, b in zip(self.ours, self.theirs))
        return f"| {self.name} | {ours:.3f} s | {theirs:.3f} s | {pairs:.2f} |"


class Bench:
    """Two homes, one with the plugin and one without, and a scripted STS."""

    def __init__(self, folder: Path, endpoint_url: str) -> None:
        self.executable = get_host(HOST).executable
        self.plugins = folder / "plugins"
        shutil.copytree(
            REPOSITORY / "awscli_assume",
            self.plugins / "awscli_assume",
            ignore=shutil.ignore_patterns("__pycache__"),
        )
        (self.plugins / "meter.py").write_text(METER)
        self.meter = folder / "meter.txt"
        self.plain = self._home(folder / "plain", endpoint_url, "")
        head = f"[plugins]\ncli_legacy_plugin_path = {self.plugins}\n"
        self.with_plugin = self._home(
            folder / "plugin", endpoint_url, head + "assume = awscli_assume\n"
        )
        self.metered = self._home(folder / "metered", endpoint_url, head + "meter = meter\n")

    def _home(self, home: Path, endpoint_url: str, plugins: str) -> dict[str, str]:
        (home / ".aws").mkdir(parents=True)
        (home / ".aws" / "config").write_text(f"[default]\nregion = us-east-1\n{plugins}")
        (home / ".aws" / "credentials").write_text(
            "[default]\naws_access_key_id = AKIAALICEALICEALICE1\naws_secret_access_key = x\n"
        )
        env = clean_environment(home)
        env["PATH"] = f"{self.executable.parent}{os.pathsep}{env['PATH']}"
        return {**env, "AWS_ENDPOINT_URL": endpoint_url, "METER": str(self.meter)}

    def aws(self, env: dict[str, str], *words: str) -> Callable[[], None]:
        """Return a run of ``aws``."""
        return lambda: _run([str(self.executable), *words], env)

    def article(self) -> Callable[[], None]:
        """Return a run of the usual script."""
        return lambda: _run(["sh", "-c", ARTICLE.format(role=ROLE_ARN)], self.plain)


def _run(command: list[str], env: dict[str, str]) -> None:
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{command[:3]} ended with {done.returncode}: {done.stderr}")


def compare(name: str, ours: Callable[[], None], theirs: Callable[[], None], runs: int) -> Row:
    """Run both sides in turn, after one run of each that does not count."""
    row = Row(name, [], [])
    for counted in range(-1, runs):
        for action, times in ((ours, row.ours), (theirs, row.theirs)):
            started = time.perf_counter()
            action()
            if counted >= 0:
                times.append(time.perf_counter() - started)
    print(row.line(), flush=True)
    return row


def import_lines(bench: Bench, runs: int) -> list[str]:
    """Time the plugin from inside the frozen CLI, without byte code and with it."""
    lines = []
    for state in ("first run ever, or a folder that can't be written", "later runs"):
        bench.meter.unlink(missing_ok=True)
        for _ in range(runs):
            if state != "later runs":
                shutil.rmtree(bench.plugins / "awscli_assume" / "__pycache__", ignore_errors=True)
            bench.aws(bench.metered, "--version")()
        rows = [tuple(map(float, line.split())) for line in bench.meter.read_text().splitlines()]
        loaded, entered = (1000 * statistics.median(column) for column in zip(*rows))
        lines.append(f"| {state} | {loaded:.2f} ms | {entered:.2f} ms |")
        print(lines[-1], flush=True)
        # What `aws assume` does when it is called leaves the byte code behind.
        bench.aws(bench.with_plugin, "assume", "--role-arn", ROLE_ARN)()
    return lines


def main() -> None:
    """Run all comparisons and print the tables."""
    options = parse_options(__doc__, 15)
    with tempfile.TemporaryDirectory() as folder, StsStub() as stub:
        bench = Bench(Path(folder), stub.url)
        imports = import_lines(bench, options.runs)
        assume = bench.aws(bench.with_plugin, "assume", "--role-name", "my-iam-role")
        plain = bench.aws(
            bench.plain, "sts", "assume-role", "--role-arn", ROLE_ARN, "--role-session-name", "me2"
        )
        rows = [
            compare("`aws assume` / the usual script", assume, bench.article(), options.runs),
            compare("`aws assume` / `aws sts assume-role`", assume, plain, options.runs),
            compare(
                "`aws --version` with the plugin / without it",
                bench.aws(bench.with_plugin, "--version"),
                bench.aws(bench.plain, "--version"),
                2 * options.runs,
            ),
        ]
    table = [
        f"Official AWS CLI 2.38.5, {os.cpu_count()} cores, {platform.system()}, "
        f"{options.runs} runs of each side in turn (twice that for `--version`), medians; the "
        "ratio is the median of the pairs.",
        "",
        "| ours / theirs | ours | theirs | ratio |",
        "|---|---|---|---|",
        *(row.line() for row in rows),
        "",
        "| the plugin inside any other command | import and registration | table entry |",
        "|---|---|---|",
        *imports,
    ]
    if options.write:
        write_table(MARK, table)


if __name__ == "__main__":
    main()
