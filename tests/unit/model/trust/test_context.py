"""The condition keys of AssumeRole: when each is there, what it holds, and what is not known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Optional

import pytest

from awscli_assume.model.trust.callers import caller_of
from support.trust_rows import (
    EC2,
    GLOBAL_KEYS,
    GOOGLE,
    MFA,
    OURS,
    SESSION,
    SESSION_ARN,
    SESSION_TAGS,
    SOURCE_IDENTITY,
    STS_KEYS,
    USER,
    USER_ARN,
    VARIABLES,
    Row,
    allow,
    check_condition,
    condition,
)

PRESENT, AGE = "aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge"
MFA_PRESENT = GLOBAL_KEYS + "#condition-keys-multifactorauthpresent"
MCP = (
    "https://docs.aws.amazon.com/agent-toolkit/latest/userguide/"
    "security_iam_id-based-policy-examples.html"
)
MFA_AGE = GLOBAL_KEYS + "#condition-keys-multifactorauthage"
WEB_KEYS = STS_KEYS + "#condition-keys-wif"
ISSUED = GLOBAL_KEYS + "#condition-keys-tokenissuetime"
PRINCIPALS = VARIABLES + "#principaltable"
DEVICE = {"asked": {"serial_number": f"arn:aws:iam::{OURS}:mfa/matjac"}}
PATHLESS = caller_of(SESSION_ARN)
TEMPORARY = replace(caller_of(USER_ARN), is_temporary=True)
WITH_MFA = replace(caller_of(USER_ARN), is_temporary=True, has_mfa=True)
WITHOUT_MFA = replace(caller_of(USER_ARN), is_temporary=True, has_mfa=False)
UNTOLD = caller_of(USER_ARN)
MEMBER = replace(caller_of(USER_ARN), organization_id="o-a1b2c3d4e5", is_temporary=False)
TAGGED = replace(caller_of(USER_ARN), is_temporary=False, tags=(("Team", "red"),))
TRANSITIVE = {"tags": (("Team", "red"), ("Cost", "1")), "transitive_tag_keys": ("Team",)}


def of(key: str, operator: str, value: Any, holds: Optional[bool], **known: Any) -> Any:
    """Return a row about a global key, whose page has a place for each."""
    page = known.pop("page", f"{GLOBAL_KEYS}#condition-keys-{key[4:].split('/')[0].lower()}")
    case = known.pop("case", f"{operator} {key} {value}")
    return condition(case, page, operator, key, value, holds, **known)


def mfa(case: str, operator: str, value: str, holds: Optional[bool], **known: Any) -> Any:
    """Return a row about whether an MFA device vouched for the caller."""
    return of(PRESENT, operator, value, holds, case=case, **{"page": MFA_PRESENT, **known})


def of_tags(key: str, operator: str, value: Any, holds: Optional[bool], **known: Any) -> Any:
    """Return a row about a key of session tags, which need an action of their own."""
    one = of(key, operator, value, holds, **{"asked": TRANSITIVE, **known})
    row = one.values[0]
    action = ["sts:AssumeRole", "sts:TagSession"]
    return pytest.param(
        replace(row, statements=({**row.statements[0], "Action": action},)), holds, id=one.id
    )


# fmt: off
ROWS = [
    mfa("MFA, long-lived keys", "Bool", "true", False),
    mfa("MFA, code in the request", "Bool", "true", True, page=MFA, **DEVICE),
    mfa("MFA, session with it", "Bool", "true", True, caller=WITH_MFA),
    mfa("MFA, session without it", "Bool", "true", False, caller=WITHOUT_MFA),
    mfa("MFA, session of which it is not known", "Bool", "true", None, caller=TEMPORARY),
    mfa("MFA, keys of which nothing is known", "Bool", "true", None, caller=UNTOLD),
    mfa("MFA, role session carries none", "Bool", "true", False, page=MFA, caller=SESSION),
    mfa("MFA, Bool false with long-lived keys", "Bool", "false", False),
    mfa("MFA, Bool false without it", "Bool", "false", True, caller=WITHOUT_MFA),
    mfa("MFA, recommended, long-lived keys", "BoolIfExists", "false", True),
    mfa("MFA, recommended, with it", "BoolIfExists", "false", False, caller=WITH_MFA),
    mfa("MFA, recommended, without it", "BoolIfExists", "false", True, caller=WITHOUT_MFA),
    mfa("MFA, recommended, role session", "BoolIfExists", "false", True, caller=SESSION),
    mfa("MFA, alternative, long-lived keys", "BoolIfExists", "true", True),
    mfa("MFA, alternative, without it", "BoolIfExists", "true", False, caller=WITHOUT_MFA),
    mfa("MFA, alternative, role session", "BoolIfExists", "true", None, caller=SESSION),
    mfa("MFA, Null and long-lived keys", "Null", "false", False),
    mfa("MFA, Null and temporary keys", "Null", "false", True, caller=TEMPORARY),
    of(AGE, "NumericLessThan", "3600", True, page=MFA, case="age, a code just now", **DEVICE),
    of(AGE, "NumericLessThan", "3600", False, case="age, no MFA"),
    of(AGE, "NumericLessThan", "3600", None, case="age, not known", caller=WITH_MFA),
    of(AGE, "NumericLessThan", "3600", False, case="age, without MFA", caller=WITHOUT_MFA),
    of(AGE, "NumericGreaterThanIfExists", "3600", True, case="age, no MFA, if exists"),
    of("aws:TokenIssueTime", "Null", "true", True, case="no token, long-lived keys"),
    of("aws:TokenIssueTime", "Null", "true", None, case="token, keys not known", caller=UNTOLD),
    of("aws:TokenIssueTime", "DateGreaterThan", "2020-01-01T00:00:01Z", False, page=ISSUED,
       case="token time, long-lived keys"),
    of("aws:TokenIssueTime", "DateGreaterThan", "2020-01-01T00:00:01Z", None, page=ISSUED,
       case="token time, not known", caller=SESSION),
    of("aws:PrincipalAccount", "StringEquals", OURS, True),
    of("aws:PrincipalAccount", "StringEquals", [OURS[::-1]], False),
    of("aws:PrincipalArn", "ArnEquals", USER_ARN, True),
    of("aws:PrincipalArn", "StringLike", "arn:aws:iam::*:role/audit/*", True, caller=SESSION),
    of("aws:PrincipalArn", "ArnEquals", SESSION_ARN, False, caller=SESSION),
    of("aws:PrincipalArn", "ArnLike", "arn:aws:iam::*:role/audit/*", None, caller=PATHLESS,
       case="role whose path is not known"),
    of("aws:PrincipalOrgID", "StringEquals", "o-a1b2c3d4e5", True, caller=MEMBER),
    of("aws:PrincipalOrgID", "StringEquals", "o-another", False, caller=MEMBER),
    of("aws:PrincipalOrgID", "StringEquals", "o-a1b2c3d4e5", None, case="organization not known"),
    of("aws:PrincipalOrgPaths", "ForAnyValue:StringLike", "o-a1b2c3d4e5/*", None),
    of("aws:PrincipalTag/Team", "StringEquals", "red", True, caller=TAGGED),
    of("aws:PrincipalTag/TEAM", "StringEquals", "red", True, caller=TAGGED),
    of("aws:PrincipalTag/Team", "StringEquals", "blue", False, caller=TAGGED),
    of("aws:PrincipalTag/Team", "StringEquals", "red", False, case="no tags", caller=USER),
    of("aws:PrincipalTag/Team", "StringEquals", "red", None, case="tags not known", caller=MEMBER),
    of("aws:PrincipalType", "StringEquals", "User", True, page=PRINCIPALS),
    of("aws:PrincipalType", "StringEquals", "AssumedRole", True, page=PRINCIPALS, caller=SESSION),
    of("aws:userid", "StringLike", "AROADBQP57FF2AEXAMPLE:*", True, page=PRINCIPALS,
       caller=SESSION),
    of("aws:userid", "StringLike", "AIDA*", None, page=PRINCIPALS, caller=MEMBER),
    of("aws:username", "StringEquals", "matjac", True, page=PRINCIPALS),
    of("aws:username", "Null", "true", True, page=PRINCIPALS, caller=SESSION),
    of("aws:CurrentTime", "DateLessThan", "2027-01-01T00:00:00Z", True),
    of("aws:EpochTime", "NumericLessThan", "1772366401", True),
    of("aws:SourceIp", "IpAddress", "203.0.113.0/24", None, case="address not known"),
    of("aws:SourceVpc", "StringEquals", "vpc-1", None),
    of("aws:RequestedRegion", "StringEquals", "eu-west-1", True, around={"region": "eu-west-1"}),
    of("aws:RequestedRegion", "StringEquals", "eu-west-1", None, case="region not known"),
    of("aws:SecureTransport", "Bool", "true", None, case="transport not known"),
    of("aws:ViaAWSService", "Bool", "false", True),
    # The MCP server of AWS sets both keys in the calls that it makes.
    of("aws:ViaAWSMCPService", "Bool", "true", False, page=MCP),
    of("aws:ViaAWSMCPService", "Bool", "false", None, page=MCP),
    of("aws:ViaAWSMCPService", "BoolIfExists", "false", True, page=MCP),
    of("aws:CalledViaAWSMCP", "StringEquals", "aws-mcp.amazonaws.com", False, page=MCP),
    of("aws:PrincipalIsAWSService", "Bool", "false", True),
    of("aws:CalledVia", "ForAnyValue:StringEquals", "athena.amazonaws.com", False),
    of("aws:SourceAccount", "StringEquals", OURS, False),
    of("aws:SourceIdentity", "Null", "true", True, caller=USER),
    of("aws:SourceIdentity", "Null", "true", None, page=SOURCE_IDENTITY, caller=SESSION),
    of("sts:SourceIdentity", "StringLike", "*", None, page=SOURCE_IDENTITY, caller=SESSION),
    of("sts:RoleSessionName", "StringEquals", "session", True,
       page=STS_KEYS + "#ck_rolesessionname"),
    of("sts:DurationSeconds", "Null", "true", True, page=STS_KEYS + "#condition-keys-sts"),
    of("sts:TransitiveTagKeys", "Null", "true", True, page=SESSION_TAGS, case="none transitive"),
    of("sts:Unheard", "StringEquals", "x", None, page=STS_KEYS),
    of_tags("sts:TransitiveTagKeys", "ForAllValues:StringEquals", ["Team"], True,
            page=SESSION_TAGS),
    of_tags("sts:TransitiveTagKeys", "ForAllValues:StringEquals", ["Cost"], False,
            page=SESSION_TAGS),
    of_tags("sts:TransitiveTagKeys", "Null", "false", True, page=SESSION_TAGS),
    of_tags("aws:RequestTag/Team", "StringEquals", "red", True),
    of_tags("aws:RequestTag/team", "StringEquals", "red", True),
    of_tags("aws:RequestTag/Team", "StringEquals", "Red", False),
    of_tags("aws:RequestTag/Other", "Null", "true", True),
    of_tags("aws:TagKeys", "ForAllValues:StringEquals", ["Team", "Cost"], True),
    of("accounts.google.com:aud", "StringEquals", "app", None, page=WEB_KEYS,
       caller=GOOGLE),
    of("accounts.google.com:aud", "StringEquals", "app", True, case="audience known",
       page=WEB_KEYS, caller=GOOGLE,
       around={"others": {"accounts.google.com:aud": ("app",)}}),
]
# fmt: on


@pytest.mark.parametrize(("one", "holds"), ROWS)
def test_keys(one: Row, holds: Optional[bool]) -> None:
    """A key holds what AWS documents for this caller and request, or is said not to be known."""
    check_condition(one, holds)


def test_what_a_service_sends_is_not_known() -> None:
    """The account in whose name a service calls is its own affair."""
    guarded = allow(
        {"Service": "ec2.amazonaws.com"}, Condition={"StringEquals": {"aws:SourceAccount": OURS}}
    )
    found = Row(GLOBAL_KEYS, (guarded,), caller=EC2).verdict()

    assert found.outcome == "unknown"
    assert "aws:SourceAccount is not known here" in found.reasons[0]
