"""Time ``aws assume console`` against ``aws assume export``, in turn, in one go.

    python tests/benchmarks/console.py [--runs N] [--write]

Runs the official AWS CLI 2.38.5 against an STS and a federation endpoint on loopback, each call
of which takes 20 ms. The limit is 1.10 times ``export``, plus the calls that ``console`` makes
beyond it: one for the sign-in token, and one of the browser for the page that leads it there.
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
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "tests")]

from report import copy_plugin, parse_options, write_table  # noqa: E402

from support.federation_stub import FederationReply, FederationStub  # noqa: E402
from support.hosts import get_host  # noqa: E402
from support.loopback import Reply, Request  # noqa: E402
from support.person import clean_environment  # noqa: E402
from support.sts_stub import ROLE_ARN, USER_KEY_ID, USER_SECRET, StsStub  # noqa: E402

HOST, MARK = "v2-2.38.5", "console"
CALL_SECONDS = 0.02
EXPORT = ("assume", "export", ROLE_ARN, "--format", "json")
SIDES = {
    "`aws assume console --no-browser`": (("--no-browser",), 1),
    "`aws assume console`": (("--browser", "{browser} {{url}}"), 2),
}
# Asks for one page, as a browser does that runs already.
BROWSER = """#!/bin/bash
address=${1#http://}
host=${address%%/*}
exec 3<>"/dev/tcp/${host%:*}/${host#*:}"
printf 'GET /%s HTTP/1.1\\r\\nHost: %s\\r\\n\\r\\n' "${address#*/}" "$host" >&3
head -1 <&3
"""


class SlowSts(StsStub):
    """A scripted STS whose calls take a while."""

    def reply(self, request: Request) -> Reply:
        """Return the reply after a while."""
        time.sleep(CALL_SECONDS)
        return super().reply(request)


class SlowFederation(FederationStub):
    """A federation endpoint whose calls take a while."""

    def reply(self, request: Request) -> FederationReply:
        """Return the reply after a while."""
        time.sleep(CALL_SECONDS)
        return super().reply(request)


def make_home(folder: Path, sts: StsStub, federation: FederationStub) -> dict[str, str]:
    """Return the environment of a user with a key and the plugin."""
    plugins, home = folder / "plugins", folder / "home"
    copy_plugin(plugins)
    (home / ".aws").mkdir(parents=True, mode=0o700)
    head = f"[plugins]\ncli_legacy_plugin_path = {plugins}\nassume = awscli_assume\n"
    (home / ".aws" / "config").write_text(f"[default]\nregion = us-east-1\n{head}")
    (home / ".aws" / "credentials").write_text(
        f"[default]\naws_access_key_id = {USER_KEY_ID}\naws_secret_access_key = {USER_SECRET}\n"
    )
    urls = {"AWS_ENDPOINT_URL": sts.url, "AWS_ENDPOINT_URL_SIGNIN": federation.url}
    return {**clean_environment(home), **urls}


def timed(env: dict[str, str], words: tuple[str, ...]) -> float:
    """Run ``aws`` and return how many seconds it took."""
    command = [str(get_host(HOST).executable), *words]
    started = time.perf_counter()
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    taken = time.perf_counter() - started
    if done.returncode:
        raise SystemExit(f"{words} ended with {done.returncode}: {done.stderr}")
    return taken


def measured(env: dict[str, str], browser: Path, runs: int) -> list[str]:
    """Run all sides in turn, after one run of each that does not count."""
    export: list[float] = []
    rows: dict[str, list[float]] = {name: [] for name in SIDES}
    for counted in range(-1, runs):
        taken = timed(env, EXPORT)
        export += [taken] if counted >= 0 else []
        for name, (words, _) in SIDES.items():
            given = tuple(word.format(browser=browser) for word in words)
            taken = timed(env, ("assume", "console", ROLE_ARN, *given))
            rows[name] += [taken] if counted >= 0 else []
    lines = []
    for name, (_, calls) in SIDES.items():
        pairs = list(zip(rows[name], export))
        ratio = statistics.median((a - calls * CALL_SECONDS) / b for a, b in pairs)
        lines.append(
            f"| {name} | {calls} | {statistics.median(rows[name]):.3f} s | "
            f"{statistics.median(export):.3f} s | {ratio:.2f} | 1.10 |"
        )
        print(lines[-1], flush=True)
    return lines


def main() -> None:
    """Run all sides and print the table."""
    options = parse_options(__doc__, 9)
    with tempfile.TemporaryDirectory() as name, SlowSts() as sts, SlowFederation() as federation:
        browser = Path(name) / "browser"
        browser.write_text(BROWSER)
        browser.chmod(0o755)
        lines = measured(make_home(Path(name), sts, federation), browser, options.runs)
    table = [
        f"Official AWS CLI 2.38.5, {os.cpu_count()} cores, {platform.system()}, {options.runs} "
        "runs of each side in turn, medians of the pairs; calls that take 20 ms. The calls are "
        "those beyond `export`: the sign-in token, and the browser's call of the page on this "
        "machine. The ratio is without them.",
        "",
        "| command | calls | time | `aws assume export` | ratio | limit |",
        "|---|---|---|---|---|---|",
        *lines,
    ]
    if options.write:
        write_table(MARK, table)


if __name__ == "__main__":
    main()
