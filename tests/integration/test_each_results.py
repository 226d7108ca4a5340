"""What ``aws assume each`` shows on a terminal, and stores in files, with the real AWS CLI."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from collections import Counter
from pathlib import Path
from typing import Callable, Iterator

import pytest

from support.browsers import find_browser
from support.hosts import REPOSITORY
from support.organization_stub import OrganizationStub, organization_credentials
from support.person import Person
from support.screen import Screen
from support.terminal import exit_code

ON_NEWEST = pytest.mark.parametrize("host", ["v2-2.38.5"], indirect=True)
IDENTITY = ("--", "aws", "sts", "get-caller-identity")
# Of the 40 accounts, one is suspended, and two have no role.
SUCCEEDED, FAILED = 36, ["200000000007", "200000000032"]


@pytest.fixture(scope="module")
def organization() -> Iterator[OrganizationStub]:
    """Return an organization of 40 accounts."""
    with OrganizationStub(40) as stub:
        yield stub


@pytest.fixture
def bob(make_person: Callable[..., Person], organization: OrganizationStub) -> Person:
    """Return a user of the management account."""
    organization.reset()
    person = make_person(organization.url)
    person.credentials.write_text(organization_credentials())
    return person


def each(person: Person, *words: str, code: int = 0) -> subprocess.CompletedProcess:
    done = person.aws("assume", "each", "--role-name", "audit", "--accounts", "all", *words)
    assert done.returncode == code, (done.stdout[-2000:], done.stderr[-2000:])
    return done


def terminal(person: Person, words: str, **variables: str) -> Screen:
    """Run the command in 36 accounts on a terminal."""
    accounts = "all not:app-007 not:app-032"
    script = f"aws assume each --role-name audit --accounts {accounts} {words}"
    env = person.variables(TERM="xterm-256color", **variables)
    return Screen(["bash", "--norc", "-c", script], env, str(person.home), 70, 130)


@ON_NEWEST
def test_terminal_shows_prefixed_lines_and_progress(
    bob: Person, organization: OrganizationStub
) -> None:
    """Lines of all accounts have one width, and the progress line is below them until the end."""
    organization.sts_delay = 0.4
    script = "printf 'a\\nb'; echo \\\"{name}\\\" >&2; sleep 0.2"
    screen = terminal(bob, f'--workers 4 -- sh -c "{script}"')
    screen.wait_until(
        lambda one: (
            re.search(r"^\d+ of 36 done, \d running, \d", one.lines[-1]) is not None
            if one.lines
            else False
        )
    )
    # Notes on accounts that were left out, then whole lines, then the progress line.
    whole = [" | " in one for one in screen.lines[:-1]]
    assert whole == sorted(whole)
    assert exit_code(screen.end()) == 0, screen.text

    lines = [one for one in screen.lines if " | " in one]
    assert len(lines) == 3 * 36
    assert all(re.fullmatch(r"(app-0\d\d|twin)( 2\d{11}| {10}) \| (a|b|\1)", one) for one in lines)
    assert screen.lines[-1].startswith("36 of 36 succeeded, in ")
    assert "of 36 done" not in screen.text
    assert "\x1b[0;" in screen.seen


@ON_NEWEST
def test_terminal_without_color_and_cursor(bob: Person, organization: OrganizationStub) -> None:
    """NO_COLOR removes colors, and a dumb terminal has no progress line."""
    screen = terminal(bob, "-- echo x", NO_COLOR="1")
    assert exit_code(screen.end()) == 0, screen.text
    assert "app-011           | x" in screen.lines
    assert "\x1b[0;" not in screen.seen
    assert "\x1b[K" in screen.seen

    env = bob.variables(TERM="dumb")
    words = ["aws", "assume", "each", "--role-name", "audit", "--accounts", "200000000001"]
    dumb = Screen([*words, "--", "echo", "x"], env, str(bob.home))
    assert exit_code(dumb.end()) == 0
    assert dumb.lines[0].endswith("001 | x")
    assert "\x1b" not in dumb.seen


@pytest.mark.parametrize("host", ["v2-2.38.5", "v1-newest"], indirect=True)
def test_shards_are_joined(bob: Person, organization: OrganizationStub) -> None:
    """Three machines share the accounts; their files give the array, the lines and the report."""
    files = [str(bob.home / f"{index}.jsonl") for index in (1, 2, 3)]
    for index, file in enumerate(files):
        code = 1 if index < 2 else 0
        each(bob, "--shard", f"{index + 1}/3", "--results", file, *IDENTITY, code=code)
    assert set(organization.assumed.values()) == {1}
    assert sum(organization.assumed.values()) == SUCCEEDED

    query = "[].[Account, Region, Arn]"
    words = ("assume", "each", "--merge-results")
    done = bob.aws(*words, *files, "--merge", "--query", query, "--output", "text")
    alone = each(bob, "--merge", "--query", query, "--output", "text", *IDENTITY, code=1)
    assert done.returncode == 1
    assert done.stdout == alone.stdout
    assert len(done.stdout.splitlines()) == SUCCEEDED
    assert "36 of 38 succeeded, 2 failed" in done.stderr
    assert "AccessDenied: 2 failed: app-007 (200000000007), app-032 (200000000032)" in done.stderr

    gap = bob.aws(*words, *files[:2], "--output", "json", "--query", "[Account, ExitCode]")
    assert gap.returncode == 1
    assert "No file has the results of shard 3/3" in gap.stderr
    assert all(len(json.loads(line)) == 2 for line in gap.stdout.splitlines())
    wrong = bob.aws(*words, files[0], str(bob.config))
    assert wrong.returncode == (253 if bob.host.major == 2 else 255)
    assert f"{bob.config} is not a file of aws assume each --results" in wrong.stderr
    assert wrong.stdout == ""
    for path in files:
        assert os.stat(path).st_mode & 0o777 == 0o600
        content = Path(path).read_text()
        assert "ASIA" not in content
        assert "SecretAccessKey" not in content


# Sorts by the first column twice, filters, and says what is left.
_DRIVE = """<script>
onload = () => {
  const button = document.querySelector("th button");
  button.click(); button.click();
  const names = [...document.querySelectorAll("tbody tr")].map((row) => row.cells[0].textContent);
  const filter = document.getElementById("filter");
  filter.value = "accessdenied APP-03";
  filter.dispatchEvent(new Event("input"));
  const count = document.getElementById("count").textContent;
  const style = getComputedStyle(document.body);
  document.title = JSON.stringify([names[0], names.at(-1), count, style.maxWidth]);
};
</script>"""


@ON_NEWEST
def test_report_in_a_browser(bob: Person, tmp_path: Path) -> None:
    """Chromium runs the page's own script and style; the table sorts and filters.

    A script that somebody adds is not run: the page's policy has the digests of its own.
    """
    report = bob.home / "report.html"
    each(bob, "--report", str(report), *IDENTITY, code=1)
    page = report.read_text(encoding="utf-8")

    def dump(content: str) -> str:
        path = tmp_path / "page.html"
        path.write_text(content, encoding="utf-8")
        # As root, its sandbox does not work.
        sandbox = ["--no-sandbox"] if os.getuid() == 0 else []
        command = [find_browser("chromium"), "--headless", "--disable-gpu", "--dump-dom", *sandbox]
        command += ["--virtual-time-budget=2000", f"--user-data-dir={tmp_path / 'chromium'}"]
        done = subprocess.run([*command, path.as_uri()], capture_output=True, timeout=120)
        return done.stdout.decode()

    shown = dump(page + _DRIVE)
    assert '<output id="count" class="soft">38 of 38</output>' in shown
    assert "<title>aws assume each: aws sts get-caller-identity</title>" in shown
    without_policy = re.sub(r"<meta http-equiv.*?>", "", page)
    driven = dump(without_policy + _DRIVE)
    found = re.search("<title>(.*)</title>", driven)
    assert found is not None
    # 75 rem of 16 pixels: the style is in force.
    assert json.loads(found[1]) == ["twin", "app-000", "1 of 38", "1200px"]


@ON_NEWEST
def test_full_disk(bob: Person, organization: OrganizationStub) -> None:
    """The run stops, the file has whole lines, and --resume does the rest, nothing twice."""
    folder, out = bob.home / "small", bob.home / "out.txt"
    folder.mkdir()
    command = bob.words(
        "assume", "each", "audit", "--accounts", "all", "not:app-007", "not:app-032",
        "--results", str(folder / "r.jsonl"), "--resume", "--output", "off", "--workers=2", "--",
        "sh", "-c", f"echo {{account}} >> {out}; head -c 12000 /dev/zero | tr '\\0' x",
    )  # fmt: skip
    # The second run has more space: 36 results of 12,000 bytes.
    script = (
        f"mount -t tmpfs -o size=400k none {folder} || exit 99; {shlex.join(command)}; code=$?; "
        f'df -k {folder} >&2; mount -o remount,size=2m {folder}; [ "$code" = 255 ] || exit 98; '
        f"cp {folder}/r.jsonl {bob.home}/half.jsonl; {shlex.join(command)} || exit; "
        f"cp {folder}/r.jsonl {bob.home}/all.jsonl"
    )
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", script],
        env=bob.variables(), cwd=bob.home, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    if done.returncode in (1, 99) and "each" not in done.stderr:
        pytest.skip(f"a small file system needs the rights of root: {done.stderr}")

    assert done.returncode == 0, done.stderr
    assert "No space left on device. No further target was started." in done.stderr
    half, whole = (
        [json.loads(line) for line in (bob.home / name).read_text().splitlines()]
        for name in ("half.jsonl", "all.jsonl")
    )
    assert 20 < len(half) < 36
    assert not [one for one in whole if one.get("OutputLost")]
    ran = Counter(out.read_text().split())
    assert set(ran.values()) == {1}
    assert len(ran) == SUCCEEDED


def code_block(kind: str, part: str) -> str:
    """Return the block of code in the page on usage that has a part."""
    text = (REPOSITORY / "docs" / "usage.md").read_text(encoding="utf-8")
    (found,) = [one for one in re.findall(rf"```{kind}\n(.*?)```", text, re.S) if part in one]
    return found


@ON_NEWEST
def test_documented_jobs(bob: Person, organization: OrganizationStub) -> None:
    """The jobs of GitHub Actions and AWS Batch in the page on usage work, but for their services.

    A folder takes the place of the bucket and the artifacts.
    """
    programs, bucket = bob.home / "programs", bob.home / "bucket"
    for one in (programs, bucket):
        one.mkdir()
    shim = programs / "aws"
    shim.write_text(
        '#!/bin/sh\nif [ "$1" = s3 ]; then\n'
        f"  from=${{3#s3://my-bucket/audit}} to=${{4#s3://my-bucket/audit}}\n"
        f'  [ "$from" = "$3" ] || from={bucket}$from; [ "$to" = "$4" ] || to={bucket}$to\n'
        '  exec cp "$from" "$to"\nfi\n'
        f'exec {bob.host.executable} "$@"\n'
    )
    shim.chmod(0o755)
    env = bob.variables()
    env["PATH"] = f"{programs}:{env['PATH']}"

    def run(script: str, **more: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            ["bash", "-c", script],
            env={**env, **more}, cwd=bob.home, capture_output=True, text=True, timeout=120,
        )  # fmt: skip

    batch = code_block("sh", "AWS_BATCH").replace("s3api list-buckets", "sts get-caller-identity")
    for index in ("0", "1"):
        job = {"AWS_BATCH_JOB_ARRAY_INDEX": index, "AWS_BATCH_JOB_ARRAY_SIZE": "2"}
        # Both accounts without the role are in the first part.
        assert (done := run(batch, **job)).returncode == (1 if index == "0" else 0), done.stderr
    again = run(batch, AWS_BATCH_JOB_ARRAY_INDEX="0", AWS_BATCH_JOB_ARRAY_SIZE="2")
    assert "in an earlier run" in again.stderr
    assert set(organization.assumed.values()) == {1}

    workflow = code_block("yaml", "strategy.job-total").replace(
        "s3api list-buckets", "sts get-caller-identity"
    )
    shard = re.search(r">-\n((?: +.*\n)+?) +- uses", workflow)
    join = re.search(r"run: (aws assume each --merge-results .*)", workflow)
    assert shard is not None
    assert join is not None
    for index in ("1", "2"):
        words = " ".join(shard[1].split()).replace("${{ matrix.shard }}", index)
        words = words.replace("${{ strategy.job-total }}", "2")
        done = run(words.replace("assumed-role", "default"))
        assert done.returncode == (1 if index == "1" else 0), done.stderr
    joined = run(join[1])
    assert joined.returncode == 1, joined.stderr
    assert len(json.loads((bob.home / "buckets.json").read_text())) == SUCCEEDED
    assert "Report: " in joined.stderr
