"""Time one command, and AssumeRole, in many accounts: both sides in turn, in one go.

    python tests/benchmarks/each.py [--runs N] [--write]

Runs the official AWS CLI 2.38.5 against an STS in a process of its own, which takes 50 ms.
``--write`` puts the table into docs/performance.md. Nothing here decides a test.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "tests")]

from many_profiles import Home, in_turn  # noqa: E402
from report import copy_plugin, parse_options, write_table  # noqa: E402

from support.fast_sts import FastSts  # noqa: E402
from support.hosts import get_host  # noqa: E402
from support.person import clean_environment  # noqa: E402

HOST = "v2-2.38.5"
MARK = "each"
STS_SECONDS = 0.05
ACCOUNTS, LOOP = 300, 12
WORKERS = (os.cpu_count() or 1) * 4
ROLES, MANY_ROLES = 1000, 3.0
FEW, MANY = 500, 5000
COMMAND = ("aws", "sts", "get-caller-identity")
TIME_RATIO, MEMORY_RATIO = 0.10, 1.3
# Prints the peak memory of its largest child in KiB (Linux).
_PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


class User:
    """A HOME with one profile, and what runs in it."""

    def __init__(self, folder: Path, url: str, plugins: Path) -> None:
        files = folder / ".aws"
        files.mkdir(parents=True, mode=0o700)
        (files / "config").write_text(
            f"[default]\nregion = us-east-1\n[plugins]\nassume = awscli_assume\n"
            f"cli_legacy_plugin_path = {plugins}\n"
        )
        (files / "credentials").write_text(
            "[default]\naws_access_key_id = AKIAALICEALICEALICE1\naws_secret_access_key = x\n"
        )
        self._folder = folder
        self._environment = {**clean_environment(folder), "AWS_ENDPOINT_URL": url}
        self._aws = str(get_host(HOST).executable)

    def run(self, *words: str) -> float:
        """Run ``aws`` and return how many seconds it took."""
        started = time.perf_counter()
        with open(os.devnull, "w") as null:
            done = subprocess.run(
                [self._aws, *words], env=self._environment, stdout=null, stderr=subprocess.PIPE,
                text=True, check=False,
            )  # fmt: skip
        if done.returncode:
            raise SystemExit(f"{words} ended with {done.returncode}: {done.stderr[-2000:]}")
        return time.perf_counter() - started

    def accounts(self, count: int) -> str:
        """Return the file with so many account IDs, as ``--accounts`` takes it."""
        path = self._folder / f"accounts-{count}"
        path.write_text("".join(f"{number:012}\n" for number in range(1, count + 1)))
        return f"@{path}"

    def each(self, count: int) -> float:
        """Return the seconds per account of ``aws assume each``, which loads the AWS CLI once."""
        accounts = self.accounts(count)
        options = ("audit", "--accounts", accounts, "--workers", str(WORKERS))
        return self.run("assume", "each", *options, "--", *COMMAND) / count

    def loop(self, count: int) -> float:
        """Return the seconds per account of a new process for each account."""
        started = time.perf_counter()
        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(lambda _: self.run(*COMMAND[1:]), range(count)))
        return (time.perf_counter() - started) / count

    def peak(self, count: int) -> float:
        """Return the peak memory of the largest process of ``each``, in MiB.

        The command is a program that does nothing, so the number of targets is what counts.
        """
        words = ("assume", "each", "audit", "--accounts", self.accounts(count), "--", "true")
        done = subprocess.run(
            [sys.executable, "-c", _PEAK, self._aws, *words], env=self._environment, check=True,
            capture_output=True, text=True,
        )  # fmt: skip
        return int(done.stdout.split()[-1]) / 1024


def command_lines(user: User, runs: int) -> list[str]:
    """Time a command of the AWS CLI in each account, against a process for each account."""
    pairs = [(user.each(ACCOUNTS), user.loop(LOOP)) for _ in range(runs + 1)][1:]
    ours, theirs = (statistics.median(side) for side in zip(*pairs))
    ratio = statistics.median(a / b for a, b in pairs)
    line = (
        f"| `{' '.join(COMMAND)}` in {ACCOUNTS} accounts, {WORKERS} at once | {ours:.4f} s | "
        f"{theirs:.4f} s | {ratio:.3f} | {TIME_RATIO:.2f} |"
    )
    print(line, flush=True)
    return [line]


def role_lines(folder: Path, url: str, plugins: Path, runs: int) -> list[str]:
    """Time AssumeRole of many roles, beyond ``aws --version``."""
    home = Home(folder / "roles", url, plugins, ROLES, ROLES + 1)
    version, row = in_turn(runs, (home, ("--version",)), (home, ("assume", "refresh", "--all")))
    more = statistics.median(a - b for a, b in zip(row, version))
    line = (
        f"| `aws assume refresh --all`: {ROLES:,} roles | {statistics.median(row):.3f} s | "
        f"{statistics.median(version):.3f} s | {more:.3f} s | {MANY_ROLES:.2f} s |"
    )
    print(line, flush=True)
    return [line]


def memory_lines(user: User) -> list[str]:
    """Compare the peak memory of many targets with that of few."""
    few, many = user.peak(FEW), user.peak(MANY)
    line = (
        f"| peak memory of {MANY:,} / {FEW} accounts | {many:.0f} MiB | {few:.0f} MiB | "
        f"{many / few:.2f} | {MEMORY_RATIO:.2f} |"
    )
    print(line, flush=True)
    return [line]


def main() -> None:
    """Run all comparisons and print the tables."""
    options = parse_options(__doc__, 5)
    with tempfile.TemporaryDirectory() as name, FastSts(STS_SECONDS) as sts:
        folder = Path(name)
        plugins = copy_plugin(folder / "plugins")
        user = User(folder / "user", sts.url, plugins)
        compared = [*command_lines(user, options.runs), *memory_lines(user)]
        roles = role_lines(folder, sts.url, plugins, options.runs)
    table = [
        f"Official AWS CLI 2.38.5, {os.cpu_count()} cores, {platform.system()}, "
        f"{options.runs} runs of each side in turn, medians; an STS that takes 50 ms. The times "
        "of a command are for one account, with as many workers on both sides.",
        "",
        "| `aws assume each` / a loop of `aws` processes | ours | theirs | ratio | limit |",
        "|---|---|---|---|---|",
        *compared,
        "",
        "| command | time | `aws --version` | beyond it | limit |",
        "|---|---|---|---|---|",
        *roles,
    ]
    if options.write:
        write_table(MARK, table)


if __name__ == "__main__":
    main()
