"""Count what many writers at once lose: `aws assume`, `aws configure set`, and both together.

    python tests/benchmarks/concurrency.py [--processes N] [--rounds N] [--mixed N] [--write]

The load of tests/integration/test_concurrency.py. The CLI's own version 1 code
runs in forked processes of one clean interpreter, against a scripted STS on
loopback. ``--write`` puts the table into docs/security.md.
"""

from __future__ import annotations

import argparse
import configparser
import gc
import io
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Callable, Optional

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "tests")]

from support import host_caches  # noqa: E402
from support.person import clean_environment  # noqa: E402
from support.sts_stub import ACCOUNT, ROLE_ARN, StsStub, assume_role_answer  # noqa: E402

BEGIN, END = "<!-- concurrency -->", "<!-- /concurrency -->"
HEAD = "[default]\nregion = us-east-1\n[plugins]\nassume = awscli_assume\n"
SOURCE = "[default]\naws_access_key_id = AKIAALICEALICEALICE1\naws_secret_access_key = x\n"
# Jitter of the mixed load: a round of eight writers takes about as long.
START_SECONDS, BETWEEN_SECONDS = 0.06, 0.01
_KEY = re.compile(r"ASIAW(\d\d)R(\d{4})")


def key_of(worker: int, round_number: int) -> str:
    """Return the access key id that a round writes."""
    return f"ASIAW{worker:02}R{round_number:04}AAAAAAAAA"[:20]


def profile_of(worker: int, round_number: int) -> str:
    """Return the profile of a round: half are new ones, half the worker's existing one."""
    return f"old-{worker}" if round_number % 2 else f"new-{worker}-{round_number}"


def run_load(kind: str, folder: Path, **numbers: int) -> dict[str, int]:
    """Run a load (ours, theirs or mixed) in a process of its own and return what it counted."""
    with StsStub() as stub:
        stub.script = _answer
        home = folder / kind
        (home / ".aws").mkdir(parents=True, mode=0o700)
        variables = {**clean_environment(home), "AWS_ENDPOINT_URL": stub.url}
        done = subprocess.run(
            [sys.executable, __file__, "--load", json.dumps([kind, numbers])],
            env=variables, cwd=home, capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"the load ended with {done.returncode}:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def _answer(parameters: dict[str, str]) -> Any:
    if parameters.get("Action") != "AssumeRole":
        return None
    name = parameters["RoleSessionName"]
    worker, round_number = map(int, name.split("-"))
    key = key_of(worker, round_number)
    return assume_role_answer(parameters["RoleArn"], name, access_key_id=key, token="t" * 200)


# From here on: inside of the clean interpreter.


class Files:
    """The two files of a HOME, and their content at the start of a round."""

    def __init__(self) -> None:
        self.config = Path.home() / ".aws" / "config"
        self.credentials = Path.home() / ".aws" / "credentials"

    def seed(self, config: str, credentials: str) -> None:
        """Write both files."""
        for path, content in ((self.config, config), (self.credentials, credentials)):
            path.write_text(content)
            path.chmod(0o600)


def temporary(name: str, key: str) -> str:
    """Return a section of temporary keys."""
    return (
        f"[{name}]\naws_access_key_id = {key}\naws_secret_access_key = s\naws_session_token = t\n"
    )


def assume(worker: int, round_number: int) -> None:
    """Run ``aws assume`` in this process, by the CLI's own driver."""
    from awscli.clidriver import create_clidriver

    code = create_clidriver().main(
        ["assume", "--role-arn", ROLE_ARN, "--role-session-name", f"{worker}-{round_number}",
         "--update-profile", profile_of(worker, round_number)]
    )  # fmt: skip
    if code:
        raise RuntimeError(f"aws assume ended with {code}")


def configure_set(name: str) -> Callable[[str, str], None]:
    """Return ``aws configure set --profile NAME`` for a key and a value: the CLI's own command."""
    import awscli  # noqa: F401 - puts botocore in place
    from awscli.customizations.configure.set import ConfigureSetCommand
    from botocore.session import Session

    command = ConfigureSetCommand(Session(profile=name))
    return lambda key, value: command._run_main(argparse.Namespace(varname=key, value=value), None)


def set_all(worker: int, round_number: int) -> None:
    """Set what `aws assume` would, as the usual script does."""
    configure = configure_set(profile_of(worker, round_number))
    configure("aws_access_key_id", key_of(worker, round_number))
    configure("aws_secret_access_key", "s")
    configure("aws_session_token", "t" * 200)
    configure("region", "us-east-1")


def fork(work: Callable[[], Counter[str]], report: int) -> int:
    """Run work in a child, which writes what it counted as one line; return its process id."""
    child = os.fork()
    if child:
        return child
    try:
        os.write(report, (json.dumps(work()) + "\n").encode())
        os._exit(0)
    except BaseException:  # a child must never go on as its parent
        import traceback

        traceback.print_exc()
        os._exit(1)


def crowd(files: Files, step: Callable[[int, int], None], processes: int, rounds: int) -> Counter:
    """Run the rounds of all workers at once while a reader polls, and count."""
    first = {f"old-{n}": key_of(n, 0) for n in range(processes)}
    seeds = "".join(temporary(name, key) for name, key in first.items())
    files.seed(HEAD, SOURCE + seeds)

    def work(worker: int) -> Counter[str]:
        counted: Counter[str] = Counter()
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        for number in range(rounds):
            try:
                step(worker, number)
            except Exception as error:
                counted["failed"] += 1
                print(repr(error), file=sys.stderr)
                continue
            counted["updates"] += 1
            counted["lost"] += key_of(worker, number) not in files.credentials.read_text()
        return counted

    with tempfile.TemporaryFile("w+") as report:
        children = {fork(lambda n=n: work(n), report.fileno()) for n in range(processes)}
        reader = Reader(files, first)
        while children:
            reader.look()
            time.sleep(0.0002)  # else it takes one of two cores from the writers
            ended, code = os.waitpid(-1, os.WNOHANG)
            reader.counted["crashed"] += bool(ended and code)
            children.discard(ended)
        reader.look()
        report.seek(0)
        counted = sum((Counter(json.loads(line)) for line in report), reader.counted)
    # Read without a parser: theirs may not be readable at the end.
    text = files.credentials.read_text()
    headers = Counter(re.findall(r"(?m)^\[.+\]$", text + files.config.read_text()))
    headers["[default]"] -= 1  # in each file
    written = [(n, r) for n in range(processes) for r in (*range(0, rounds, 2), rounds - 1)]
    counted["profiles"] = len(written)
    counted["profiles lost"] = sum(key_of(n, r) not in text for n, r in written)
    counted["sections doubled"] = sum(times - 1 for times in headers.values() if times > 1)
    counted["left behind"] = len([p for p in os.listdir(files.config.parent) if p[0] == "."])
    return counted


class Reader:
    """A user who reads both files all the time."""

    def __init__(self, files: Files, seen: dict[str, str]) -> None:
        self.counted: Counter[str] = Counter()
        self._files = files
        self._seen = dict(seen)
        self._last: dict[Path, Any] = {}

    def look(self) -> None:
        """Read both files once; what is as it was need not be parsed again."""
        for path in (self._files.config, self._files.credentials):
            self.counted["looks"] += 1
            found = path.stat()
            identity = (found.st_ino, found.st_size, found.st_mtime_ns)
            if identity == self._last.get(path):
                continue
            self._last[path] = identity
            self.counted["states"] += 1
            content = path.read_bytes()
            parser = configparser.RawConfigParser()
            try:
                parser.read_string(content.decode())
            except configparser.Error:
                self.counted["unreadable"] += 1
                continue
            self.counted["without the source"] += "default" not in parser
            if path == self._files.credentials:
                self._compare(parser)

    def _compare(self, parser: configparser.RawConfigParser) -> None:
        found = {name: parser[name].get("aws_access_key_id", "") for name in parser.sections()}
        self.counted["gone back"] += sum(
            found.get(name, "") < key for name, key in self._seen.items()
        )
        self._seen.update({name: key for name, key in found.items() if _KEY.match(key)})


def mixed(files: Files, rounds: int) -> Counter:
    """Run four of ours with four plain `aws configure set`, in jittered rounds, and count."""
    counted: Counter[str] = Counter()
    dice = random.Random(20231126)
    for _ in range(rounds):
        names = [f"kept-{n}" for n in range(6)] + ["ours-0", "ours-2", "plain-0", "plain-2"]
        files.seed(
            HEAD + "".join(f"[profile {name}]\noutput = json\n" for name in names),
            SOURCE + "".join(temporary(name, key_of(0, 0)) for name in names),
        )
        with tempfile.TemporaryFile("w+") as report:
            watch = Watch(files, names, report.fileno())
            start = time.monotonic() + 0.01
            seeds = [(dice.random(), dice.random()) for _ in range(8)]
            children = [
                fork(partial(_one_of_eight, files, watch, n, start, d), report.fileno())
                for n, d in enumerate(seeds)
            ]
            for child in children:
                counted["crashed"] += os.waitpid(child, 0)[1] != 0
            report.seek(0)
            events = [json.loads(line) for line in report]
        counted.update(judge(files, names, events))
    counted["rounds"] = rounds
    return counted


def _one_of_eight(
    files: Files, watch: Watch, number: int, start: float, dice: tuple[float, float]
) -> Counter[str]:
    is_ours = number % 2 == 0
    name = f"{'ours' if is_ours else 'plain'}-{number // 2}"
    (watch.ours if is_ours else watch.theirs)()
    configure = configure_set(name)
    time.sleep(max(0.0, start + dice[0] * START_SECONDS - time.monotonic()))
    try:
        if is_ours:
            write_one(files, name, key_of(1, number))
        else:
            for key in ("aws_access_key_id", "region", "aws_secret_access_key"):
                configure(key, key_of(2, number))
                time.sleep(dice[1] * BETWEEN_SECONDS)
    except Exception as error:
        print(name, repr(error), file=sys.stderr)
        return Counter({"ours refused" if is_ours else "theirs failed": 1})
    return Counter({"ours done" if is_ours else "theirs done": 1})


def write_one(files: Files, name: str, key: str) -> None:
    """Write a target profile by our one writer."""
    from datetime import datetime, timedelta, timezone

    from awscli_assume.model.credentials import TemporaryCredentials
    from awscli_assume.profiles.files import ProfileFiles
    from awscli_assume.profiles.record import Record
    from awscli_assume.profiles.target import Target, write_targets

    found = TemporaryCredentials(
        access_key_id=key, secret_access_key="s", session_token="t" * 200,
        expiration=datetime.now(timezone.utc) + timedelta(hours=1),
        assumed_role_arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/my-iam-role/me",
        assumed_role_id="AROASTUB:me",
    )  # fmt: skip
    record = Record(ROLE_ARN, "me", "default", "us-east-1")
    paths = ProfileFiles(str(files.config), str(files.credentials))
    write_targets(paths, [Target(name, found, record, "us-east-1")])


class Watch:
    """Notes which profiles are missing from what a user is about to make of a file."""

    def __init__(self, files: Files, names: list[str], report: int) -> None:
        self._names = names
        self._report = report
        self._files = files

    def missing(self, path: str, content: str) -> list[str]:
        """Return the profiles of the round's start that a content does not have."""
        prefix = "profile " if path == str(self._files.config) else ""
        return [name for name in self._names if f"[{prefix}{name}]\n" not in content]

    def note(self, who: str, path: str, content: str) -> None:
        """Write down, before it happens, what will be missing."""
        gone = self.missing(path, content)
        if gone:
            event = {"who": who, "at": time.monotonic(), "path": path, "gone": gone}
            os.write(self._report, (json.dumps(event) + "\n").encode())

    def ours(self) -> None:
        """Look at each replace of ours."""
        replace = os.replace

        def watched(
            copy: str,
            path: str,
            src_dir_fd: Optional[int] = None,
            dst_dir_fd: Optional[int] = None,
        ) -> None:
            descriptor = os.open(copy, os.O_RDONLY, dir_fd=src_dir_fd)
            folder = "" if dst_dir_fd is None else os.readlink(f"/proc/self/fd/{dst_dir_fd}")
            with open(descriptor) as file:
                self.note("ours", os.path.join(folder, path), file.read())
            replace(copy, path, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd)

        os.replace = watched

    def theirs(self) -> None:
        """Look at each file that the CLI's writer reads, for what it read is what it writes."""
        from awscli.customizations.configure import writer

        def watched(path: str, mode: str = "r", **options: Any) -> Any:
            if mode != "r":
                return open(path, mode, **options)
            with open(path, **options) as file:
                content = file.read()
            self.note("theirs", path, content)
            return io.StringIO(content)

        writer.open = watched


def judge(files: Files, names: list[str], events: list[dict[str, Any]]) -> Counter[str]:
    """Count a round: a profile is wiped by whoever first writes the file without it."""
    counted: Counter[str] = Counter()
    first: dict[tuple[str, str], str] = {}
    for event in sorted((e for e in events if "who" in e), key=lambda e: e["at"]):
        for name in event["gone"]:
            first.setdefault((event["path"], name), event["who"])
    for event in events:
        if "who" not in event:
            counted.update(event)
    counted["rounds that we wiped in"] += "ours" in first.values()
    counted["rounds that they wiped in"] += "theirs" in first.values()
    for path in (files.config, files.credentials):
        parser = configparser.RawConfigParser()
        try:
            parser.read_string(path.read_text())
        except configparser.Error:
            counted["unreadable at the end"] += 1
    return counted


def _load(kind: str, numbers: dict[str, int]) -> None:
    import awscli.clidriver  # once, before the forks
    import botocore.loaders

    import awscli_assume.commands.assume  # noqa: F401

    files = Files()
    gc.disable()  # a process that runs one command never gets that far
    # The models are read once a process, not once a command.
    loader = botocore.loaders.JSONFileLoader
    read = lru_cache(None)(partial(loader.load_file, loader()))
    loader.load_file = lambda self, path: read(path)
    for holder, name, value in host_caches.replacements():
        setattr(holder, name, value)
    if kind == "ours":
        files.seed(HEAD, SOURCE)
        awscli.clidriver.create_clidriver().main(["sts", "get-caller-identity"])
    if kind == "mixed":
        counted = mixed(files, **numbers)
    else:
        counted = crowd(files, assume if kind == "ours" else set_all, **numbers)
    print(json.dumps(counted))


def table(ours: dict[str, int], theirs: dict[str, int], both: Optional[dict[str, int]]) -> str:
    """Return the tables of docs/security.md."""
    rows = {
        "updates that ended well": "updates",
        "updates that ended in an error": "failed",
        "of the first: not in the file right afterwards": "lost",
        "profiles that should be there at the end": "profiles",
        "of them: not there, or with older keys": "profiles lost",
        "sections that are there twice at the end": "sections doubled",
        "different states that a reader saw": "states",
        "of them: not readable for the CLI": "unreadable",
        "of them: without the source profile": "without the source",
        "profiles that a reader saw go, or go back": "gone back",
    }
    lines = ["| | `aws assume` | `aws configure set` |", "|---|---|---|"]
    lines += [
        f"| {text} | {ours.get(k, 0):,} | {theirs.get(k, 0):,} |" for text, k in rows.items()
    ]
    if both is not None:
        lines += [
            "",
            f"| four of each at once, {both['rounds']} rounds | `aws assume` "
            "| `aws configure set` |",
            "|---|---|---|",
            f"| ended well | {both.get('ours done', 0)} | {both.get('theirs done', 0)} |",
            f"| refused to write | {both.get('ours refused', 0)} "
            f"| {both.get('theirs failed', 0)} |",
            f"| rounds in which it wiped a profile | {both['rounds that we wiped in']} "
            f"| {both['rounds that they wiped in']} |",
        ]
    return "\n".join(lines)


def main() -> None:
    """Run the three loads and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--mixed", type=int, default=150)
    parser.add_argument("--write", action="store_true", help="into docs/security.md")
    parser.add_argument("--load", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.load:
        kind, numbers = json.loads(options.load)
        _load(kind, numbers)
        return
    with tempfile.TemporaryDirectory() as folder:
        numbers = {"processes": options.processes, "rounds": options.rounds}
        ours = run_load("ours", Path(folder), **numbers)
        theirs = run_load("theirs", Path(folder), **numbers)
        both = run_load("mixed", Path(folder), rounds=options.mixed)
        shutil.rmtree(Path(folder, "mixed"))
    text = (
        f"{options.processes} processes at once on one pair of files, {options.rounds} rounds "
        "each, half on new and half on existing profiles "
        "(`python tests/benchmarks/concurrency.py --write`):\n\n" + table(ours, theirs, both)
    )
    print(text)
    if options.write:
        page = REPOSITORY / "docs" / "security.md"
        before, _, rest = page.read_text().partition(BEGIN)
        page.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}")


if __name__ == "__main__":
    main()
