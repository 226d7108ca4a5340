"""Time ``aws assume roles`` with 500 accounts beyond ``aws --version``, in turn, in one go.

    python tests/benchmarks/roles.py [--runs N] [--write]

Runs the official AWS CLI 2.38.5 against a stub of IAM Identity Center on loopback, in which
each call takes 20 ms. ``--write`` puts the table into docs/performance.md. Nothing here decides
a test.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "tests")]

from report import copy_plugin, parse_options, write_table  # noqa: E402

from awscli_assume.aws.sso.portal import WORKERS  # noqa: E402
from support.hosts import get_host  # noqa: E402
from support.person import clean_environment  # noqa: E402
from support.sso_stub import SSO_PROFILE, SsoStub, many_accounts, write_sso_token  # noqa: E402

HOST = "v2-2.38.5"
MARK = "roles"
ACCOUNTS, CALL_SECONDS = 500, 0.02
CALLS = ACCOUNTS // 100 + ACCOUNTS
COLD_LIMIT = 1.3 * CALLS * CALL_SECONDS / WORKERS
WARM_LIMIT = 0.1
VERSION = ("--version",)
SIDES = {
    "`aws assume roles --no-cache`": (("assume", "roles", "--no-cache"), CALLS, COLD_LIMIT),
    "`aws assume roles`, cached": (("assume", "roles"), 0, WARM_LIMIT),
}


def make_home(folder: Path, variables: dict[str, str]) -> dict[str, str]:
    """Return the environment of a user who is logged in and has the plugin."""
    plugins = folder / "plugins"
    copy_plugin(plugins)
    home = folder / "home"
    (home / ".aws").mkdir(parents=True, mode=0o700)
    head = f"[plugins]\ncli_legacy_plugin_path = {plugins}\nassume = awscli_assume\n"
    (home / ".aws" / "config").write_text(f"[default]\nregion = us-east-1\n{head}{SSO_PROFILE}")
    write_sso_token(home)
    return {**clean_environment(home), **variables}


def timed(env: dict[str, str], words: tuple[str, ...]) -> float:
    """Run ``aws`` and return how many seconds it took."""
    started = time.perf_counter()
    done = subprocess.run(
        [str(get_host(HOST).executable), *words], env=env, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    taken = time.perf_counter() - started
    if done.returncode:
        raise SystemExit(f"{words} ended with {done.returncode}: {done.stderr}")
    return taken


def measured(env: dict[str, str], stub: SsoStub, runs: int) -> list[str]:
    """Run all sides in turn, after one run of each that does not count; check the calls."""
    version: list[float] = []
    rows: dict[str, list[float]] = {name: [] for name in SIDES}
    for counted in range(-1, runs):
        taken = timed(env, VERSION)
        version += [taken] if counted >= 0 else []
        for name, (words, calls, _) in SIDES.items():
            stub.journal.calls.clear()
            taken = timed(env, words)
            if len(stub.journal.calls) != calls:
                raise SystemExit(f"{name} made {len(stub.journal.calls)} calls, not {calls}")
            rows[name] += [taken] if counted >= 0 else []
    lines = []
    for name, (_, calls, limit) in SIDES.items():
        beyond = statistics.median(a - b for a, b in zip(rows[name], version))
        lines.append(
            f"| {name} | {calls} | {statistics.median(rows[name]):.3f} s | "
            f"{statistics.median(version):.3f} s | {beyond:.3f} s | {limit:.2f} s | "
            f"{beyond / limit:.2f} |"
        )
        print(lines[-1], flush=True)
    return lines


def main() -> None:
    """Run all sides and print the table."""
    options = parse_options(__doc__, 15)
    with (
        tempfile.TemporaryDirectory() as folder,
        SsoStub(accounts=many_accounts(ACCOUNTS)) as stub,
    ):
        stub.delay = CALL_SECONDS
        lines = measured(make_home(Path(folder), stub.variables()), stub, options.runs)
    table = [
        f"Official AWS CLI 2.38.5, {os.cpu_count()} cores, {platform.system()}, "
        f"{options.runs} runs of each side in turn, medians of the pairs; {ACCOUNTS} accounts "
        f"with 3 roles each, {WORKERS} workers, calls that take 20 ms. The limit without a "
        "cache is 1.3 * calls * 20 ms / workers.",
        "",
        "| command | calls | time | `aws --version` | beyond it | limit | beyond / limit |",
        "|---|---|---|---|---|---|---|",
        *lines,
    ]
    if options.write:
        write_table(MARK, table)


if __name__ == "__main__":
    main()
