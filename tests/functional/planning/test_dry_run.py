"""`--dry-run` in the CLI's own driver: everything is shown but secrets, and nothing is done."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from support.sts_stub import ACCOUNT, MFA_SERIAL, ROLE_ARN

VERBS = {
    "assume": ("assume", "--role-arn", ROLE_ARN, "--dry-run"),
    "assume another": ("assume", "--role-arn", f"{ROLE_ARN}-2", "--dry-run"),
    "assume new": ("assume", "--role-name", "r1", "--update-profile", "new", "--dry-run"),
    "refresh": ("assume", "refresh", "--dry-run"),
    "refresh all": ("assume", "refresh", "--all", "--dry-run"),
    "refresh soon": ("assume", "refresh", "--expiring-within", "99999", "--dry-run"),
    "clear": ("assume", "clear", "--dry-run"),
    "clear one": ("assume", "clear", "--dry-run", "--update-profile", "assumed-role"),
    "clear all": ("assume", "clear", "--all", "--dry-run"),
}


@pytest.fixture(autouse=True)
def _clock(set_clock) -> None:
    """Each test starts at NOW, without a terminal."""
    set_clock(has_terminal=lambda: False)


def trace(folder: Path) -> dict[str, Any]:
    """Return all that is below a folder: content, inode, mode and times of change."""
    answer: dict[str, Any] = {}
    for path in sorted(folder.rglob("*")):
        found = path.stat()
        kept = (found.st_ino, found.st_mode, found.st_mtime_ns if path.is_file() else None)
        answer[str(path)] = (*kept, path.read_bytes() if path.is_file() else None)
    return answer


def output_of(done: Any) -> dict[str, Any]:
    assert done.code == 0, done.err
    return json.loads(done.out)


def diff_of(answer: dict[str, Any], path: Path) -> list[str]:
    """Return the lines that would be added to or taken out of a file."""
    (lines,) = [change["Diff"] for change in answer["Changes"] if change["File"] == str(path)]
    return [
        line
        for line in lines
        if line.startswith(("+", "-")) and not line.startswith(("+++", "---"))
    ]


# No trace


@pytest.mark.parametrize("words", VERBS.values(), ids=VERBS)
def test_nothing_is_called_and_nothing_is_left(aws, words: tuple[str, ...], home: Path) -> None:
    """No request, no lock, no copy, and the files are the very same ones."""
    aws("assume", "--role-arn", ROLE_ARN)
    for name in ("config.lock", "credentials.lock"):
        (aws.config.parent / name).unlink()
    request = len(aws.stub.requests)
    before = trace(home)
    answer = output_of(aws(*words))

    assert len(aws.stub.requests) == request
    assert trace(home) == before
    assert answer["Changes"]


@pytest.mark.parametrize("verb", ["refresh", "clear"])
def test_an_option_before_the_verb_takes_effect(aws, verb: str) -> None:
    """`aws assume --dry-run clear` does not clear: the option counts, or it is an error."""
    aws("assume", "--role-arn", ROLE_ARN)
    before = aws.files()
    aws("assume", "--dry-run", verb, "--all")

    assert aws.files() == before
    assert aws.stub.actions == ["AssumeRole"]


def test_the_first_run_makes_no_folder(aws, home: Path) -> None:
    """Where there are no files yet, neither file nor folder is made."""
    aws.set_variable("AWS_CONFIG_FILE", str(home / "new" / "config"))
    aws.set_variable("AWS_SHARED_CREDENTIALS_FILE", str(home / "new" / "credentials"))
    before = trace(home)
    done = aws(*VERBS["assume"])

    assert output_of(done)["Changes"]
    assert trace(home) == before
    assert not (home / "new").exists()
    assert aws.stub.requests == []


def test_a_code_is_not_prompted_for(aws) -> None:
    """With an MFA device no prompt is shown, with or without a terminal."""
    answer = output_of(aws(*VERBS["assume"], "--serial-number", MFA_SERIAL))
    (request,) = answer["Requests"]

    assert request["Parameters"]["SerialNumber"] == MFA_SERIAL


def test_no_credentials_are_needed(aws) -> None:
    """The source's credentials are not looked for: a program that answers them is not run."""
    marker = aws.config.parent / "was-run"
    aws.add_config(f"[profile slow]\nregion = us-east-1\ncredential_process = touch {marker}\n")
    output_of(aws(*VERBS["assume"], "--profile", "slow"))

    assert not marker.exists()


# What is shown


def test_the_request(aws) -> None:
    """Operation, both profiles and the parameters, under AssumeRole's own names."""
    (request,) = output_of(
        aws(*VERBS["assume"], "--duration-seconds", "900", "--tags", "Key=a,Value=b")
    )["Requests"]

    assert request["Operation"] == "AssumeRole"
    assert (request["SourceProfile"], request["TargetProfile"]) == ("default", "assumed-role")
    assert request["Parameters"]["RoleArn"] == ROLE_ARN
    assert request["Parameters"]["DurationSeconds"] == 900
    assert request["Parameters"]["Tags"] == [{"Key": "a", "Value": "b"}]


def test_what_is_shown_is_what_is_then_written(aws) -> None:
    """The config file's diff, applied, is what the command then does to it."""
    before = aws.config.read_text().splitlines()
    shown = diff_of(output_of(aws(*VERBS["assume"])), aws.config)
    aws("assume", "--role-arn", ROLE_ARN)
    added = aws.config.read_text().splitlines()[len(before) :]

    assert [line[1:] for line in shown] == added
    assert all(line.startswith("+") for line in shown)


def test_the_keys_that_would_be_set(aws) -> None:
    """The credentials file's diff names every key, with no value of a credential."""
    shown = diff_of(output_of(aws(*VERBS["assume"])), aws.credentials)
    aws("assume", "--role-arn", ROLE_ARN)
    held = aws.section(aws.credentials, "assumed-role")
    values = dict(line[1:].split(" = ") for line in shown if " = " in line)

    assert list(values) == list(held)
    assert values["x_security_token_expires"] == held["x_security_token_expires"]
    assert values["x_principal_arn"] == held["x_principal_arn"]
    for name in ("aws_access_key_id", "aws_secret_access_key", "aws_session_token"):
        assert values[name] == "(new)"


def test_an_account_that_only_sts_knows(aws) -> None:
    """A role name on the first run: what is not known yet is named as such."""
    words = ("assume", "--role-name", "r1", "--dry-run")
    (first,) = output_of(aws(*words))["Requests"]
    aws("assume", "--role-name", "r1")
    (second,) = output_of(aws(*words))["Requests"]

    assert "ACCOUNT" in first["Parameters"]["RoleArn"]
    assert second["Parameters"]["RoleArn"] == f"arn:aws:iam::{ACCOUNT}:role/r1"


def test_what_clear_would_take_out(aws) -> None:
    """Every line of ours is shown as going, no other one."""
    before = [path.read_text().splitlines() for path in (aws.config, aws.credentials)]
    aws("assume", "--role-arn", ROLE_ARN)
    after = [path.read_text().splitlines() for path in (aws.config, aws.credentials)]
    answer = output_of(aws(*VERBS["clear"]))

    for path, was, now in zip((aws.config, aws.credentials), before, after):
        shown = diff_of(answer, path)
        assert len(shown) == len(now) - len(was)
        assert all(line.startswith("-") for line in shown)


def test_refresh_shows_one_request_a_profile(aws) -> None:
    """--all shows them all, and --region where it would go."""
    for name in ("a", "b"):
        aws("assume", "--role-arn", f"{ROLE_ARN}-{name}", "--update-profile", name)
    answer = output_of(aws(*VERBS["refresh all"], "--region", "eu-west-1"))

    assert [request["TargetProfile"] for request in answer["Requests"]] == ["a", "b"]
    added = [line for line in diff_of(answer, aws.config) if line.startswith("+")]
    assert added.count("+region = eu-west-1") == 2


def test_refresh_says_what_would_fail(aws) -> None:
    """A source that has vanished is found without a call, and is the exit code 1."""
    aws.add_config("[profile bob]\nregion = us-east-1\n")
    aws.add_key("bob", "AKIABOBBOBBOBBOBBOB1", "secret")
    aws("assume", "--role-arn", ROLE_ARN, "--profile", "bob")
    for path in (aws.config, aws.credentials):
        path.write_text(path.read_text().replace("bob]", "gone]"))
    done = aws(*VERBS["refresh all"])

    assert done.code == 1
    assert "'bob'" in done.err
    assert json.loads(done.out)["Requests"] == []


def test_what_would_be_refused_is_refused(aws) -> None:
    """A target that is not ours is an error of the dry run, too."""
    aws.add_key("theirs", "AKIATHEIRSTHEIRSTHEI", "secret")
    done = aws("assume", "--role-arn", ROLE_ARN, "--update-profile", "theirs", "--dry-run")

    assert done.code == 255
    assert "'theirs'" in done.err


# No secret


NEIGHBOURS = [
    """\
[first]
aws_access_key_id = AKIAFIRSTFIRSTFIRST1
aws_secret_access_key = SecretOfFirst
""",
    """\
[lines]
aws_secret_access_key = SecretOfLines0
    SecretOfLines1
# a note in between
    SecretOfLines2

    SecretOfLines3
""",
    """\
[noted]
# aws_secret_access_key = SecretOfNoted
;aws_session_token=SecretOfNotedToken
AWS_SECRET_ACCESS_KEY : SecretOfUpper
x_password = SecretPassword
""",
    """\
[odd]
aws_session_token : SecretOfOdd(new)
aws_secret_access_key=SecretOfOddKey
""",
    """\
[assumed-role]
# aws_secret_access_key = SecretOfMine
aws_access_key_id = ASIAMINEMINEMINEMINE
aws_secret_access_key = SecretOfOld
aws_session_token = SecretOfOldToken
""",
]


@pytest.mark.parametrize("place", range(4))
def test_no_secret_of_anybody_is_shown(aws, place: int) -> None:
    """Not ours, not those of the profiles beside ours, not on several lines, not commented out."""
    # Each of the others in turn is the one right above the target's.
    *others, ours = NEIGHBOURS
    sections = [*others[place:], *others[:place]]
    with aws.credentials.open("a") as file:
        file.write("".join([*sections[1:], sections[0], ours]))
    done = aws(*VERBS["assume"])

    text = done.out + done.err
    assert output_of(done)["Changes"]
    assert "SecretOf" not in text
    assert "SecretPassword" not in text
    for key_id in ("AKIAFIRSTFIRSTFIRST1", "ASIAMINEMINEMINEMINE"):
        assert key_id not in text
    assert "****MINE" in text


@pytest.mark.parametrize("name", ["assume another", "refresh all", "clear all"])
def test_no_secret_of_ours_is_shown(aws, name: str) -> None:
    """What the profile holds now is masked in the lines that would go."""
    aws("assume", "--role-arn", ROLE_ARN)
    held = aws.section(aws.credentials, "assumed-role")
    done = aws(*VERBS[name], "--debug")

    assert done.code == 0, done.err
    for key in ("aws_secret_access_key", "aws_session_token"):
        assert held[key] not in done.out + done.err
    assert held["aws_access_key_id"] not in done.out
    assert f"****{held['aws_access_key_id'][-4:]}" in done.out


def test_a_token_code_is_masked(aws) -> None:
    """A code on the command line is not shown again."""
    done = aws(*VERBS["assume"], "--serial-number", MFA_SERIAL, "--token-code", "918273")

    assert output_of(done)["Requests"][0]["Parameters"]["TokenCode"] == "******"
    assert "918273" not in done.out + done.err


def test_a_large_file_shows_the_same(aws) -> None:
    """A file that is cut at its sections is shown whole, with its secrets masked."""
    for number in range(200):
        aws.add_key(f"p{number}", f"AKIA{number:016d}", f"SecretOf{number}")
    aws("assume", "--role-arn", ROLE_ARN)
    done = aws(*VERBS["clear"])

    assert os.path.getsize(aws.credentials) > 8192
    assert "SecretOf" not in done.out
    assert len(diff_of(output_of(done), aws.credentials)) == 8


# The region


ADMIN = f"[profile admin]\nrole_arn = {ROLE_ARN}\nsource_profile = default\nregion = eu-west-3\n"
PASTED = "[profile pasted]\nregion = eu-west-3\n"
COPY = ("assume", "--copy-source")
REGIONS = {
    "the source's": ("us-east-1", ("assume", "--role-arn", ROLE_ARN)),
    "the naming profile's": ("eu-west-3", ("assume", "admin")),
    "a copy": ("eu-west-3", (*COPY, "--profile", "pasted")),
}  # fmt: skip


@pytest.mark.parametrize("given", ["option", "variable", "target", "nothing"])
@pytest.mark.parametrize(("own", "words"), REGIONS.values(), ids=REGIONS)
def test_the_region_is_the_one_that_is_written(
    aws, given: str, own: str, words: tuple[str, ...]
) -> None:
    """A dry run shows the region that is written: the option's, the variable's, the source's."""
    aws.add_config(ADMIN + PASTED)
    aws.add_key("pasted", "ASIATEMPTEMPTEMPTEM1", "s", "t")
    if given == "target":
        aws.add_config("[profile assumed-role]\nregion = eu-north-1\n")
    if given == "variable":
        aws.set_variable("AWS_DEFAULT_REGION", "eu-west-1")
    if given == "option":
        words = (*words, "--region", "eu-west-2")
    answer = output_of(aws(*words, "--dry-run"))
    done = aws(*words)

    assert done.code == 0, done.err
    expected = {"option": "eu-west-2", "variable": "eu-west-1", "nothing": own}.get(given)
    shown = [line[1:].strip() for line in diff_of(answer, aws.config) if "region" in line]
    lines = [] if expected is None else [f"region = {expected}", f"target-region = {expected}"]
    if given == "target" and own == "eu-west-3" and words[-1] == "admin":
        # The target keeps its region, and a refresh needs that of the request.
        lines = ["sts-region = eu-west-3"]
    assert sorted(shown) == lines
    section = aws.section(aws.config, "profile assumed-role")
    assert section["region"] == (expected or "eu-north-1")
    assert (f"target-region = {expected}" in section["assumed"]) == (expected is not None)


@pytest.mark.parametrize("words", [("assume", "--role-arn", ROLE_ARN), COPY], ids=["role", "copy"])
def test_the_region_beside_keys_of_the_environment(aws, words: tuple[str, ...]) -> None:
    """Where the environment is the source, the region is that of the profile beside it."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        aws.set_variable(name, "ASIATEMPTEMPTEMPTEM1")
    answer = output_of(aws(*words, "--dry-run"))
    assert aws(*words).code == 0

    assert "+region = us-east-1" in diff_of(answer, aws.config)
    assert aws.section(aws.config, "profile assumed-role")["region"] == "us-east-1"


@pytest.mark.parametrize("version_2", [True, False])
def test_the_variables_of_the_region_are_the_hosts(
    aws, monkeypatch: pytest.MonkeyPatch, version_2: bool
) -> None:
    """AWS_REGION counts in version 2 only, and comes first there."""
    names = ("AWS_REGION", "AWS_DEFAULT_REGION") if version_2 else ("AWS_DEFAULT_REGION",)
    monkeypatch.setattr("awscli_assume.host.REGION_VARIABLES", names)
    aws.set_variable("AWS_REGION", "eu-west-1")
    aws.set_variable("AWS_DEFAULT_REGION", "eu-west-2")
    answer = output_of(aws("assume", "--role-arn", ROLE_ARN, "--dry-run"))

    shown = "eu-west-1" if version_2 else "eu-west-2"
    assert f"+region = {shown}" in diff_of(answer, aws.config)


def test_a_refresh_shows_the_region_that_it_writes(aws) -> None:
    """It is the recorded one, even if a variable of this shell names another."""
    aws("assume", "--role-arn", ROLE_ARN)
    text = aws.config.read_text().replace("region = us-east-1\nassumed", "assumed")
    aws.config.write_text(text)
    aws.set_variable("AWS_DEFAULT_REGION", "eu-west-1")
    answer = output_of(aws("assume", "refresh", "--dry-run"))
    assert aws("assume", "refresh").code == 0

    assert "+region = us-east-1" in diff_of(answer, aws.config)
    assert aws.section(aws.config, "profile assumed-role")["region"] == "us-east-1"
