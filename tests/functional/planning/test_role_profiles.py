"""The role that a profile names: from where its credentials are, what it inherits, and again."""

from __future__ import annotations

import json

import pytest

from support.metadata_stub import CONTAINER_KEYS, ContainerStub
from support.sts_stub import ACCOUNT, MFA_SERIAL, ROLE_ARN, assume_role_answer

FIRST_ARN = f"arn:aws:iam::{ACCOUNT}:role/first"
FIRST_KEY = "ASIAFIRSTFIRSTFIRST1"
BOB, ENVIRONMENT = "AKIABOBBOBBOBBOBBOB1", "AKIAENVENVENVENVENV1"


def add_profile(aws, name: str, **keys: str) -> None:
    """Append a profile to the config file."""
    lines = "".join(f"{key} = {value}\n" for key, value in keys.items())
    aws.add_config(f"[profile {name}]\n{lines}")


def set_keys(aws) -> None:
    """Put an access key into the environment."""
    aws.set_variable("AWS_ACCESS_KEY_ID", ENVIRONMENT)
    aws.set_variable("AWS_SECRET_ACCESS_KEY", "EnvironmentSecret")


def refresh(aws) -> tuple[dict[str, str], dict[str, str]]:
    """Refresh the target; return the last two requests of all."""
    done = aws("assume", "refresh")
    assert done.code == 0, done.err
    return aws.stub.requests[-2], aws.stub.requests[-1]


@pytest.mark.parametrize("seconds", ["3600", "7200"])
def test_credential_source_environment(aws, seconds: str) -> None:
    """The environment's key signs although --profile is there; a refresh asks for the same."""
    add_profile(aws, "deploy", role_arn=ROLE_ARN, credential_source="Environment",
                duration_seconds=seconds, region="eu-west-1")  # fmt: skip
    set_keys(aws)
    done = aws("assume", "--profile", "deploy")

    assert done.code == 0, done.err
    assert aws.signers() == [ENVIRONMENT]
    assert aws.stub.requests[0]["DurationSeconds"] == seconds
    assert json.loads(done.out)["Region"] == "eu-west-1"
    record = aws.section(aws.config, "profile assumed-role")["assumed"]
    assert "source-profile = deploy" in record
    assert "credential-source = Environment" in record
    first, again = refresh(aws)
    assert aws.signers()[-1] == ENVIRONMENT
    assert first == again


def test_credential_source_of_a_container(aws) -> None:
    """EcsContainer is the container's endpoint and nothing else, in the first run and later."""
    add_profile(aws, "deploy", role_arn=ROLE_ARN, credential_source="EcsContainer",
                region="us-east-1")  # fmt: skip
    aws.add_key("deploy", BOB, "secret")
    with ContainerStub() as container:
        for name, value in container.variables.items():
            aws.set_variable(name, value)
        done = aws("assume", "--profile", "deploy")

        assert done.code == 0, done.err
        first, again = refresh(aws)
    assert aws.signers() == [CONTAINER_KEYS.id, CONTAINER_KEYS.id]
    assert first == again


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("Environment", "Export AWS_ACCESS_KEY_ID"),
        ("EcsContainer", "in a container of ECS or EKS"),
        ("Ec2InstanceMetadata", "on an EC2 instance"),
    ],
)
def test_credential_source_without_credentials(aws, name: str, says: str) -> None:
    """Where there is nothing, nobody else is asked, though the profile has keys besides."""
    add_profile(aws, "deploy", role_arn=ROLE_ARN, credential_source=name)
    aws.add_key("deploy", BOB, "secret")
    done = aws("assume", "--profile", "deploy", "--region", "us-east-1")

    assert done.code == 255
    assert "No credentials found in credential_source referenced in profile deploy" in done.err
    assert says in done.err
    assert aws.stub.requests == []


def test_a_refresh_without_its_credential_source(aws) -> None:
    """A refresh in a shell without the keys says which source is empty."""
    add_profile(aws, "deploy", role_arn=ROLE_ARN, credential_source="Environment")
    set_keys(aws)
    assert aws("assume", "--profile", "deploy", "--region", "us-east-1").code == 0
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        aws._monkeypatch.delenv(name)
    done = aws("assume", "refresh")

    assert done.code == 255
    assert "credential_source = Environment" in done.err
    assert len(aws.stub.requests) == 1


def test_a_target_that_refreshes_itself_needs_a_lasting_source(aws) -> None:
    """--auto-refresh takes no profile whose source is the environment of this shell."""
    add_profile(aws, "deploy", role_arn=ROLE_ARN, credential_source="Environment")
    set_keys(aws)
    done = aws("assume", "--profile", "deploy", "--auto-refresh")

    assert done.code == 255
    assert "will not be there then" in done.err


def test_a_role_profile_with_its_own_keys(aws) -> None:
    """source_profile = itself: its keys sign, once, and a refresh asks for the same."""
    add_profile(aws, "deploy", role_arn=ROLE_ARN, source_profile="deploy", region="eu-west-1")
    aws.add_key("deploy", BOB, "secret")
    done = aws("assume", "--profile", "deploy")

    assert done.code == 0, done.err
    first, again = refresh(aws)
    assert first == again
    assert aws.signers() == [BOB, BOB]


def test_keys_of_a_source_that_names_a_role_besides(aws) -> None:
    """As in botocore, the keys of a source profile come before its role."""
    add_profile(aws, "deploy", role_arn=ROLE_ARN, source_profile="both", region="us-east-1")
    add_profile(aws, "both", role_arn=FIRST_ARN, source_profile="default", region="us-east-1")
    aws.add_key("both", BOB, "secret")
    done = aws("assume", "--profile", "deploy")

    assert done.code == 0, done.err
    refresh(aws)
    assert [one["RoleArn"] for one in aws.stub.requests] == [ROLE_ARN, ROLE_ARN]
    assert aws.signers() == [BOB, BOB]


def test_the_shell_of_the_target_keeps_its_credential_source(aws) -> None:
    """With AWS_PROFILE on the target, the keys of the record sign and not the source's role."""
    add_profile(aws, "deploy", role_arn=ROLE_ARN, source_profile="deploy", region="us-east-1")
    aws.add_key("deploy", BOB, "secret")
    assert aws("assume", "--profile", "deploy").code == 0
    aws.set_variable("AWS_PROFILE", "assumed-role")
    done = aws("assume", "--role-arn", FIRST_ARN)

    assert done.code == 0, done.err
    assert aws.signers() == [BOB, BOB]


BROKEN = {
    "both": (
        "[profile a]\nrole_arn = R\nsource_profile = default\ncredential_source = Environment\n",
        'The profile "a" contains both source_profile and credential_source.',
    ),
    "neither": ("[profile a]\nrole_arn = R\n", "missing: source_profile or credential_source"),
    "no such source": (
        "[profile a]\nrole_arn = R\ncredential_source = environment\n",
        'The credential source "environment" referenced in profile "a" is not valid.',
    ),
    "itself without keys": (
        "[profile a]\nrole_arn = R\nsource_profile = a\n", "a -> a",
    ),
    "a circle": (
        "[profile a]\nrole_arn = R\nsource_profile = b\n"
        "[profile b]\nrole_arn = R\nsource_profile = c\n"
        "[profile c]\nrole_arn = R\nsource_profile = a\n",
        "a -> b -> c -> a",
    ),
    "a missing source": (
        "[profile a]\nrole_arn = R\nsource_profile = b\n"
        "[profile b]\nrole_arn = R\nsource_profile = gone\n",
        "a -> b -> gone",
    ),
    "a broken role on the way": (
        "[profile a]\nrole_arn = R\nsource_profile = b\n[profile b]\nrole_arn = R\n",
        "The profile 'b' names a role, and neither",
    ),
    "a missing profile to include": ("[profile a]\ninclude_profile = gone\n", "a -> gone"),
    "a circle of inclusion": (
        "[profile a]\ninclude_profile = b\n[profile b]\ninclude_profile = a\n", "a -> b -> a",
    ),
    "a circle behind the source": (
        "[profile a]\nrole_arn = R\nsource_profile = b\n"
        "[profile b]\ninclude_profile = c\n[profile c]\ninclude_profile = c\n", "b -> c -> c",
    ),
    "access keys of an included profile": (
        "[profile a]\ninclude_profile = default\n",
        "a -> default), and access keys are not inherited",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("config", "says"), BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("words", [(), ("--role-arn", ROLE_ARN)], ids=["its role", "another"])
def test_a_broken_way_is_refused_before_any_request(aws, config, says, words) -> None:
    """Circles and missing ones are errors with the path, for the profile's role and as source."""
    aws.add_config(config.replace("= R\n", f"= {ROLE_ARN}\n"))
    before = aws.files()
    for verb in (("assume",), ("assume", "export")):
        done = aws(*verb, *words, "--profile", "a")

        assert done.code == 255
        assert says in done.err
        if "->" in says and "access keys" not in says:
            assert str(aws.config) in done.err
    assert aws.stub.requests == []
    assert aws.files() == before


@pytest.mark.parametrize("words", [(), ("--dry-run",), ("--copy-source",)])
def test_a_target_that_inherits_is_refused_before_any_request(aws, words) -> None:
    """Also where it is the profile of the settings, with keys in the environment as the source."""
    aws.add_config("[profile company]\noutput = json\n[profile tgt]\ninclude_profile = company\n")
    for name, value in (("ACCESS_KEY_ID", "ASIAENVENVENVENVENV1"), ("SECRET_ACCESS_KEY", "s"),
                        ("SESSION_TOKEN", "t")):  # fmt: skip
        aws.set_variable(f"AWS_{name}", value)
    aws.set_variable("AWS_PROFILE", "tgt")
    aws.set_variable("AWS_REGION", "us-east-1")
    before = aws.files()
    role = () if "--copy-source" in words else ("--role-arn", ROLE_ARN)
    done = aws("assume", *role, "--update-profile", "tgt", *words)

    assert "inherits from another profile (include_profile)" in done.err
    assert aws.stub.requests == []
    assert aws.files() == before


EXTENSIONS = {
    "session_tags": "team=storage, cost=a=b",
    "transitive_session_tags": "team,cost",
    "source_identity": "alice",
    "role_session_name": "by-profile",
}
SENT = {
    "Tags.member.1.Key": "team", "Tags.member.1.Value": "storage",
    "Tags.member.2.Key": "cost", "Tags.member.2.Value": "a=b",
    "TransitiveTagKeys.member.1": "team", "TransitiveTagKeys.member.2": "cost",
    "SourceIdentity": "alice",
}  # fmt: skip


def test_keys_of_aws_vault(aws) -> None:
    """Tags, transitive keys and source identity of the profile are sent, then and again."""
    add_profile(aws, "deploy", role_arn=ROLE_ARN, source_profile="default", region="us-east-1",
                **EXTENSIONS)  # fmt: skip
    done = aws("assume", "--profile", "deploy")

    assert done.code == 0, done.err
    first, again = refresh(aws)
    assert first == again
    assert SENT.items() <= first.items()


def test_flags_beat_the_keys_of_aws_vault(aws) -> None:
    """An option takes the place of the whole list; of transitive keys those of its tags stay."""
    add_profile(aws, "deploy", role_arn=ROLE_ARN, source_profile="default", region="us-east-1",
                **EXTENSIONS)  # fmt: skip
    done = aws("assume", "--profile", "deploy", "--tags", "Key=TEAM,Value=x", "Key=y,Value=z",
               "--source-identity", "bob")  # fmt: skip

    assert done.code == 0, done.err
    request = aws.stub.requests[0]
    assert request["Tags.member.1.Key"] == "TEAM"
    assert request["SourceIdentity"] == "bob"
    assert [value for key, value in request.items() if key.startswith("Transitive")] == ["team"]


def test_three_levels_ask_as_the_flattened_profile(aws) -> None:
    """Role, source, region and tags through three levels: the request is the flattened one's."""
    add_profile(aws, "bob", region="us-east-1")
    aws.add_key("bob", BOB, "secret")
    add_profile(aws, "base", source_profile="bob", region="eu-west-1", duration_seconds="1800",
                session_tags="team=storage", external_id="far")  # fmt: skip
    add_profile(aws, "middle", include_profile="base", external_id="near", source_identity="me")
    add_profile(aws, "deploy", include_profile="middle", role_arn=ROLE_ARN)
    add_profile(aws, "flat", role_arn=ROLE_ARN, source_profile="bob", region="eu-west-1",
                duration_seconds="1800", session_tags="team=storage", external_id="near",
                source_identity="me")  # fmt: skip
    done = aws("assume", "--profile", "deploy")
    flat = aws("assume", "--profile", "flat", "--update-profile", "other")

    assert (done.code, flat.code) == (0, 0), done.err + flat.err
    assert aws.stub.requests[0] == aws.stub.requests[1]
    assert aws.stub.requests[0]["ExternalId"] == "near"
    assert aws.signers() == [BOB, BOB]
    assert json.loads(done.out)["Region"] == json.loads(flat.out)["Region"] == "eu-west-1"


def test_export_hands_on_an_inherited_role(aws) -> None:
    """A verb without a role of its own takes the one that is inherited, not the source's keys."""
    add_profile(aws, "base", role_arn=ROLE_ARN, source_profile="default", external_id="far",
                region="us-east-1")  # fmt: skip
    add_profile(aws, "heir", include_profile="base")
    done = aws("assume", "export", "--profile", "heir", "--format", "env")

    assert done.code == 0, done.err
    assert "AWS_SESSION_TOKEN" in done.out
    assert aws.stub.requests[0]["ExternalId"] == "far"


def test_a_source_that_inherits_its_role(aws) -> None:
    """botocore assumes the role that a source profile has by inclusion; a refresh does, too."""
    aws.stub.script = lambda request: (
        assume_role_answer(FIRST_ARN, "s", access_key_id=FIRST_KEY)
        if request["RoleArn"] == FIRST_ARN
        else None
    )
    add_profile(aws, "base", role_arn=FIRST_ARN, source_profile="bob", region="eu-west-1")
    add_profile(aws, "bob", include_profile="region")
    add_profile(aws, "region", region="eu-west-1")
    aws.add_key("bob", BOB, "secret")
    add_profile(aws, "source", include_profile="base", role_session_name="via")
    add_profile(aws, "deploy", role_arn=ROLE_ARN, source_profile="source", region="eu-west-1")
    done = aws("assume", "--profile", "deploy")

    assert done.code == 0, done.err
    assert aws.signers() == [BOB, FIRST_KEY]
    assert [one["RoleArn"] for one in aws.stub.requests] == [FIRST_ARN, ROLE_ARN]
    assert aws.stub.requests[0]["RoleSessionName"] == "via"
    assert json.loads(done.out)["Region"] == "eu-west-1"
    first, again = aws.stub.requests[1], refresh(aws)[1]
    assert aws.signers()[-1] == FIRST_KEY
    assert first == again


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"credential_process": "/bin/echo {}"}, "custom-process"),
        (
            {"sso_start_url": "https://corp.awsapps.com/start", "sso_region": "us-east-1",
             "sso_account_id": ACCOUNT, "sso_role_name": "Dev"},
            "SSO",
        ),
        ({"role_arn": ROLE_ARN, "web_identity_token_file": "/gone/token"}, "/gone/token"),
    ],
    ids=["process", "sso", "web identity"],
)  # fmt: skip
def test_other_ways_to_credentials_are_inherited(aws, keys, says: str) -> None:
    """botocore goes the way that is inherited: here it is the one that fails, by its name."""
    add_profile(aws, "base", region="us-east-1", **keys)
    add_profile(aws, "source", include_profile="base")
    add_profile(aws, "deploy", role_arn=FIRST_ARN, source_profile="source")
    done = aws("assume", "--profile", "deploy")

    assert done.code == 255
    assert says in done.err
    assert aws.stub.requests == []


def test_a_process_that_is_inherited_signs(aws) -> None:
    """The keys of an inherited credential_process are those of the source."""
    answer = aws.config.parent / "answer.json"
    answer.write_text(f'{{"Version": 1, "AccessKeyId": "{BOB}", "SecretAccessKey": "x"}}')
    add_profile(aws, "base", region="us-east-1", credential_process=f"cat {answer}")
    add_profile(aws, "source", include_profile="base")
    done = aws("assume", "--role-arn", ROLE_ARN, "--profile", "source")

    assert done.code == 0, done.err
    refresh(aws)
    assert aws.signers() == [BOB, BOB]


def test_device_and_command_for_its_code_are_inherited(aws) -> None:
    """mfa_serial and mfa_process of an included profile give the code without a question."""
    add_profile(aws, "base", mfa_serial=MFA_SERIAL, mfa_process="echo 123456",
                source_profile="default", duration_seconds="7200", region="us-east-1")  # fmt: skip
    add_profile(aws, "deploy", include_profile="base", role_arn=ROLE_ARN)
    done = aws("assume", "--profile", "deploy")

    assert done.code == 0, done.err
    assert aws.stub.requests[0]["SerialNumber"] == MFA_SERIAL
    assert aws.stub.requests[0]["TokenCode"] == "123456"


def test_a_refresh_follows_a_source_that_was_broken_since(aws) -> None:
    """A circle that a user has made since the first run is the error of that profile alone."""
    add_profile(aws, "source", region="us-east-1")
    aws.add_key("source", BOB, "secret")
    assert aws("assume", "--role-arn", ROLE_ARN, "--profile", "source").code == 0
    assert aws("assume", "--role-arn", ROLE_ARN, "--update-profile", "other").code == 0
    text = aws.config.read_text().replace(
        "[profile source]\n", "[profile source]\ninclude_profile = source\n"
    )
    aws.config.write_text(text)
    done = aws("assume", "refresh", "--all")

    assert done.code == 1
    assert "assumed-role: include_profile goes in a circle: source -> source" in done.err
    assert "Refreshed 1 of 2 profiles" in done.err


def test_settings_for_keys_of_the_environment_are_inherited(aws) -> None:
    """With the environment's keys as the source, those of an included profile do not count."""
    add_profile(aws, "heir", include_profile="default")
    aws.add_config("assume =\n    external_id = mine\n")
    set_keys(aws)
    aws.set_variable("AWS_PROFILE", "heir")
    done = aws("assume", "--role-arn", ROLE_ARN)

    assert done.code == 0, done.err
    assert aws.signers() == [ENVIRONMENT]
    assert aws.stub.requests[0]["ExternalId"] == "mine"


def test_settings_are_inherited_key_by_key(aws) -> None:
    """A block counts as its keys: one of the near profile, another of the far one."""
    aws.add_config(
        "[profile base]\nassume =\n    external_id = far\n    update_profile = theirs\n"
        "[profile near]\ninclude_profile = base\nassume =\n    external_id = near\n"
    )
    aws.add_key("near", BOB, "secret")
    done = aws("assume", "--role-arn", ROLE_ARN, "--profile", "near", "--region", "us-east-1")

    assert done.code == 0, done.err
    assert json.loads(done.out)["Profile"] == "theirs"
    assert aws.stub.requests[0]["ExternalId"] == "near"
    aws("assume", "clear", "--profile", "near")
    assert "profile theirs" not in aws.config.read_text()


def test_a_target_of_ours_hands_on_neither_record_nor_keys(aws) -> None:
    """Including a target profile gives its region, and does not make the profile one of ours."""
    assert aws("assume", "--role-arn", ROLE_ARN, "--region", "eu-west-1").code == 0
    add_profile(aws, "mine", include_profile="assumed-role")
    aws.add_key("mine", BOB, "secret")
    done = aws("assume", "--role-arn", FIRST_ARN, "--profile", "mine", "--update-profile", "new",
               "--duration-seconds", "7200")  # fmt: skip

    assert done.code == 0, done.err
    assert aws.signers()[-1] == BOB
    assert json.loads(done.out)["Region"] == "eu-west-1"


def test_a_profile_that_inherits_is_no_target(aws) -> None:
    """What inherits may inherit a role: it is refused, and no file changes."""
    add_profile(aws, "heir", include_profile="default")
    before = aws.files()
    done = aws("assume", "--role-arn", ROLE_ARN, "--update-profile", "heir")

    assert done.code == 255
    assert "inherits from another profile (include_profile)" in done.err
    assert aws.files() == before


def test_no_file_gets_what_is_inherited(aws) -> None:
    """The sections of the user stay as they are; the target alone is added."""
    add_profile(aws, "base", role_arn=ROLE_ARN, source_profile="default", region="eu-west-1")
    add_profile(aws, "heir", include_profile="base")
    before = aws.config.read_text()
    done = aws("assume", "--profile", "heir")

    assert done.code == 0, done.err
    assert aws.config.read_text().startswith(before)


@pytest.fixture
def web(aws):
    """Return the driver of a user whose profile has a web identity, and a source to ignore."""

    def answer(request):
        return assume_role_answer(ROLE_ARN, "job", operation="AssumeRoleWithWebIdentity")

    token = aws.config.parent / "token"
    token.write_text("the-web-identity-token")
    add_profile(aws, "web", role_arn=ROLE_ARN, web_identity_token_file=str(token),
                source_profile="default", external_id="ignored", duration_seconds="1800",
                role_session_name="job", region="us-east-1")  # fmt: skip
    aws.stub.script = answer
    return aws


@pytest.mark.parametrize("words", [("--profile", "web"), ("web",)], ids=["--profile", "ROLE"])
def test_web_identity_of_the_profile(web, words: tuple[str, ...]) -> None:
    """The token replaces the source, and a refresh reads it again; nothing is signed."""
    done = web("assume", *words)

    assert done.code == 0, done.err
    first, again = refresh(web)
    assert first == again
    assert first["Action"] == "AssumeRoleWithWebIdentity"
    assert first["WebIdentityToken"] == "the-web-identity-token"
    assert first["RoleSessionName"] == "job"
    assert not {"ExternalId", "DurationSeconds"} & set(first)
    assert not any("Authorization" in one for one in web.stub.headers)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            ("--external-id", "e"),
            "--external-id does not go with web_identity_token_file of the profile 'web'",
        ),
        (("--via", FIRST_ARN), "--via does not go with web_identity_token_file of the profile"),
    ],
)
def test_options_that_a_web_identity_has_not(web, words: tuple[str, ...], says: str) -> None:
    """An option that the request would lose is refused, not ignored."""
    done = web("assume", "--profile", "web", *words)

    assert says in done.err
    assert web.stub.requests == []


def test_a_web_identity_is_not_explained(web) -> None:
    """There is no caller whose policies count; the suggested command works."""
    done = web("assume", "explain", "--profile", "web")

    assert "Try: aws assume --profile web" in done.err
    assert web.stub.requests == []
    assert web("assume", "--profile", "web").code == 0


def test_device_of_the_source_is_named(aws, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a terminal, the error names the device of the source, not the one of the role."""

    def no_terminal(question: str) -> str:
        raise EOFError

    monkeypatch.setattr("getpass.getpass", no_terminal)
    add_profile(aws, "source", role_arn=FIRST_ARN, source_profile="default", mfa_serial="a-device")
    add_profile(aws, "deploy", role_arn=ROLE_ARN, source_profile="source", mfa_serial=MFA_SERIAL,
                mfa_process="echo 123456", region="us-east-1")  # fmt: skip
    done = aws("assume", "--profile", "deploy")

    assert "The MFA device a-device of the source profile needs a code" in done.err
    assert aws.stub.requests == []
