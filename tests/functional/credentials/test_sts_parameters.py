"""AssumeRole's parameters: the same options, the same request as `aws sts assume-role`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from awscli.clidriver import create_clidriver
from botocore import xform_name

from awscli_assume.arguments.assume_role import STS_OPTIONS, sts_arguments
from support.sts_stub import ACCOUNT, MFA_SERIAL

BASE = ("--role-arn", f"arn:aws:iam::{ACCOUNT}:role/team/my-iam-role", "--role-session-name", "a1")
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
OWN = f"arn:aws:iam::{ACCOUNT}:policy/team/own"
PROVIDER = "arn:aws:iam::aws:contextProvider/IdentityCenter"
STATEMENT = {"Effect": "Allow", "Action": ["s3:Get*", "s3:List*"], "Resource": "*"}
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [STATEMENT]})
TAGS = [{"Key": "Project", "Value": "a b/c=d"}, {"Key": "Größe", "Value": ""}]
# file:// of the test's own folder, written by the test.
FILES: dict[str, Any] = {
    "policy.json": POLICY,
    "policy-arns.json": [{"arn": READ_ONLY}, {"arn": OWN}],
    "tags.json": TAGS,
    "keys.json": ["Project"],
    "external-id.txt": "external:id/1",
    "contexts.json": [{"ProviderArn": PROVIDER, "ContextAssertion": "eyJ.abc.def"}],
}
CASES = {
    "duration": ["--duration-seconds", "43200"],
    "policy, text": ["--policy", POLICY],
    "policy, file": ["--policy", "file://policy.json"],
    "policy ARNs, shorthand": ["--policy-arns", f"arn={READ_ONLY}", f"arn={OWN}"],
    "policy ARNs, JSON": ["--policy-arns", json.dumps(FILES["policy-arns.json"])],
    "policy ARNs, file": ["--policy-arns", "file://policy-arns.json"],
    "policy and policy ARNs": ["--policy", POLICY, "--policy-arns", f"arn={READ_ONLY}"],
    "tags, shorthand": ["--tags", "Key=Project,Value='a b/c'", "Key=Owner,Value=alice@x.org"],
    "tags, an empty value": ["--tags", "Key=Project,Value="],
    "tags, JSON": ["--tags", json.dumps(TAGS)],
    "tags, JSON, one object": ["--tags", json.dumps(TAGS[0])],
    "tags, file": ["--tags", "file://tags.json"],
    "transitive keys, list": ["--tags", "Key=A1,Value=1", "Key=B2,Value=2",
                              "--transitive-tag-keys", "A1", "B2"],
    "transitive keys, JSON": ["--tags", "file://tags.json", "--transitive-tag-keys",
                              '["Project"]'],
    "transitive keys, file": ["--tags", "file://tags.json", "--transitive-tag-keys",
                              "file://keys.json"],
    "external id": ["--external-id", "A=1,b.c@d:e/f-g+h_i"],
    "external id, file": ["--external-id", "file://external-id.txt"],
    "MFA": ["--serial-number", MFA_SERIAL, "--token-code", "012345"],
    "source identity": ["--source-identity", "alice@example.org"],
    "contexts, shorthand": ["--provided-contexts",
                            f"ProviderArn={PROVIDER},ContextAssertion=eyJ.abc.def"],
    "contexts, JSON": ["--provided-contexts", json.dumps(FILES["contexts.json"])],
    "contexts, file": ["--provided-contexts", "file://contexts.json"],
}  # fmt: skip
CASES["all of them"] = [
    "--duration-seconds", "900", "--policy", POLICY, "--policy-arns", f"arn={READ_ONLY}",
    "--tags", "Key=A1,Value=1", "--transitive-tag-keys", "A1", "--external-id", "external",
    "--serial-number", MFA_SERIAL, "--token-code", "123456", "--source-identity", "alice",
    "--provided-contexts", f"ProviderArn={PROVIDER},ContextAssertion=eyJ.abc.def",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _files(home: Path) -> None:
    for name, content in FILES.items():
        text = content if isinstance(content, str) else json.dumps(content)
        (home / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("options", CASES.values(), ids=CASES)
def test_same_request_as_sts_assume_role(aws, options: list[str]) -> None:
    """In a working `aws sts assume-role` line, `sts assume-role` can be replaced by `assume`."""
    theirs = aws("sts", "assume-role", *BASE, *options)
    ours = aws("assume", *BASE, *options)

    assert theirs.code == 0, theirs.err
    assert ours.code == 0, ours.err
    assert aws.stub.requests[1] == aws.stub.requests[0]
    assert len(aws.stub.requests[0]) > 4


def test_a_policy_of_several_lines_stays_the_same_document(aws, home: Path) -> None:
    """A policy is sent on one line, and says what it said."""
    (home / "policy.json").write_text(json.dumps(json.loads(POLICY), indent=4).replace("  ", "\t"))
    done = aws("assume", *BASE, "--policy", "file://policy.json")

    assert done.code == 0, done.err
    assert json.loads(aws.stub.requests[0]["Policy"]) == json.loads(POLICY)
    assert "\n" not in aws.stub.requests[0]["Policy"]


# What the host's own model of STS says, so that a parameter which AWS adds fails here
# (and in tests/integration/test_help.py, on the newest version 2).

# In 2.38.5 and not in 1.46.3.
NEWER = {"minimum_session_token_size"}


def input_shape() -> Any:
    session = create_clidriver().session
    return session.get_service_model("sts").operation_model("AssumeRole").input_shape


def test_options_are_the_members_of_assume_role() -> None:
    """Each member of AssumeRole's input is an option, under the CLI's own name for it."""
    members = {xform_name(name) for name in input_shape().members}

    assert members - {"role_arn", *STS_OPTIONS} == set()
    assert set(STS_OPTIONS) - members <= NEWER
    assert [argument["name"].replace("-", "_") for argument in sts_arguments()] == list(
        STS_OPTIONS
    )


def test_options_have_the_shapes_of_assume_role() -> None:
    """Lists are lists, structures have the model's members, numbers are numbers."""
    arguments = {argument["name"].replace("-", "_"): argument for argument in sts_arguments()}
    for name, shape in input_shape().members.items():
        argument = arguments.get(xform_name(name))
        if argument is None:
            assert name == "RoleArn"
        elif shape.type_name == "list":
            items = argument["schema"]["items"]
            expected = sorted(getattr(shape.member, "members", ()))

            assert argument["schema"]["type"] == "array", name
            assert sorted(items.get("properties", ())) == expected, name
        else:
            assert argument.get("schema", {"type": "string"}) == {"type": "string"}, name
