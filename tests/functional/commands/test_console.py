"""`aws assume console` in the CLI's driver, against a stand-in for the federation endpoint."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any, Iterator, Optional
from urllib.parse import parse_qs, urlsplit

import pytest

from awscli_assume.host.environment import Environment
from awscli_assume.model.console.hosts import PARTITIONS
from support.environment import NO_TERMINAL
from support.federation_stub import FederationStub, make_certificate
from support.loopback import in_hours, rfc3339
from support.sso_stub import SsoStub
from support.sts_stub import (
    ACCESS_KEY_ID,
    ACCOUNT,
    ROLE_ARN,
    SECRET,
    TOKEN,
    USER_ARN,
    caller_answer,
    query_answer,
)

OUTER_ARN = f"arn:aws:iam::{ACCOUNT}:role/outer"
SESSION = {"sessionId": ACCESS_KEY_ID, "sessionKey": SECRET, "sessionToken": TOKEN}
STORED = {
    "sessionId": "ASIASTOREDSTOREDSTOR",
    "sessionKey": "StoredSecret",
    "sessionToken": "StoredToken",
}


@pytest.fixture
def federation(aws: Any) -> Iterator[FederationStub]:
    """Run the stand-in, to which AWS_ENDPOINT_URL_SIGNIN leads; no user is at a terminal."""
    with FederationStub() as stub:
        aws.set_variable("AWS_ENDPOINT_URL_SIGNIN", stub.url)
        aws.environment = NO_TERMINAL
        yield stub


def parameters_of(url: str) -> dict[str, str]:
    return {name: one for name, (one,) in parse_qs(urlsplit(url.strip()).query).items()}


def store_profile(
    aws: Any, partition: str, region: Optional[str], is_chained: bool, name: str = "assumed-role"
) -> None:
    """Write a profile as `aws assume` has written it."""
    role = f"arn:{partition}:iam::{ACCOUNT}:role/my-iam-role"
    session = f"arn:{partition}:sts::{ACCOUNT}:assumed-role/my-iam-role/alice"
    outer = json.dumps([f"arn:{partition}:iam::{ACCOUNT}:role/outer"])
    via = f"  via = {outer}\n" if is_chained else ""
    own_region = f"region = {region}\n" if region else ""
    aws.add_config(
        f"[profile {name}]\n{own_region}assumed =\n  role-arn = {role}\n"
        f"  role-session-name = alice\n  source-profile = default\n{via}"
    )
    with aws.credentials.open("a") as file:
        file.write(
            f"[{name}]\naws_access_key_id = {STORED['sessionId']}\n"
            f"aws_secret_access_key = {STORED['sessionKey']}\n"
            f"aws_session_token = {STORED['sessionToken']}\n"
            f"x_security_token_expires = {rfc3339(in_hours(1))}\nx_principal_arn = {session}\n"
            f"x_principal_access_key_id = {STORED['sessionId']}\n"
        )


@pytest.mark.parametrize("has_duration", [False, True], ids=["", "duration"])
@pytest.mark.parametrize("is_chained", [False, True], ids=["", "chain"])
@pytest.mark.parametrize("has_region", [False, True], ids=["no-region", "region"])
@pytest.mark.parametrize("partition", PARTITIONS)
def test_exact_parameters(
    aws: Any, federation: FederationStub, partition: str, has_region: bool, is_chained: bool,
    has_duration: bool,
) -> None:  # fmt: skip
    """Both requests have exactly these parameters; a duration in a role chain is an error."""
    console = PARTITIONS[partition]
    region = console.region if has_region else None
    store_profile(aws, partition, region, is_chained)
    duration = ("--session-duration", "12h") if has_duration else ()
    done = aws("assume", "console", "--no-browser", "--update-profile", "assumed-role", *duration)

    if is_chained and has_duration:
        assert done.code == 255
        assert federation.requests == []
        assert "one hour at most in role chaining" in done.err
        assert "--switch-role" in done.err
        return
    assert (done.code, done.err) == (0, "")
    (request,) = federation.requests
    assert request.method == ("POST" if partition in ("aws", "aws-cn") else "GET")
    (sent,) = federation.sign_ins
    assert json.loads(sent.pop("Session")) == STORED
    expected = {"Action": "getSigninToken"}
    assert sent == ({**expected, "SessionDuration": "43200"} if has_duration else expected)
    (token,) = federation.tokens
    host = console.console(region)
    page = f"/console/home?region={region}" if region else "/console/home"
    assert done.out.startswith(f"{federation.url}/federation?")
    assert done.out.count("\n") == 1
    assert parameters_of(done.out) == {
        "Action": "login",
        "Issuer": "awscli-assume",
        "Destination": f"https://{host}{page}",
        "SigninToken": token,
    }


@pytest.mark.parametrize("partition", PARTITIONS)
def test_role_over_https(aws: Any, tmp_path: Path, partition: str) -> None:
    """The role is assumed in its partition, and the CA bundle counts for the sign-in, too."""
    aws.environment = NO_TERMINAL
    certificate = make_certificate(tmp_path)
    arn = ROLE_ARN.replace(":aws:", f":{partition}:")
    with FederationStub(certificate) as stub:
        aws.set_variable("AWS_ENDPOINT_URL_SIGNIN", stub.url)
        done = aws(
            "assume", "console", arn, "--no-browser", "--service", "s3",
            "--region", PARTITIONS[partition].region,
            "--ca-bundle", str(tmp_path / "certificate.pem"),
        )  # fmt: skip

        assert done.code == 0, done.err
        assert json.loads(stub.sign_ins[0]["Session"]) == SESSION
        host = PARTITIONS[partition].console(PARTITIONS[partition].region)
        assert parameters_of(done.out)["Destination"].startswith(f"https://{host}/s3/home?region=")
    assert aws.stub.actions == ["AssumeRole"]


def test_duration_with_long_term_keys(aws: Any, federation: FederationStub) -> None:
    """SessionDuration is sent for a role that an access key of a user assumed."""
    done = aws("assume", "console", ROLE_ARN, "--no-browser", "--session-duration", "43200")

    assert done.code == 0, done.err
    assert federation.sign_ins[0]["SessionDuration"] == "43200"


CHAINS = {
    "via": ("assume console --via outer my-iam-role", "", "(--via)"),
    "source profile with a role": (
        "assume console --role-arn {role} --profile chained",
        "[profile chained]\nrole_arn = {outer}\nsource_profile = default\nregion = us-east-1\n",
        "the source is itself a role session",
    ),
    "source profile of ours": (
        "assume console --role-arn {role} --profile assumed-role", "ours",
        "the source is itself a role session",
    ),
    "profile of a chain": (
        "assume console --profile inner",
        "[profile inner]\nrole_arn = {role}\nsource_profile = chained\nregion = us-east-1\n"
        "[profile chained]\nrole_arn = {outer}\nsource_profile = default\n",
        "the source is itself a role session",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("words", "config", "why"), CHAINS.values(), ids=CHAINS)
def test_duration_in_a_role_chain(
    aws: Any, federation: FederationStub, words: str, config: str, why: str
) -> None:
    """The error says why, explains the hour, and offers the way out; nothing signs in."""
    if config == "ours":
        store_profile(aws, "aws", "us-east-1", is_chained=False)
    else:
        aws.add_config(config.format(role=ROLE_ARN, outer=OUTER_ARN))
    line = shlex.split(words.format(role=ROLE_ARN))
    done = aws(*line, "--no-browser", "--session-duration", "2h")

    assert done.code == 255
    assert why in done.err
    assert "one hour at most in role chaining" in done.err
    assert done.err.strip().endswith("--switch-role")
    assert federation.requests == []
    # Without the option the same command line signs in.
    done = aws(*line, "--no-browser")
    assert done.code == 0, done.err
    assert "SessionDuration" not in federation.sign_ins[0]


def test_session_policy_stays(aws: Any, federation: FederationStub) -> None:
    """A down-scoped session signs in as it is: with the credentials that the policy restricts."""
    policy = '{"Version":"2012-10-17","Statement":[]}'
    done = aws("assume", "console", ROLE_ARN, "--no-browser", "--policy", policy)

    assert done.code == 0, done.err
    assert aws.stub.requests[0]["Policy"] == policy
    assert aws.stub.actions == ["AssumeRole"]
    assert json.loads(federation.sign_ins[0]["Session"]) == SESSION


# Without a role.


def test_target_profile_without_a_role(aws: Any, federation: FederationStub) -> None:
    """Without a terminal and a role, our target profile signs in, and STS is not called."""
    store_profile(aws, "aws", "eu-west-1", is_chained=False)
    done = aws("assume", "console", "--no-browser")

    assert done.code == 0, done.err
    assert json.loads(federation.sign_ins[0]["Session"]) == STORED
    assert parameters_of(done.out)["Destination"].startswith("https://eu-west-1.console")
    assert aws.stub.actions == []


def test_profile_with_a_role(aws: Any, federation: FederationStub) -> None:
    """The credentials of --profile come first if they belong to a role."""
    store_profile(aws, "aws", "eu-west-1", is_chained=False)
    aws.add_config(f"[profile admin]\nrole_arn = {ROLE_ARN}\nsource_profile = default\n"
                   "region = us-east-1\n")  # fmt: skip
    done = aws("assume", "console", "--no-browser", "--profile", "admin")

    assert done.code == 0, done.err
    assert json.loads(federation.sign_ins[0]["Session"]) == SESSION


@pytest.mark.parametrize("has_terminal", [False, True])
def test_no_role_and_no_profile_of_ours(
    aws: Any, federation: FederationStub, has_terminal: bool
) -> None:
    """The error names a role to assume; on a terminal, the list would open."""
    aws.environment = Environment(has_terminal=lambda: has_terminal)
    done = aws("assume", "console", "--no-browser")

    assert done.code == 255
    assert "No role was named" in done.err
    assert ("No role was found" in done.err) == has_terminal
    assert federation.requests == []


def test_terminal_opens_the_list(aws: Any, federation: FederationStub) -> None:
    """On a terminal, the list comes before our target profile; one role is named without it."""
    store_profile(aws, "aws", "eu-west-1", is_chained=False)
    opened: list[bool] = []

    def open_terminal() -> Any:
        opened.append(True)
        raise OSError

    aws.environment = Environment(has_terminal=lambda: True, open_terminal=open_terminal)
    aws("assume", "console", "--no-browser")

    assert opened == [True]
    assert federation.requests == []


# Whose credentials can sign in.
PRINCIPALS = {
    "GetSessionToken": (USER_ARN, "the user alice"),
    "root": (f"arn:aws:iam::{ACCOUNT}:root", "the root user"),
}


@pytest.mark.parametrize(("arn", "whose"), PRINCIPALS.values(), ids=PRINCIPALS)
@pytest.mark.parametrize("words", [("--profile", "mine"), ("--copy-source", "--profile", "mine")])
def test_credentials_that_can_not_sign_in(
    aws: Any, federation: FederationStub, arn: str, whose: str, words: tuple[str, ...]
) -> None:
    """The error says whose they are and names a role to assume; nothing signs in."""
    aws.add_config("[profile mine]\nregion = us-east-1\n")
    aws.add_key("mine", "ASIAMINEMINEMINEMINE", "MineSecret", "MineToken")
    aws.stub.script = lambda _: caller_answer(arn)
    done = aws("assume", "console", "--no-browser", *words)

    assert done.code == 255
    assert f"belong to {whose}, and only those of a role can sign in" in done.err
    assert "aws assume console ROLE" in done.err
    assert "MineSecret" not in done.err
    assert federation.requests == []


@pytest.mark.parametrize(
    "arn",
    [f"arn:aws:sts::{ACCOUNT}:assumed-role/ci/x", f"arn:aws:sts::{ACCOUNT}:federated-user/f"],
)
def test_temporary_keys_of_others(aws: Any, federation: FederationStub, arn: str) -> None:
    """Keys of a role, or of a federated user, in a profile sign in; STS says whose they are."""
    aws.add_config("[profile mine]\nregion = us-east-1\n")
    aws.add_key("mine", "ASIAMINEMINEMINEMINE", "MineSecret", "MineToken")
    aws.stub.script = lambda _: caller_answer(arn)

    for _ in range(2):
        done = aws("assume", "console", "--no-browser", "--profile", "mine")
        assert done.code == 0, done.err
    assert json.loads(federation.sign_ins[0]["Session"])["sessionId"] == "ASIAMINEMINEMINEMINE"
    # The second run has it from the cache.
    assert aws.stub.actions == ["GetCallerIdentity"]
    done = aws(
        "assume", "console", "--no-browser", "--profile", "mine", "--session-duration", "2h"
    )
    assert (done.code == 0) == ("federated" not in arn)


def test_role_of_identity_center(aws: Any, federation: FederationStub, sso: SsoStub) -> None:
    """A role of IAM Identity Center signs in without STS, and may have a duration."""
    done = aws("assume", "console", "--profile", "dev", "--no-browser", "--session-duration", "8h")

    assert done.code == 0, done.err
    assert federation.sign_ins[0]["SessionDuration"] == "28800"
    assert aws.stub.actions == []


# Switching to a role.


def test_switch_role(aws: Any, federation: FederationStub) -> None:
    """The URL has role, account and a name; nothing is assumed and nothing signs in."""
    done = aws(
        "assume", "console", f"arn:aws:iam::{ACCOUNT}:role/team/dev/admin", "--switch-role",
        "--no-browser",
    )  # fmt: skip

    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"{federation.url}/switchrole?")
    assert parameters_of(done.out) == {
        "roleName": "team/dev/admin", "account": ACCOUNT, "displayName": f"admin-{ACCOUNT}",
    }  # fmt: skip
    assert (aws.stub.actions, federation.requests) == ([], [])


def test_switch_to_a_role_in_the_own_account(aws: Any, federation: FederationStub) -> None:
    """The account of a role that is named without it is the caller's."""
    done = aws("assume", "console", "my-iam-role", "--switch-role", "--no-browser")

    assert parameters_of(done.out)["account"] == ACCOUNT
    assert "AssumeRole" not in aws.stub.actions


BAD_SWITCHES = {
    "session policy": ("--policy {{}} --role-arn {role}", "--switch-role and --policy exclude"),
    "duration": ("--session-duration 2h --role-arn {role}", "--session-duration exclude"),
    "service": ("--service s3 --role-arn {role}", "--service exclude"),
    "external ID of the profile": ("--profile partner", "can't send the external ID"),
    "no role": ("--profile default", "--switch-role needs the role to switch to"),
}


@pytest.mark.parametrize(("words", "message"), BAD_SWITCHES.values(), ids=BAD_SWITCHES)
def test_what_can_not_be_switched_to(
    aws: Any, federation: FederationStub, words: str, message: str
) -> None:
    """What the console would ignore is an error: a restricted session would be a full one."""
    aws.add_config(f"[profile partner]\nrole_arn = {ROLE_ARN}\nsource_profile = default\n"
                   "external_id = abcdef\nregion = us-east-1\n")  # fmt: skip
    line = shlex.split(words.format(role=ROLE_ARN))
    done = aws("assume", "console", "--switch-role", "--no-browser", *line)

    assert done.code == 255
    assert message in done.err
    assert (aws.stub.actions, federation.requests) == ([], [])


# Bad input: before any call.
BAD = {
    "service": ("--service nonesuch", "Unknown service 'nonesuch'"),
    "service and page": ("--service s3 --destination /x", "exclude each other"),
    "page elsewhere": ("--destination https://evil.example/", "not a host of the console"),
    "page of another partition": (
        "--destination https://console.amazonaws.cn/", "in the partition aws,"
    ),
    "printed and copied": ("--no-browser --copy", "--no-browser and --copy exclude each other"),
    "printed and direct": ("--no-browser --direct", "exclude each other"),
    "duration too long": ("--session-duration 13h", "Invalid session duration '13h'"),
    "no duration": ("--session-duration max", "Invalid session duration 'max'"),
    "region elsewhere": ("--region cn-north-1", "in the partition aws"),
    "no region": ("--region 'no region'", "Invalid region 'no region'"),
    "no such browser": ("--browser /nonesuch/browser", "nonesuch"),
    "no clipboard": ("--copy", "There is no clipboard"),
    "stored profile and role": ("--update-profile x", "--update-profile"),
}  # fmt: skip


@pytest.mark.parametrize(("words", "message"), BAD.values(), ids=BAD)
def test_bad_input(aws: Any, federation: FederationStub, words: str, message: str) -> None:
    """Each is one sentence, and nothing is called."""
    done = aws("assume", "console", ROLE_ARN, *shlex.split(words))

    assert (done.code, done.out) == (255, "")
    assert message in done.err
    assert "Traceback" not in done.err
    assert (aws.stub.actions, federation.requests) == ([], [])


@pytest.mark.parametrize("role", [ROLE_ARN.replace(":aws:", ":aws-iso:"), "my-iam-role"])
def test_isolated_partition(aws: Any, federation: FederationStub, role: str) -> None:
    """A partition without a public console is a clear error before any call."""
    done = aws("assume", "console", role, "--region", "us-iso-east-1")

    assert "The console of the partition aws-iso is not supported" in done.err
    assert (aws.stub.actions, federation.requests) == ([], [])


def test_the_partition_of_the_role_counts(aws: Any, federation: FederationStub) -> None:
    """A region of the source in another partition is named before anything is called."""
    role = ROLE_ARN.replace("arn:aws:", "arn:aws-cn:")
    done = aws("assume", "console", role, "--no-browser")

    assert (done.code, done.out) == (255, "")
    assert "The region us-east-1 is not in the partition aws-cn of the role" in done.err
    assert (aws.stub.actions, federation.requests) == ([], [])


def test_refused_sign_in(aws: Any, federation: FederationStub) -> None:
    """A federation endpoint that refuses is one sentence without a secret."""
    federation.script = lambda _: (400, {}, TOKEN.encode())
    done = aws("assume", "console", ROLE_ARN, "--no-browser")

    assert (done.code, done.out) == (255, "")
    assert "refused the credentials (HTTP status 400)" in done.err
    assert [one for one in (SECRET, TOKEN) if one in done.err] == []


def test_services(aws: Any, federation: FederationStub) -> None:
    """`--service list` prints the table, as --output and --query want it, without a role."""
    done = aws(
        "assume", "console", "--service", "list", "--output", "json",
        "--query", "Services[?Service=='ssm'].Page",
    )  # fmt: skip

    assert json.loads(done.out) == ["/systems-manager/home"]


def test_nothing_is_written(aws: Any, federation: FederationStub) -> None:
    """No file of the user changes."""
    before = aws.files()
    assert aws("assume", "console", ROLE_ARN, "--no-browser").code == 0
    assert aws.files() == before


def test_invalid_answer_of_sts(aws: Any, federation: FederationStub) -> None:
    """What is no role session is never sent to the federation endpoint."""
    aws.stub.script = lambda _: query_answer("AssumeRole")
    done = aws("assume", "console", ROLE_ARN, "--no-browser")

    assert done.code == 255
    assert federation.requests == []


def test_keys_of_the_environment(aws: Any, federation: FederationStub) -> None:
    """Without a profile, temporary keys in the environment sign in if they are a role's."""
    store_profile(aws, "aws", "eu-west-1", is_chained=False)
    aws.set_variable("AWS_ACCESS_KEY_ID", "ASIAENVENVENVENVENVE")
    aws.set_variable("AWS_SECRET_ACCESS_KEY", "EnvSecret")
    aws.set_variable("AWS_SESSION_TOKEN", "EnvToken")
    aws.stub.caller = f"arn:aws:sts::{ACCOUNT}:assumed-role/ci/job"
    done = aws("assume", "console", "--no-browser")

    assert done.code == 0, done.err
    assert json.loads(federation.sign_ins[0]["Session"])["sessionId"] == "ASIAENVENVENVENVENVE"


def test_keys_of_a_user_in_the_environment(aws: Any, federation: FederationStub) -> None:
    """Keys of a user in the environment can't sign in; our target profile takes their place."""
    store_profile(aws, "aws", "eu-west-1", is_chained=False)
    aws.set_variable("AWS_ACCESS_KEY_ID", "ASIAENVENVENVENVENVE")
    aws.set_variable("AWS_SECRET_ACCESS_KEY", "EnvSecret")
    aws.set_variable("AWS_SESSION_TOKEN", "EnvToken")
    done = aws("assume", "console", "--no-browser")

    assert done.code == 0, done.err
    assert json.loads(federation.sign_ins[0]["Session"]) == STORED


def test_no_region(aws: Any, federation: FederationStub) -> None:
    """Without a region STS can't be called, as the AWS CLI says; nothing signs in."""
    text = aws.config.read_text().replace("region = us-east-1\n", "")
    aws.config.write_text(text)
    done = aws("assume", "console", ROLE_ARN, "--no-browser")

    assert (done.code, done.out) == (255, "")
    assert "You must specify a region" in done.err
    assert (aws.stub.actions, federation.requests) == ([], [])


@pytest.mark.parametrize("option", ["--destination", "--service", "--browser"])
def test_a_file_is_not_quoted(
    aws: Any, federation: FederationStub, tmp_path: Path, option: str
) -> None:
    """`file://` is a word of these options, and the content of the file is in no message."""
    path = tmp_path / "file"
    path.write_text("{SecretContent}")
    done = aws("assume", "console", ROLE_ARN, option, f"file://{path}")

    assert "Secret" not in done.err
    assert "file://" in done.err
    assert federation.requests == []
