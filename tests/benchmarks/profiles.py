"""Time `aws assume profiles`: both sides in turn, in one go.

    python tests/benchmarks/profiles.py [--runs N] [--write]

Runs the official AWS CLI 2.38.5 with a local stand-in for the portal of IAM Identity Center,
whose 500 accounts of three roles each are in the cache of granted roles. ``--write`` puts the
table into docs/performance.md. Nothing here decides a test.
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
from pathlib import Path
from typing import Sequence

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "tests")]

from report import copy_plugin, parse_options, write_table  # noqa: E402

from support.hosts import get_host  # noqa: E402
from support.person import clean_environment  # noqa: E402
from support.sso_stub import START_URL, SsoStub, write_sso_token  # noqa: E402

HOST = "v2-2.38.5"
MARK = "profiles"
BEYOND = 1.0
PROFILES = ("assume", "profiles")
RENEWING = (*PROFILES, "--as", "auto-refresh")


@dataclass
class Home:
    """A HOME of a user who is signed in; ``restore`` makes its config file what it was."""

    path: Path
    portal: SsoStub
    plugins: Path
    content: bytes = b""
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.config.parent.mkdir(parents=True, mode=0o700)
        self.content = (
            "[default]\nregion = us-east-1\n[plugins]\n"
            f"cli_legacy_plugin_path = {self.plugins}\nassume = awscli_assume\n"
            f"[sso-session corp]\nsso_start_url = {START_URL}\nsso_region = us-east-1\n"
        ).encode()
        self.restore()
        write_sso_token(self.path)
        self.environment = {**clean_environment(self.path), **self.portal.variables()}

    @property
    def config(self) -> Path:
        """The config file."""
        return self.path / ".aws" / "config"

    def restore(self) -> None:
        """Write the config file as at the start, as of an hour ago: nothing waits for quiet."""
        then = time.time() - 3600
        self.config.write_bytes(self.content)
        self.config.chmod(0o600)
        os.utime(self.config, (then, then))

    def aws(self, *words: str) -> float:
        """Run ``aws`` and return how many seconds it took."""
        self.restore()
        started = time.perf_counter()
        done = subprocess.run(
            [str(get_host(HOST).executable), *words],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        taken = time.perf_counter() - started
        if done.returncode:
            raise SystemExit(f"{words} ended with {done.returncode}: {done.stderr}")
        return taken


def beyond(home: Home, runs: int, words: Sequence[str]) -> tuple[float, float, float]:
    """Return the medians of a verb, of ``aws --version`` in turn, and of what is beyond it."""
    pairs = [(home.aws(*words), home.aws("--version")) for _ in range(runs + 1)][1:]
    ours, version = zip(*pairs)
    return (
        statistics.median(ours),
        statistics.median(version),
        statistics.median(a - b for a, b in pairs),
    )


def lines(home: Home, runs: int) -> list[str]:
    """Return the rows of the table: the first run, the second, and the last."""
    home.aws(*PROFILES)  # Fills the cache of granted roles.
    empty = home.content
    rows = []

    def add(what: str, words: Sequence[str], limit: str = "") -> None:
        ours, version, more = beyond(home, runs, words)
        rows.append(f"| {what} | {ours:.3f} s | {version:.3f} s | {more:.3f} s | {limit} |")
        print(rows[-1], flush=True)

    add("`aws assume profiles`: 1,500 new profiles", PROFILES, f"{BEYOND:.2f} s")
    add("`aws assume profiles --as auto-refresh`: 1,500 new profiles", RENEWING)
    home.aws(*PROFILES)
    home.content = home.config.read_bytes()
    add("`aws assume profiles`: nothing to change", PROFILES)
    add("`aws assume clear --all`: 1,500 profiles", ("assume", "clear", "--all"))
    home.content = empty
    return rows


def main() -> None:
    """Run all comparisons and print the table."""
    options = parse_options(__doc__, 11)
    with tempfile.TemporaryDirectory() as name, SsoStub() as portal:
        plugins = Path(name) / "plugins"
        copy_plugin(plugins)
        rows = lines(Home(Path(name) / "home", portal, plugins), options.runs)
    table = [
        f"Official AWS CLI 2.38.5, {os.cpu_count()} cores, {platform.system()}, "
        f"{options.runs} runs of each side in turn, medians of the pairs; 500 accounts of "
        "three roles each, in the cache of granted roles.",
        "",
        "| command | time | `aws --version`, same file | beyond it | limit |",
        "|---|---|---|---|---|",
        *rows,
    ]
    if options.write:
        write_table(MARK, table)


if __name__ == "__main__":
    main()
