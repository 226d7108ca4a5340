"""Time the life of many profiles: both sides in turn, in one go.

    python tests/benchmarks/many_profiles.py [--runs N] [--write]

Runs the official AWS CLI 2.38.5 against an STS on loopback, with our
profiles among thousands of others. ``--write`` puts the table into
docs/performance.md. Nothing here decides a test.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Optional

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "tests")]

from report import copy_plugin, parse_options, write_table  # noqa: E402

from support.fast_sts import FastSts  # noqa: E402
from support.hosts import get_host  # noqa: E402
from support.person import clean_environment  # noqa: E402
from support.sts_stub import ACCOUNT, ROLE_ARN, StsStub  # noqa: E402

HOST = "v2-2.38.5"
MARK = "life"
OURS, ALL, MANY = 200, 5000, 10000
STS_SECONDS = 0.05
BEYOND, REFRESH = 0.5, 0.9
RATIO = 1.10


@dataclass
class Home:
    """A HOME with so many profiles; ``restore`` makes its files what they were."""

    path: Path
    endpoint_url: str
    plugins: Optional[Path]
    ours: int = 0
    others: int = 0
    in_credentials: bool = False
    _kept: dict[Path, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        expired = datetime.now(timezone.utc) - timedelta(hours=1)
        config = ["[default]", "region = us-east-1"]
        credentials = [
            "[default]", "aws_access_key_id = AKIAALICEALICEALICE1", "aws_secret_access_key = x",
        ]  # fmt: skip
        if self.plugins is not None:
            config += ["[plugins]", f"cli_legacy_plugin_path = {self.plugins}"]
            config += ["assume = awscli_assume"]
        each = max(1, self.others // max(1, self.ours))
        for number in range(self.others + self.ours):
            if number % (each + 1) == each and number // (each + 1) < self.ours:
                config += _ours_in_config(number)
                credentials += _ours_in_credentials(number, expired)
                continue
            config += [f"[profile other-{number}]", "region = eu-west-1", "output = json",
                       f"role_arn = arn:aws:iam::{ACCOUNT}:role/r{number}",
                       "source_profile = default"]  # fmt: skip
            if self.in_credentials:
                credentials += [f"[other-{number}]", f"aws_access_key_id = AKIA{number:016}",
                                "aws_secret_access_key = x"]  # fmt: skip
        folder = self.path / ".aws"
        folder.mkdir(parents=True, mode=0o700)
        for name, lines in (("config", config), ("credentials", credentials)):
            self._kept[folder / name] = "\n".join(lines) + "\n"
        self.restore()

    def restore(self) -> None:
        """Write both files as at the start, as of an hour ago: nothing waits for quiet."""
        then = time.time() - 3600
        for path, content in self._kept.items():
            path.write_text(content)
            path.chmod(0o600)
            os.utime(path, (then, then))

    def aws(self, *words: str) -> float:
        """Run ``aws`` and answer how many seconds it took."""
        env = {**clean_environment(self.path), "AWS_ENDPOINT_URL": self.endpoint_url}
        self.restore()
        started = time.perf_counter()
        done = subprocess.run(
            [str(get_host(HOST).executable), *words], env=env, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        taken = time.perf_counter() - started
        if done.returncode:
            raise SystemExit(f"{words} ended with {done.returncode}: {done.stderr}")
        return taken


def _ours_in_config(number: int) -> list[str]:
    return [
        f"[profile ours-{number}]", "region = us-east-1", "assumed =",
        f"    role-arn = arn:aws:iam::{ACCOUNT}:role/role-{number}",
        "    role-session-name = {user}-{date}-session", "    source-profile = default",
        "    target-region = us-east-1",
    ]  # fmt: skip


def _ours_in_credentials(number: int, expired: datetime) -> list[str]:
    key = f"ASIA{number:016}"
    return [
        f"[ours-{number}]", f"aws_access_key_id = {key}", "aws_secret_access_key = s",
        f"aws_session_token = {'t' * 400}",
        f"x_security_token_expires = {expired:%Y-%m-%dT%H:%M:%SZ}",
        f"x_principal_arn = arn:aws:sts::{ACCOUNT}:assumed-role/role-{number}/me",
        "x_principal_id = AROASTUB:me", f"x_principal_access_key_id = {key}",
    ]  # fmt: skip


def in_turn(runs: int, *sides: Any) -> list[list[float]]:
    """Run all sides in turn, after one run of each that does not count."""
    times: list[list[float]] = [[] for _ in sides]
    for counted in range(-1, runs):
        for side, row in zip(sides, times):
            home, words = side
            taken = home.aws(*words)
            if counted >= 0:
                row.append(taken)
    return times


def beyond_lines(folder: Path, url: str, plugins: Path, runs: int) -> list[str]:
    """Time the verbs beyond ``aws --version``, in files of several sizes."""
    lines = []
    for others in (ALL // 4, ALL // 2, ALL, MANY):
        home = Home(folder / f"all-{others}", url, plugins, OURS, others - OURS)
        verbs = [("assume", "list"), ("assume", "clear", "--expired")]
        verbs += [("assume", "refresh", "--all")] if others == ALL else []
        sides = [(home, ("--version",)), *((home, verb) for verb in verbs)]
        version, *rows = in_turn(runs, *sides)
        for verb, row in zip(verbs, rows):
            more = statistics.median(a - b for a, b in zip(row, version))
            limit = REFRESH if "refresh" in verb else BEYOND
            said = f"{limit:.2f} s" if others == ALL else ""
            lines.append(
                f"| `aws {' '.join(verb)}` | {others:,} | {statistics.median(row):.3f} s | "
                f"{statistics.median(version):.3f} s | {more:.3f} s | {said} |"
            )
            print(lines[-1], flush=True)
    return lines


def ratio_lines(folder: Path, url: str, plugins: Path, runs: int) -> list[str]:
    """Time ``aws assume`` against ``aws sts assume-role`` in the same large files."""
    lines = []
    plain = ("sts", "assume-role", "--role-arn", ROLE_ARN, "--role-session-name", "me2")
    for name, both in (("config file", False), ("config and credentials file", True)):
        place = folder / f"many-{both}"
        ours = Home(place / "plugin", url, plugins, others=MANY, in_credentials=both)
        theirs = Home(place / "plain", url, None, others=MANY, in_credentials=both)
        ours.aws("assume", "--role-name", "my-iam-role")  # caches whose the key is
        sides = (ours, ("assume", "--role-name", "my-iam-role")), (theirs, plain)
        a, b = in_turn(runs, *sides)
        ratio = statistics.median(x / y for x, y in zip(a, b))
        lines.append(
            f"| {name} of {MANY:,} | {statistics.median(a):.3f} s | {statistics.median(b):.3f} s "
            f"| {ratio:.2f} | {RATIO:.2f} |"
        )
        print(lines[-1], flush=True)
    return lines


def main() -> None:
    """Run all comparisons and print the tables."""
    options = parse_options(__doc__, 15)
    with tempfile.TemporaryDirectory() as name, StsStub() as stub, FastSts(STS_SECONDS) as sts:
        folder = Path(name)
        plugins = folder / "plugins"
        copy_plugin(plugins)
        ratios = ratio_lines(folder, stub.url, plugins, options.runs)
        beyond = beyond_lines(folder, sts.url, plugins, options.runs)
    table = [
        f"Official AWS CLI 2.38.5, {os.cpu_count()} cores, {platform.system()}, "
        f"{options.runs} runs of each side in turn, medians of the pairs; {OURS} profiles of "
        "`aws assume`, all expired, in a config file with this number of profiles; an STS "
        "that takes 50 ms.",
        "",
        "| command | profiles | time | `aws --version`, same files | beyond it | limit |",
        "|---|---|---|---|---|---|",
        *beyond,
        "",
        "| `aws assume` / `aws sts assume-role` without the plugin | ours | theirs | ratio "
        "| limit |",
        "|---|---|---|---|---|",
        *ratios,
    ]
    if options.write:
        write_table(MARK, table)


if __name__ == "__main__":
    main()
