"""`--via` in the CLI's own driver: roles on the way, each signed by the one before."""

from __future__ import annotations

import json
from typing import Optional

import pytest

from awscli_assume.profiles.cache.process_cache import ProcessCache, remove_cache
from support.environment import NO_TERMINAL, PromptedUser
from support.sts_stub import (
    ACCOUNT,
    MFA_SERIAL,
    SECRET,
    SESSION_KEY_ID,
    TOKEN,
    USER_KEY_ID,
    Answer,
    assume_role_answer,
    refusal,
)

PREFIX = f"arn:aws:iam::{ACCOUNT}:role"
OTHER = "arn:aws:iam::210987654321:role/team/other"
TARGET = f"{PREFIX}/target"
TWO = ("--via", f"{PREFIX}/first", "--via", OTHER)
WAY = ("--role-arn", TARGET, *TWO, "--role-session-name", "s1")


def key_of(role_arn: str) -> str:
    """Return the access key id that the scripted STS gives to sessions of a role."""
    return "ASIA" + role_arn.rpartition("/")[2].upper().replace("-", "").ljust(16, "0")


def by_role(request: dict[str, str]) -> Optional[Answer]:
    """Return a session of the asked role, with a key that tells which one."""
    if request["Action"] != "AssumeRole":
        return None
    arn = request["RoleArn"]
    return assume_role_answer(arn, request["RoleSessionName"], access_key_id=key_of(arn))


@pytest.fixture(autouse=True)
def _sts_by_role(aws) -> None:
    aws.stub.script = by_role


def signed_calls(aws, since: int = 0) -> list[tuple[str, str]]:
    """Return the role (else the operation) that was asked for, and the signer, in order."""
    return [
        (request.get("RoleArn", request["Action"]), signer)
        for request, signer in zip(aws.stub.requests[since:], aws.signers()[since:])
    ]


ALONG = [(f"{PREFIX}/first", USER_KEY_ID), (OTHER, key_of("/first")), (TARGET, key_of("/other"))]


def recorded(aws) -> dict[str, str]:
    """Return our record in the target profile."""
    lines = aws.section(aws.config, "profile assumed-role")["assumed"].strip().splitlines()
    return dict(line.split(" = ", 1) for line in lines)


def test_each_role_is_assumed_by_the_one_before(aws) -> None:
    """The source signs for the first, and the last one's credentials arrive in the target."""
    done = aws("assume", *WAY)

    assert done.code == 0, done.err
    assert signed_calls(aws) == ALONG
    assert [one.get("DurationSeconds") for one in aws.stub.requests] == ["900", "900", None]
    assert {one["RoleSessionName"] for one in aws.stub.requests} == {"s1"}
    assert json.loads(done.out)["RoleArn"] == TARGET
    held = aws.section(aws.credentials, "assumed-role")
    assert held["aws_access_key_id"] == key_of(TARGET)


def test_the_record_keeps_the_way(aws) -> None:
    """The intermediate roles stand in the record as ARNs, under `via`."""
    aws("assume", *WAY)

    assert json.loads(recorded(aws)["via"]) == [f"{PREFIX}/first", OTHER]
    assert recorded(aws)["source-profile"] == "default"


def test_names_are_of_the_callers_account(aws) -> None:
    """Role names on the way and at its end are the caller's, found out by one call."""
    done = aws("assume", "--role-name", "target", "--via", "team/first")
    again = aws("assume", "--role-name", "target", "--via", "team/first")

    assert (done.code, again.code) == (0, 0), done.err + again.err
    assert signed_calls(aws) == [
        ("GetCallerIdentity", USER_KEY_ID),
        *[(f"{PREFIX}/team/first", USER_KEY_ID), (TARGET, key_of("/first"))] * 2,
    ]
    assert json.loads(recorded(aws)["via"]) == [f"{PREFIX}/team/first"]


def test_a_name_on_the_way_to_another_account(aws) -> None:
    """--account-id is of the role that is meant; a name on the way stays the caller's."""
    done = aws("assume", "--role-name", "r", "--account-id", "210987654321", "--via", "first")

    assert done.code == 0, done.err
    assert [one[0] for one in signed_calls(aws)] == [
        "GetCallerIdentity", f"{PREFIX}/first", "arn:aws:iam::210987654321:role/r",
    ]  # fmt: skip


def test_the_role_of_a_profile_has_a_way_too(aws) -> None:
    """The role that a profile names is the last one, assumed by way of the options' roles."""
    aws.add_config(
        f"[profile deploy]\nrole_arn = {TARGET}\nsource_profile = default\nexternal_id = partner\n"
        "region = us-east-1\n"
    )
    done = aws("assume", "--profile", "deploy", *TWO)

    assert done.code == 0, done.err
    assert signed_calls(aws) == ALONG
    assert [one.get("ExternalId") for one in aws.stub.requests] == [None, None, "partner"]


def test_roles_on_roles_in_the_configuration_do_the_same(aws) -> None:
    """A profile's role on a role on keys: each is signed by the one below, for one hour."""
    aws.add_config(
        f"[profile one]\nrole_arn = {PREFIX}/first\nsource_profile = default\n"
        f"[profile two]\nrole_arn = {OTHER}\nsource_profile = one\n"
        f"[profile three]\nrole_arn = {TARGET}\nsource_profile = two\nregion = us-east-1\n"
        "duration_seconds = 7200\n"
    )
    done = aws("assume", "--profile", "three", "--region", "us-east-1")
    request = len(aws.stub.requests)
    too_long = aws("assume", "--profile", "three", "--duration-seconds", "7200")

    assert done.code == 0, done.err
    assert signed_calls(aws)[:request] == ALONG
    assert aws.stub.requests[2]["DurationSeconds"] == "3600"
    assert "3600 seconds instead of the configured 7200" in done.err
    assert too_long.code != 0
    assert "role chaining gives at most 3600 seconds" in too_long.err
    assert len(aws.stub.requests) == request


def test_more_than_the_hour_by_option_is_refused_before_any_call(aws) -> None:
    """With --via the limit of role chaining is known before."""
    done = aws("assume", *WAY, "--duration-seconds", "3601")

    assert done.code != 0
    assert "role chaining gives at most 3600 seconds" in done.err
    assert aws.stub.requests == []


@pytest.mark.parametrize(("value", "is_told"), [("28800", True), ("max", False)])
def test_a_default_is_shortened(aws, value: str, is_told: bool) -> None:
    """A setting above the hour asks the last role for the hour, now and again, with a note."""
    aws("configure", "set", "assume.duration_seconds", value)
    done = aws("assume", *WAY)
    again = aws("assume", "refresh")

    assert (done.code, again.code) == (0, 0), done.err + again.err
    durations = [one["DurationSeconds"] for one in aws.stub.requests]
    assert durations == ["900", "900", "3600"] * 2
    assert ("the role is assumed from another one (--via), and" in done.err) is is_told
    assert recorded(aws)["duration-seconds"] == value


@pytest.mark.parametrize("number", [1, 2])
def test_an_intermediate_role_that_fails_is_named(aws, number: int) -> None:
    """STS's refusal says which of the intermediate roles it was; nothing is written."""
    hop = (f"{PREFIX}/first", OTHER)[number - 1]
    denied = f"User: x is not authorized to perform: sts:AssumeRole on resource: {hop}"
    aws.stub.script = lambda request: (
        refusal(403, "AccessDenied", denied) if request["RoleArn"] == hop else by_role(request)
    )
    before = aws.files()
    done = aws("assume", *WAY, environment=NO_TERMINAL)

    assert done.code != 0
    assert denied in done.err
    assert f"This was role {number} of 2 in --via: {hop}" in done.err
    assert len(aws.stub.requests) == number
    assert aws.files() == before


def test_the_last_role_is_no_intermediate_role(aws) -> None:
    """A refusal of the role that was meant is STS's, and speaks of no intermediate role."""
    aws.stub.script = lambda request: (
        refusal(403, "AccessDenied", "not authorized to perform: sts:AssumeRole")
        if request["RoleArn"] == TARGET
        else by_role(request)
    )
    done = aws("assume", *WAY)

    assert done.code != 0
    assert "hop" not in done.err
    assert len(aws.stub.requests) == 3


@pytest.mark.parametrize(
    "answer", [(200, "text/html", "<html>Welcome</html>"), (200, "text/xml", "<a/>")]
)
def test_an_intermediate_role_with_an_invalid_reply_is_named(aws, answer: Answer) -> None:
    """An invalid reply ends the chain at that intermediate role."""
    aws.stub.script = lambda request: answer if request["RoleArn"] == OTHER else by_role(request)
    done = aws("assume", *WAY)

    assert done.code != 0
    assert "role 2 of 2" in done.err
    assert len(aws.stub.requests) == 2


def test_the_code_is_for_the_first_role(aws) -> None:
    """One code buys a session of the user, which signs for the first role; no device after it."""
    user = PromptedUser("918273")
    done = aws("assume", *WAY, "--serial-number", MFA_SERIAL, environment=user.environment)
    again = aws("assume", *WAY, "--serial-number", MFA_SERIAL, environment=NO_TERMINAL)

    assert (done.code, again.code) == (0, 0), done.err + again.err
    by_session = [(ALONG[0][0], SESSION_KEY_ID), *ALONG[1:]]
    assert signed_calls(aws) == [("GetSessionToken", USER_KEY_ID), *by_session * 2]
    assert len(user.questions) == 1
    assert all("SerialNumber" not in one for one in aws.stub.requests[1:])


def test_a_given_code_is_for_the_first_role(aws) -> None:
    """--token-code goes to the first AssumeRole with the device, and nowhere else."""
    done = aws("assume", *WAY, "--serial-number", MFA_SERIAL, "--token-code", "918273")

    assert done.code == 0, done.err
    assert signed_calls(aws) == ALONG
    codes = [(one.get("SerialNumber"), one.get("TokenCode")) for one in aws.stub.requests]
    assert codes == [(MFA_SERIAL, "918273"), (None, None), (None, None)]


@pytest.mark.parametrize(
    "words",
    [("export", "--format", "process"), ("exec",), ("exec", "--auto-refresh")],
    ids=["export", "exec", "endpoint"],
)
def test_verbs_without_a_profile_go_the_same_way(aws, children, words: tuple[str, ...]) -> None:
    """export and exec, with and without an endpoint, ask the same in the same order."""
    command = ("--", "true") if words[0] == "exec" else ()
    done = aws("assume", *words, *WAY, *command)

    assert done.code == 0, done.err
    assert signed_calls(aws) == ALONG


def test_an_endpoint_renews_the_whole_chain(aws, endpoint_renews_once) -> None:
    """Each renewal begins at the source: credentials of intermediate roles are not kept."""
    done = aws("assume", "exec", "--auto-refresh", *WAY, "--", "true")

    assert signed_calls(aws) == ALONG * 2, done.err


@pytest.mark.parametrize("words", [("--all",), ("--update-profile", "assumed-role")])
def test_refresh_goes_the_way_of_the_record(aws, words: tuple[str, ...]) -> None:
    """The same requests by the same signers, and the record stays."""
    aws("assume", *WAY, "--tags", "Key=a,Value=b", "Key=c,Value=d", "--transitive-tag-keys", "c",
        "--source-identity", "alice", "--external-id", "partner")  # fmt: skip
    record = recorded(aws)
    done = aws("assume", "refresh", *words)

    assert done.code == 0, done.err
    assert signed_calls(aws) == ALONG * 2
    assert aws.stub.requests[3:] == aws.stub.requests[:3]
    first, second, last = aws.stub.requests[:3]
    assert first["SourceIdentity"] == "alice"
    assert first["Tags.member.1.Key"] == first["TransitiveTagKeys.member.1"] == "c"
    assert "Tags.member.2.Key" not in first
    assert set(second) == {"Action", "Version", "RoleArn", "RoleSessionName", "DurationSeconds"}
    assert (last["Tags.member.1.Key"], last["ExternalId"]) == ("a", "partner")
    assert "TransitiveTagKeys.member.1" not in last
    assert "SourceIdentity" not in last
    assert recorded(aws) == record


def test_many_at_once_each_go_their_way(aws) -> None:
    """In the pool of refresh no profile signs with the intermediate role of another one."""
    for number in range(6):
        done = aws("assume", "--role-arn", f"{PREFIX}/target-{number}", "--update-profile",
                   f"p{number}", "--via", f"{PREFIX}/a-{number}", "--via",
                   f"{PREFIX}/b-{number}")  # fmt: skip
        assert done.code == 0, done.err
    before = len(aws.stub.requests)
    done = aws("assume", "refresh", "--all")

    assert done.code == 0, done.err
    expected = [
        pair
        for n in range(6)
        for pair in [
            (f"{PREFIX}/a-{n}", USER_KEY_ID),
            (f"{PREFIX}/b-{n}", key_of(f"/a-{n}")),
            (f"{PREFIX}/target-{n}", key_of(f"/b-{n}")),
        ]
    ]
    assert sorted(signed_calls(aws, before)) == sorted(expected)


def test_an_intermediate_role_that_fails_in_a_batch_fails_one_profile(aws) -> None:
    """refresh --all names profile and intermediate role, and does the others."""
    aws("assume", *WAY)
    aws("assume", "--role-arn", TARGET, "--update-profile", "direct")
    aws.stub.script = lambda request: (
        refusal(403, "AccessDenied", "no") if request["RoleArn"] == OTHER else by_role(request)
    )
    done = aws("assume", "refresh", "--all")

    assert done.code == 1
    states = {row["Profile"]: row["Error"] for row in json.loads(done.out)["Profiles"]}
    assert states["direct"] is None
    assert "role 2 of 2" in states["assumed-role"]


def test_a_dry_run_lists_all_requests_in_order(aws) -> None:
    """The profiles stand at the ends; nothing is called and nothing is written."""
    before = aws.files()
    done = aws(
        "assume", *WAY, "--serial-number", MFA_SERIAL, "--token-code", "918273", "--dry-run"
    )

    assert done.code == 0, done.err
    first, second, last = json.loads(done.out)["Requests"]
    assert first["Parameters"] == {
        "RoleArn": f"{PREFIX}/first", "RoleSessionName": "s1", "DurationSeconds": 900,
        "SerialNumber": MFA_SERIAL, "TokenCode": "******",
    }  # fmt: skip
    assert second["Parameters"] == {
        "RoleArn": OTHER, "RoleSessionName": "s1", "DurationSeconds": 900,
    }  # fmt: skip
    assert last["Parameters"] == {"RoleArn": TARGET, "RoleSessionName": "s1"}
    profile_pair = [(one["SourceProfile"], one["TargetProfile"]) for one in (first, second, last)]
    assert profile_pair == [("default", None), (None, None), (None, "assumed-role")]
    assert aws.stub.requests == []
    assert aws.files() == before


def test_a_dry_run_of_refresh_lists_them_too(aws) -> None:
    """What would be asked again is what was asked."""
    aws("assume", *WAY)
    done = aws("assume", "refresh", "--dry-run")

    assert done.code == 0, done.err
    roles = [one["Parameters"]["RoleArn"] for one in json.loads(done.out)["Requests"]]
    assert roles == [f"{PREFIX}/first", OTHER, TARGET]
    assert len(aws.stub.requests) == 3


def test_min_ttl_counts_the_way(aws) -> None:
    """The same role by the same way is enough; by another way, or none, it is requested anew."""
    names = ("--role-name", "target", "--via", "first")
    aws("assume", *names)
    calls = len(aws.stub.requests)
    same = aws("assume", *names, "--min-ttl", "900")
    by_arn = aws("assume", "--role-arn", TARGET, "--via", f"{PREFIX}/first", "--min-ttl", "900")

    assert (same.code, by_arn.code) == (0, 0), same.err + by_arn.err
    assert len(aws.stub.requests) == calls
    for other in (("--via", "second"), ("--via", "first", "--via", "second"), ()):
        before = len(aws.stub.requests)
        assert aws("assume", "--role-name", "target", *other, "--min-ttl", "900").code == 0
        assert len(aws.stub.requests) > before, other


def test_a_program_behind_a_profile_goes_the_same_way(aws) -> None:
    """What --auto-refresh leaves renews by way of the intermediate roles, as recorded."""
    aws("assume", *WAY, "--auto-refresh")
    remove_cache(ProcessCache("assumed-role", recorded(aws)).path)
    done = aws("assume", "export", "--update-profile", "assumed-role", "--format", "process")

    assert done.code == 0, done.err
    assert signed_calls(aws) == ALONG * 2
    assert json.loads(done.out)["AccessKeyId"] == key_of(TARGET)


def test_credentials_of_intermediate_roles_are_not_stored(aws, home) -> None:
    """The key of an intermediate role is nowhere; that of the last role is in one file."""
    tokens = {"first": "F" * 60, "other": "O" * 60}

    def script(request: dict[str, str]) -> Optional[Answer]:
        arn = request["RoleArn"]
        name = arn.rpartition("/")[2]
        return assume_role_answer(
            arn, "s1", access_key_id=key_of(arn), secret=SECRET + name,
            token=tokens.get(name, TOKEN),
        )  # fmt: skip

    aws.stub.script = script
    aws.add_config("cli_history = enabled\n")
    done = aws("assume", *WAY, "--debug")
    secrets = [key_of("/first"), key_of("/other"), SECRET + "first", SECRET + "other",
               *tokens.values()]  # fmt: skip

    assert done.code == 0, done.err
    content = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert [one for one in secrets if one.encode() in content] == []
    assert [one for one in secrets if one in done.out + done.err] == []
    assert key_of(TARGET).encode() in content


def test_every_request_goes_to_the_given_endpoint_and_region(
    aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clients of the intermediate roles have the CLI's own options, as the source's has."""
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    done = aws("assume", *WAY, "--endpoint-url", aws.stub.url, "--region", "eu-west-1")

    assert done.code == 0, done.err
    assert signed_calls(aws) == ALONG
    regions = {one["Authorization"].split("/")[2] for one in aws.stub.headers}
    assert regions == {"eu-west-1"}


@pytest.mark.parametrize(
    ("hop", "reason"),
    [
        ("", "Invalid role name"),
        ("a b", "Invalid role name"),
        ("arn:aws:iam::1:role/r", "must be 12 digits"),
        ("arn:aws-cn:iam::123456789012:role/r", "in the partition aws-cn"),
    ],
)
def test_an_invalid_intermediate_role_is_refused_before_any_call(
    aws, hop: str, reason: str
) -> None:
    """What is no role, or one of another partition, is an error with its value."""
    done = aws("assume", "--role-arn", TARGET, "--via", hop)

    assert done.code != 0
    assert reason in done.err
    assert aws.stub.requests == []


@pytest.mark.parametrize("via", ["5", '"first"', "[1]", "no json"])
def test_a_record_that_was_edited(aws, via: str) -> None:
    """A way that can't be read is an error of that record, and nothing is asked."""
    aws("assume", *WAY)
    lines = aws.config.read_text().splitlines()
    changed = [f"    via = {via}" if one.strip().startswith("via =") else one for one in lines]
    aws.config.write_text("\n".join(changed) + "\n")
    before = len(aws.stub.requests)
    done = aws("assume", "refresh")

    assert done.code != 0
    assert "via is no JSON of that kind" in done.err
    assert len(aws.stub.requests) == before


def test_a_recorded_profile_takes_no_way(aws) -> None:
    """export --update-profile answers what is recorded; another way contradicts it."""
    aws("assume", *WAY)
    done = aws("assume", "export", "--update-profile", "assumed-role", "--via", "first")

    assert done.code != 0
    assert "leave it out, or --via" in done.err


def test_a_way_needs_a_role(aws) -> None:
    """--via alone names no role, and the source's own credentials are not handed on by it."""
    aws.set_variable("AWS_ACCESS_KEY_ID", "ASIAENVENVENVENVENV1")
    aws.set_variable("AWS_SECRET_ACCESS_KEY", "secret")
    aws.set_variable("AWS_SESSION_TOKEN", "token")
    done = aws("assume", "export", "--via", "first", environment=NO_TERMINAL)

    assert done.code != 0
    assert "No role was named" in done.err
    assert aws.stub.requests == []
