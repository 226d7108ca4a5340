"""Allow and Deny, the actions, and what a request with tags or a source identity needs besides."""

from __future__ import annotations

from dataclasses import replace

import pytest

from awscli_assume.model.trust.callers import caller_of
from awscli_assume.model.trust.evaluation import ALLOWED, DENIED, NOT_ALLOWED, UNKNOWN
from support.trust_rows import (
    ACTION,
    AUDIT_ARN,
    CONDITION,
    LOGIC,
    NOT_ACTION,
    OURS,
    ROOT_ARN,
    SESSION,
    SESSION_ARN,
    SESSION_TAGS,
    SOURCE_IDENTITY,
    STRANGER_ARN,
    STS_KEYS,
    USER_ARN,
    Row,
    allow,
    check,
    deny,
    row,
)

TAGS = SESSION_TAGS + "#id_session-tags_permissions-required"
IDENTITY = SOURCE_IDENTITY + "#id_credentials_temp_control-access_monitor-perms"
CHAINED = replace(caller_of(SESSION_ARN), role_arn=AUDIT_ARN, source_identity="DiegoRamirez")
WITH_ID = {"StringEquals": {"sts:ExternalId": "Example987"}}
FROM_OFFICE = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
TAG, SET_IDENTITY = "sts:TagSession", "sts:SetSourceIdentity"
TAGGED = {"tags": (("Project", "Automation"), ("Department", "Engineering"))}
# The example of "Passing session tags in AWS STS".
EXAMPLE = (
    allow(
        Condition={
            "StringLike": {"aws:RequestTag/Project": "*", "aws:RequestTag/Department": "*"},
            "StringEquals": {"sts:ExternalId": "Example987"},
        }
    ),
    allow(
        Action=TAG,
        Condition={
            "StringLike": {"aws:RequestTag/Project": "*"},
            "StringEquals": {"aws:RequestTag/Department": ["Engineering", "Marketing"]},
            "ForAllValues:StringEquals": {"sts:TransitiveTagKeys": ["Project", "Department"]},
        },
    ),
)
ASKED = {**TAGGED, "external_id": "Example987"}

# fmt: off
ROWS = [
    row("nothing is allowed by default", LOGIC, outcome=NOT_ALLOWED,
        reason="no statement allows sts:AssumeRole"),
    row("an Allow overrides the default", LOGIC, allow(), outcome=ALLOWED),
    row("a Deny overrides an Allow", LOGIC, allow(), deny(Sid="Stop"), outcome=DENIED,
        reason="Stop: it denies sts:AssumeRole"),
    row("a Deny before the Allow", LOGIC, deny(), allow(), outcome=DENIED),
    row("a Deny of somebody else", LOGIC, allow(), deny(STRANGER_ARN), outcome=ALLOWED),
    row("a Deny of the account", LOGIC, allow(), deny(ROOT_ARN), outcome=DENIED),
    row("a Deny whose condition does not hold", LOGIC, allow(), deny(Condition=WITH_ID),
        outcome=ALLOWED),
    row("a Deny that can't be told", LOGIC, allow(), deny(Condition=FROM_OFFICE),
        outcome=UNKNOWN, reason="IpAddress aws:SourceIp: the value of aws:SourceIp is not known"),
    row("a Deny and one that can't be told", LOGIC, allow(), deny(Condition=FROM_OFFICE), deny(),
        outcome=DENIED),
    row("a Deny that can't be told, of what is not allowed", LOGIC, deny(Condition=FROM_OFFICE),
        allow(STRANGER_ARN), outcome=NOT_ALLOWED),
    row("an Allow that can't be told", LOGIC, allow(Condition=FROM_OFFICE), outcome=UNKNOWN),
    row("an Allow beside one that can't be told", LOGIC, allow(Condition=FROM_OFFICE), allow(),
        outcome=ALLOWED),
    row("an Allow that does not hold beside another", LOGIC, allow(Condition=WITH_ID), allow(),
        outcome=ALLOWED),
    row("all keys have to hold", CONDITION, allow(Condition={
        "StringEquals": {"sts:ExternalId": "Example987", "sts:RoleSessionName": "other"}}),
        asked={"external_id": "Example987"}, outcome=NOT_ALLOWED,
        reason="sts:RoleSessionName: expected 'other', got 'session'"),
    row("all operators have to hold", CONDITION, allow(Condition={
        **WITH_ID, "StringLike": {"sts:RoleSessionName": "x*"}}),
        asked={"external_id": "Example987"}, outcome=NOT_ALLOWED),
    row("what can't be told of a statement that fails", CONDITION,
        allow(Condition={**FROM_OFFICE, **WITH_ID}), outcome=NOT_ALLOWED,
        reason="StringEquals sts:ExternalId: expected 'Example987', got no value"),
    row("names of keys have no case", CONDITION,
        allow(Condition={"StringEquals": {"STS:externalid": "Example987"}}),
        asked={"external_id": "Example987"}, outcome=ALLOWED),
    row("names of actions have no case", ACTION, allow(Action="STS:assumerole"), outcome=ALLOWED),
    row("all actions", ACTION, allow(Action="*"), outcome=ALLOWED),
    row("all actions of STS", ACTION, allow(Action="sts:*"), outcome=ALLOWED),
    row("actions by their beginning", ACTION, allow(Action=["sts:Assume*"]), outcome=ALLOWED),
    row("one of several actions", ACTION, allow(Action=["sts:TagSession", "sts:AssumeRole"]),
        outcome=ALLOWED),
    row("another action", ACTION, allow(Action="sts:AssumeRoleWithSAML"), outcome=NOT_ALLOWED,
        reason="its Action is sts:AssumeRoleWithSAML, and not sts:AssumeRole"),
    row("action of another service", ACTION, allow(Action="s3:*"), outcome=NOT_ALLOWED),
    row("all actions but another", NOT_ACTION, {"Effect": "Allow", "Principal": {"AWS": USER_ARN},
        "NotAction": "sts:TagSession"}, outcome=ALLOWED),
    row("all actions but this", NOT_ACTION, {"Effect": "Allow", "Principal": {"AWS": USER_ARN},
        "NotAction": "sts:Assume*"}, outcome=NOT_ALLOWED, reason="which excludes sts:AssumeRole"),
    row("a Deny of all actions but this", NOT_ACTION, allow(), {"Effect": "Deny",
        "Principal": "*", "NotAction": ["sts:AssumeRole", TAG]}, outcome=ALLOWED),
    row("a Deny of all actions but another", NOT_ACTION, allow(), {"Effect": "Deny",
        "Principal": "*", "NotAction": "sts:TagSession"}, outcome=DENIED),
    row("example of session tags", TAGS, *EXAMPLE, asked=ASKED, outcome=ALLOWED),
    row("example without its second statement", TAGS, EXAMPLE[0], asked=ASKED, action=TAG,
        outcome=NOT_ALLOWED, reason="and not sts:TagSession"),
    row("example with another department", TAGS, *EXAMPLE, action=TAG, outcome=NOT_ALLOWED,
        asked={**ASKED, "tags": (("Project", "A"), ("Department", "Sales"))},
        reason="expected 'Engineering' or 'Marketing', got 'Sales'"),
    row("example without a tag", TAGS, *EXAMPLE, asked={**ASKED, "tags": (("Project", "A"),)},
        outcome=NOT_ALLOWED, action="sts:AssumeRole",
        reason="aws:RequestTag/Department: expected '*', got no value"),
    row("example with transitive tags", TAGS, *EXAMPLE, outcome=ALLOWED,
        asked={**ASKED, "transitive_tag_keys": ("Project",)}),
    row("example with another transitive tag", TAGS, *EXAMPLE, outcome=NOT_ALLOWED, action=TAG,
        asked={**ASKED, "tags": (*TAGGED["tags"], ("X", "1")), "transitive_tag_keys": ("X",)}),
    row("example without the external ID", TAGS, *EXAMPLE, asked=TAGGED, outcome=NOT_ALLOWED),
    row("tags denied", TAGS, *EXAMPLE, deny(Action=TAG), asked=ASKED, outcome=DENIED, action=TAG),
    row("tags denied, and none passed", TAGS, allow(), deny(Action=TAG), outcome=ALLOWED),
    row("tags through the account, the rest directly", LOGIC, allow(),
        allow(ROOT_ARN, Action=TAG), asked=TAGGED, outcome=ALLOWED, needs_identity_policy=True),
    row("source identity allowed", IDENTITY, allow(Action=["sts:AssumeRole", SET_IDENTITY],
        Condition={"StringEquals": {"sts:SourceIdentity": "DevUser"}}),
        asked={"source_identity": "DevUser"}, outcome=ALLOWED),
    row("source identity not allowed", IDENTITY, allow(), asked={"source_identity": "DevUser"},
        outcome=NOT_ALLOWED, action=SET_IDENTITY),
    row("another source identity", STS_KEYS + "#ck_sourceidentity",
        allow(Action=["sts:AssumeRole", SET_IDENTITY],
              Condition={"StringEquals": {"sts:SourceIdentity": "DiegoRamirez"}}),
        asked={"source_identity": "DevUser"}, outcome=NOT_ALLOWED,
        reason="expected 'DiegoRamirez', got 'DevUser'"),
    row("source identity left out", STS_KEYS + "#ck_sourceidentity",
        allow(Condition={"StringLike": {"sts:SourceIdentity": "*"}}), outcome=NOT_ALLOWED,
        reason="got no value"),
    row("chaining hands on a source identity", IDENTITY, allow(AUDIT_ARN), caller=CHAINED,
        outcome=NOT_ALLOWED, action=SET_IDENTITY),
    row("chaining with its source identity allowed", IDENTITY,
        allow(AUDIT_ARN, Action=["sts:AssumeRole", SET_IDENTITY]), caller=CHAINED,
        outcome=ALLOWED),
    row("chaining whose source identity is not known", IDENTITY, allow(AUDIT_ARN), caller=SESSION,
        outcome=ALLOWED, reason="if the source session has a source identity, "
        "sts:SetSourceIdentity may be needed too: statement 1: its Action is sts:AssumeRole"),
    row("chaining may hand on tags", SESSION_TAGS + "#id_session-tags_role-chaining",
        allow(f"arn:aws:iam::{OURS}:root"), caller=SESSION, outcome=ALLOWED,
        reason="if the source session has transitive session tags, sts:TagSession may be needed"),
]
# fmt: on


@pytest.mark.parametrize("one", ROWS)
def test_logic(one: Row) -> None:
    """Statements add up as AWS documents it, for each action that the request needs."""
    check(one)


def test_chain_that_depends_on_nothing() -> None:
    """A policy that allows whatever a source session may hand on has no proviso."""
    found = Row(IDENTITY, (allow(AUDIT_ARN, Action="sts:*"),), caller=SESSION).verdict()

    assert (found.outcome, found.provisos) == (ALLOWED, ())
