"""The record in a target profile: written by the CLI's writer, read by botocore's parser."""

from __future__ import annotations

import json
import string
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Optional

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from awscli_assume.host import ConfigFileWriter, raw_config_parse
from awscli_assume.model.arns import Role
from awscli_assume.model.identity_center import IdentityCenterRole
from awscli_assume.model.request.request import AssumeRoleRequest, build_request
from awscli_assume.profiles.record import Record, read_record, record_of

ROLE = Role("r", "/team/", "123456789012", "aws")
DEVICE = "arn:aws:iam::123456789012:mfa/alice"

json_texts = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_categories=("Cc",)), max_size=40
)
policies = st.dictionaries(json_texts, st.one_of(json_texts, st.lists(json_texts, max_size=3)))
tag_texts = st.text(string.ascii_letters + " _.:/=+-@äß東京", min_size=1, max_size=20)
options = st.fixed_dictionaries(
    {},
    optional={
        "duration_seconds": st.integers(900, 43200),
        "policy": policies.map(lambda found: json.dumps(found, ensure_ascii=False)),
        "tags": st.lists(
            st.builds(lambda key, value: {"Key": key, "Value": value}, tag_texts, tag_texts),
            max_size=4,
            unique_by=lambda tag: tag["Key"].lower(),
        ).filter(lambda found: not any(t["Key"].lower().startswith("aws:") for t in found)),
        "external_id": st.text(string.ascii_letters + "=,.@:/-+_", min_size=2, max_size=30),
        "source_identity": st.text(string.ascii_letters + "=,.@-+_", min_size=2, max_size=30),
        "serial_number": st.just(DEVICE),
        "token_code": st.just("424242"),
        "policy_arns": st.just([{"arn": "arn:aws:iam::aws:policy/a=b#c;d"}]),
        "provided_contexts": st.just(
            [{"ProviderArn": "arn:" + "a" * 16, "ContextAssertion": "a\"b'c#d;e=f"}]
        ),
    },
)


def request_with(given: dict[str, Any]) -> AssumeRoleRequest:
    if "token_code" in given:
        given = {"serial_number": DEVICE, **given}
    if "tags" in given:
        given = {**given, "transitive_tag_keys": [tag["Key"] for tag in given["tags"]]}
    return build_request(ROLE, "alice", given)


def written_and_read(record: Record) -> Optional[Record]:
    with TemporaryDirectory() as folder:
        path = str(Path(folder, "config"))
        block = {"__section__": "profile x", "assumed": record.to_block()}
        ConfigFileWriter().update_config(block, path)
        ConfigFileWriter().update_config({"__section__": "profile x", "region": "after"}, path)
        return read_record(raw_config_parse(path)["profile x"])


def test_block_of_a_bare_request() -> None:
    """The record of a request without options says which role, which name and which source."""
    record = record_of(AssumeRoleRequest(ROLE, "alice"), "{user}@{host}", "default", None)

    assert record.to_block() == {
        "role-arn": "arn:aws:iam::123456789012:role/team/r",
        "role-session-name": "{user}@{host}",
        "source-profile": "default",
    }


def test_block_of_a_run_from_the_environment() -> None:
    """Without a source profile the record says that the environment was the source."""
    block = record_of(AssumeRoleRequest(ROLE, "alice"), "alice", None, "eu-west-1").to_block()

    assert block["credential-source"] == "Environment"
    assert "source-profile" not in block
    assert block["target-region"] == "eu-west-1"


def test_block_holds_every_option_but_the_token_code() -> None:
    """What is needed to do it again is in the record, the one-time code is not."""
    request = build_request(
        ROLE,
        "alice",
        {
            "duration_seconds": 7200,
            "policy": '{"Version": "2012-10-17"}',
            "policy_arns": [{"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}],
            "tags": [{"Key": "Team", "Value": "ä"}],
            "transitive_tag_keys": ["Team"],
            "external_id": "ext-1",
            "serial_number": DEVICE,
            "token_code": "424242",
            "source_identity": "alice",
            "provided_contexts": [{"ProviderArn": "arn:" + "a" * 16, "ContextAssertion": "abcd"}],
        },
    )

    assert dict(record_of(request, "alice", "default", None).options) == {
        "duration-seconds": "7200",
        "policy": '{"Version": "2012-10-17"}',
        "policy-arns": '["arn:aws:iam::aws:policy/ReadOnlyAccess"]',
        "tags": '{"Team": "\\u00e4"}',
        "transitive-tag-keys": '["Team"]',
        "external-id": "ext-1",
        "serial-number": DEVICE,
        "source-identity": "alice",
        "provided-contexts": "(not kept)",
    }


def test_no_key_is_one_that_a_profile_has() -> None:
    """No key of the block is spelled like a profile's own, which the CLI's writer would hit."""
    everything = Record("a", "b", "c", "d").to_block().keys() | Record("a", "b").to_block().keys()

    assert everything == {
        "role-arn", "role-session-name", "source-profile", "target-region", "credential-source",
    }  # fmt: skip
    assert not any("_" in key or key == "region" for key in everything)


@given(options, st.sampled_from([None, "default", "x y", "größe", "a=b", "#x"]))
@example({"policy": '{"a": "=#;[x] \\n"}'}, "default")
@example({"policy": '{"a": "\xa0"}'}, "default")
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_record_survives_the_file(given: dict[str, Any], source: Optional[str]) -> None:
    """What the CLI's writer makes of any record, botocore's parser reads as that record."""
    record = record_of(request_with(given), "{user}-{date}", source, "eu-west-1")

    assert written_and_read(record) == record


@pytest.mark.parametrize(
    "profile",
    [
        None,
        {},
        {"region": "x"},
        {"assumed": ""},
        {"assumed": "by hand"},
        {"assumed": {}},
        {"assumed": {"role_arn": "x"}},
        {"assume": {"role-arn": "x"}},
    ],
)
def test_profile_without_our_record(profile: Optional[dict[str, Any]]) -> None:
    """A profile without the block, or with somebody else's, carries no record."""
    assert read_record(profile) is None


@pytest.mark.parametrize("provider", [None, "Environment", "SharedCredentials"])
def test_credential_source_beside_the_source_profile(provider: Optional[str]) -> None:
    """From where in its source profile the credentials come is kept, and tells records apart."""
    record = Record("a", "b", "dev", credential_source=provider)

    assert written_and_read(record) == record
    assert record.matches(Record("a", "b", "dev")) == (provider is None)


def test_record_of_a_later_version() -> None:
    """Keys of the block that this version does not know are kept as options."""
    found = read_record({"assumed": {"role-arn": "a", "new-option": "x"}})

    assert found == Record("a", "", None, None, (("new-option", "x"),))


WEB = {"role_arn": "arn:aws:iam::123456789012:role/r", "session_name": "s"}


@pytest.mark.parametrize(
    ("options", "source", "kind"),
    [
        ((("web-identity-token-file", "/token"),), None, "WebIdentity"),
        ((("web-identity-token-file", "github-actions"),), None, "WebIdentity"),
        ((("saml-assertion", "(not kept)"), ("principal-arn", "arn:x")), None, "SAML"),
        ((), None, "Environment"),
    ],
)
def test_record_says_what_stood_in_for_a_source(options, source, kind) -> None:
    """The kind is read back as well: an identity token, or keys of the environment."""
    record = Record(**WEB, source_profile=source, options=options)
    block = record.to_block()

    assert block["credential-source"] == kind
    assert read_record({"assumed": block}) == record
    assert record.has_identity_token is (kind != "Environment")


IDENTITY_CENTER = IdentityCenterRole("corp", "123456789012", "Admin", "production", "dev")


def test_record_of_a_role_of_identity_center() -> None:
    """Its keys stand in place of a source profile; the account's name is not recorded."""
    record = Record(None, "", IDENTITY_CENTER.profile, identity_center=IDENTITY_CENTER)
    assert record.to_block() == {
        "sso-session": "corp",
        "sso-account-id": "123456789012",
        "sso-role-name": "Admin",
        "settings-profile": "dev",
    }
    assert written_and_read(record) == record
    assert not record.is_copy
    assert record.is_identity_center(IDENTITY_CENTER)
    assert not record.is_identity_center(None)


def test_record_of_a_role_that_is_assumed_from_it() -> None:
    """The role of Identity Center is the source."""
    record = record_of(
        request_with({}), "alice", IDENTITY_CENTER.profile, None, identity_center=IDENTITY_CENTER
    )
    assert "source-profile" not in record.to_block()
    assert "credential-source" not in record.to_block()
    read = written_and_read(record)
    assert read == record
    assert read is not None
    assert (read.source_profile, read.identity_center) == (
        "corp/123456789012/Admin",
        IDENTITY_CENTER,
    )
    assert not record.is_identity_center(IDENTITY_CENTER)
    assert not record.has_identity_token


def test_incomplete_record_is_none_of_ours() -> None:
    """Somebody has removed a key."""
    block = {"sso-session": "corp", "sso-role-name": "Admin"}
    assert read_record({"assumed": block}) is None


SCOPE = {"scope": "read-only", "policy_arns": [{"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}]}


def test_a_scope_is_written_and_read() -> None:
    """The record has the name of the scope and what it stands for."""
    record = record_of(build_request(ROLE, "alice", SCOPE), "alice", "default", None)
    found = written_and_read(record)

    assert found == record
    assert found is not None
    assert found.scope == "read-only"
    assert found.to_options() == {**SCOPE, "tags": []}


def test_another_scope_is_another_request() -> None:
    """--min-ttl compares the name of the scope, and its policies."""
    plain = record_of(request_with({}), "alice", "default", None)
    scoped = record_of(build_request(ROLE, "alice", SCOPE), "alice", "default", None)
    only_policy = {"policy_arns": SCOPE["policy_arns"]}
    unnamed = record_of(build_request(ROLE, "alice", only_policy), "alice", "default", None)

    assert scoped.matches(scoped)
    assert not any(
        one.matches(other)
        for one, other in ((plain, scoped), (scoped, plain), (scoped, unnamed), (unnamed, scoped))
    )


def test_what_an_agent_refreshed() -> None:
    """The record tells what the keys are, and repeats what the user wanted."""
    user = record_of(request_with({"external_id": "x1"}), "alice", "default", None)
    narrow = user.repeated(build_request(ROLE, "agent-alice", {**SCOPE, "external_id": "x1"}))
    found = written_and_read(narrow)

    assert found is not None
    assert (found.scope, found.session_name) == ("read-only", "alice")
    assert found.to_options() == user.to_options()
    assert not user.matches(found)
    assert found.repeated(build_request(ROLE, "alice", {"external_id": "x1"})).matches(user)
    assert found.repeated(build_request(ROLE, "alice", SCOPE)) is found


def test_a_scope_of_the_user_stays() -> None:
    """A record with this scope is repeated as it is, by whomever."""
    request = build_request(ROLE, "alice", SCOPE)
    record = record_of(request, "alice", "default", None)

    assert record.repeated(request) is record


def test_the_template_of_the_source_identity_counts() -> None:
    """Only STS knows the caller's name, so two names of one template are one request."""
    one, two = (request_with({"source_identity": name}) for name in ("alice", "CALLER"))
    record = record_of(one, "x", "default", None, source_identity="{caller}")
    wanted = record_of(two, "x", "default", None, source_identity="{caller}")
    other = record_of(two, "x", "default", None, source_identity="{user}")
    literal = record_of(two, "x", "default", None)

    assert wanted.matches(record)
    assert not other.matches(record)
    assert not literal.matches(record)
    assert record.source_identity == "alice"
    assert record.repeated(request_with({"source_identity": "bob"})).source_identity == "bob"
