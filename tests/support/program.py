"""The credential_process program as an SDK runs it, and an ``aws`` that follows a script."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Optional

PROGRAM = Path(__file__).resolve().parents[2] / "awscli_assume" / "process" / "answer.py"
SECRETS = ("secret-OLD", "secret-NEW", "token-OLD", "token-NEW")

# Records its calls, waits for a file if it should, and follows the script.
AWS = """#!{python} -IS
import json, os, subprocess, sys, time
script = json.load(open({script!r}))
with open({calls!r}, "a") as file:
    file.write(json.dumps([sys.argv[1:], dict(os.environ)]) + "\\n")
while script["wait"] and not os.path.exists({go!r}):
    time.sleep(0.01)
sys.stderr.write(script["stderr"])
if script["ask_again"]:
    sys.exit(subprocess.call(script["ask_again"]))
if script["stored"]:
    with open({cache!r} + ".new", "w") as file:
        file.write(script["stored"])
    os.replace({cache!r} + ".new", {cache!r})
sys.stdout.write(script["stdout"])
sys.exit(script["code"])
"""


def document(which: str) -> str:
    """Return a credential_process document."""
    return json.dumps(
        {
            "Version": 1,
            "AccessKeyId": f"ASIA{which}",
            "SecretAccessKey": f"secret-{which}",
            "SessionToken": f"token-{which}",
            "Expiration": "2036-11-23T10:00:00Z",
        }
    )


# The last line of a cache file: the variables of coding agents.
AGENTS = "AGENT CLAUDECODE"


def content(which: str, renew_in: float, expires_in: float) -> str:
    """Return a cache file, as profiles/cache/process_cache.py writes it."""
    now = time.time()
    return f"{int(now + renew_in)} {int(now + expires_in)}\n{document(which)}\n{{}}\n{AGENTS}\n"


class Scene:
    """A cache file, an ``aws`` and the program that uses them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cache = folder / "cache" / "entry"
        self.cache.parent.mkdir(mode=0o700)
        self.lock = folder / "cache" / "entry.lock"
        self.aws = folder / "bin" / "aws"
        self.aws.parent.mkdir()
        self.go = folder / "go"
        self.env = {"PATH": "/nonexistent", "HOME": str(folder)}
        self.write_aws(self.aws)
        self.script()

    def write_aws(self, path: Path) -> None:
        """Create an ``aws`` at a path."""
        path.write_text(
            AWS.format(
                python=sys.executable,
                script=str(self.folder / "script.json"),
                calls=str(self.folder / "calls"),
                go=str(self.go),
                cache=str(self.cache),
            )
        )
        path.chmod(0o755)

    def script(self, **changes: Any) -> None:
        """Set what ``aws`` does; without changes it renews."""
        script = {
            "wait": False, "stderr": "", "ask_again": None, "stored": content("NEW", 2700, 3600),
            "stdout": document("NEW") + "\n", "code": 0, **changes,
        }  # fmt: skip
        (self.folder / "script.json").write_text(json.dumps(script))

    def fail(self, **changes: Any) -> None:
        """Make ``aws`` fail as it does when STS refuses the call."""
        self.script(stored="", stdout="", stderr="aws: [ERROR]: refused\n", code=254, **changes)

    def put(self, renew_in: float, expires_in: float) -> None:
        """Write the cache file with the old credentials."""
        self.cache.write_text(content("OLD", renew_in, expires_in))

    def command(self, profile: str = "assumed-role") -> list[str]:
        """Return the command of credential_process."""
        return [
            sys.executable, "-I", "-S", str(PROGRAM), str(self.cache), profile, str(self.aws),
        ]  # fmt: skip

    def start(self, **options: Any) -> subprocess.Popen:
        """Start the program."""
        return subprocess.Popen(
            self.command(), env=self.env, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options,
        )  # fmt: skip

    def run(
        self, cwd: Optional[Path] = None, profile: str = "assumed-role", **variables: str
    ) -> subprocess.CompletedProcess:
        """Run the program to its end, and check that stderr has no secret."""
        done = subprocess.run(
            self.command(profile), env={**self.env, **variables}, cwd=cwd, text=True,
            stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False,
        )  # fmt: skip
        self.check_no_secret(done.stderr)
        return done

    def check_no_secret(self, stderr: str) -> None:
        """Fail if a secret is in the text."""
        assert not [secret for secret in SECRETS if secret in stderr]

    @property
    def calls(self) -> list[list[str]]:
        """The words of each call of ``aws``."""
        return [words for words, _ in self._lines()]

    @property
    def call_environment(self) -> dict[str, str]:
        """The variables of the one call of ``aws``."""
        ((_, variables),) = self._lines()
        return variables

    def wait_for(self, processes: list[subprocess.Popen]) -> None:
        """Wait until each process has opened the lock, and ``aws`` has been called."""
        deadline = time.monotonic() + 60
        while not (self.calls and all(self._has_lock_open(process.pid) for process in processes)):
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def _has_lock_open(self, pid: int) -> bool:
        folder = f"/proc/{pid}/fd"
        try:
            return any(os.readlink(f"{folder}/{n}") == str(self.lock) for n in os.listdir(folder))
        except FileNotFoundError:
            return False

    def _lines(self) -> list[Any]:
        path = self.folder / "calls"
        lines = path.read_text().splitlines() if path.exists() else []
        return [json.loads(line) for line in lines]
