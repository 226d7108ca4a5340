"""An account for the scripted server: the responses of STS, IAM and Organizations.

The shapes are those of the API references: STS "GetCallerIdentity"; IAM "GetRole",
"ListRoles", "GetUser", "SimulatePrincipalPolicy"; Organizations "DescribeOrganization"
(which speaks JSON). Error codes are from their "Common Errors" and "Errors" sections.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Callable, Mapping, Optional, Union
from urllib.parse import quote
from xml.sax.saxutils import escape

from support.sts_stub import ACCOUNT, IAM_NAMESPACE, Answer, refusal

ALICE = f"arn:aws:iam::{ACCOUNT}:user/alice"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/my-iam-role"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/dev/alice"
DEV = f"arn:aws:iam::{ACCOUNT}:role/dev"
OTHER = "999999999999"


def access_denied(operation: str) -> Answer:
    """Return the response of a service if alice lacks a permission."""
    return refusal(403, "AccessDenied", f"User: {ALICE} is not authorized to perform: {operation}")


def statement(
    principal: Any = None, effect: str = "Allow", action: Any = "sts:AssumeRole", **more: Any
) -> dict[str, Any]:
    """Return a statement of a trust policy. The default principal is alice."""
    principals = {} if "NotPrincipal" in more else {"Principal": principal or {"AWS": ALICE}}
    return {"Effect": effect, **principals, "Action": action, **more}


def trust(*statements: Mapping[str, Any]) -> dict[str, Any]:
    """Return a trust policy."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


@dataclass(frozen=True)
class Decision:
    """The result of SimulatePrincipalPolicy for one action."""

    decision: str = "allowed"
    policy: str = ""
    organization: Optional[bool] = None
    boundary: Optional[bool] = None
    missing: tuple[str, ...] = ()


@dataclass
class Setup:
    """A caller, a role, and what the caller may read.

    An Answer in place of a value is the response of the service. ``callers`` are callers
    other than ``caller``, by access key ID; ``signer`` returns the access key ID of the
    request. ``trusts`` are the trust policies of roles other than ``arn``, by ARN, and
    ``decisions`` are by action or by role.
    """

    caller: Union[str, Answer] = ALICE
    callers: dict[str, str] = field(default_factory=dict)
    arn: str = ROLE_ARN
    trust: Any = field(default_factory=lambda: trust(statement()))
    maximum: int = 3600
    role: Union[bool, Answer, None] = True
    others: Union[tuple[str, ...], Answer] = ()
    decisions: Union[dict[str, Decision], Answer] = field(default_factory=dict)
    user_tags: Union[dict[str, str], Answer] = field(default_factory=dict)
    organization: str = "o-mine"
    own_role: Union[str, Answer] = DEV
    trusts: Mapping[str, Any] = field(default_factory=dict)
    signer: Callable[[], str] = lambda: ""

    def __call__(self, parameters: dict[str, str]) -> Optional[Answer]:
        """Return the response to a request."""
        action = parameters.get("Action", "DescribeOrganization")
        found: Optional[Answer] = getattr(self, f"_{action}")(parameters)
        return found

    def _GetCallerIdentity(self, parameters: dict[str, str]) -> Answer:
        if isinstance(self.caller, tuple):
            return self.caller
        arn = self.callers.get(self.signer(), self.caller)
        user_id = "AROADEV:alice" if ":assumed-role/" in arn else "AIDAALICEALICEALICE1"
        return _response(
            "GetCallerIdentity",
            f"<Arn>{arn}</Arn><UserId>{user_id}</UserId><Account>{arn.split(':')[4]}</Account>",
        )

    def _GetRole(self, parameters: dict[str, str]) -> Answer:
        name = parameters["RoleName"]
        if name == "dev":
            if isinstance(self.own_role, tuple):
                return self.own_role
            return _response("GetRole", f"<Role>{self._role(self.own_role)}</Role>")
        if isinstance(self.role, tuple):
            return self.role
        is_known = name.lower() == self.arn.rpartition("/")[2].lower()
        if not self.role or not is_known:
            return refusal(404, "NoSuchEntity", f"The role with name {name} cannot be found.")
        return _response("GetRole", f"<Role>{self._role(self.arn)}</Role>")

    def _role(self, arn: str) -> str:
        path = arn.partition(":role")[2].rpartition("/")[0] + "/"
        policy = self.trusts.get(arn, self.trust)
        document = policy if isinstance(policy, str) else json.dumps(policy)
        return (
            f"<Path>{path}</Path><Arn>{arn}</Arn><RoleName>{arn.rpartition('/')[2]}</RoleName>"
            f"<RoleId>AROASTUB</RoleId><CreateDate>2026-01-02T03:04:05Z</CreateDate>"
            f"<AssumeRolePolicyDocument>{quote(document)}</AssumeRolePolicyDocument>"
            f"<MaxSessionDuration>{self.maximum}</MaxSessionDuration>"
        )

    def _ListRoles(self, parameters: dict[str, str]) -> Answer:
        if self.others and isinstance(self.others[0], int):
            return self.others  # type: ignore[return-value]
        members = "".join(f"<member>{self._role(str(arn))}</member>" for arn in self.others)
        return _response("ListRoles", f"<IsTruncated>false</IsTruncated><Roles>{members}</Roles>")

    def _GetUser(self, parameters: dict[str, str]) -> Answer:
        if isinstance(self.user_tags, tuple):
            return self.user_tags
        tags = "".join(
            f"<member><Key>{key}</Key><Value>{value}</Value></member>"
            for key, value in self.user_tags.items()
        )
        return _response(
            "GetUser",
            f"<User><Path>/</Path><UserName>alice</UserName><UserId>AIDAALICE</UserId>"
            f"<Arn>{ALICE}</Arn><CreateDate>2026-01-02T03:04:05Z</CreateDate>"
            f"<Tags>{tags}</Tags></User>",
        )

    def _SimulatePrincipalPolicy(self, parameters: dict[str, str]) -> Answer:
        if isinstance(self.decisions, tuple):
            return self.decisions
        actions = [v for k, v in parameters.items() if k.startswith("ActionNames.member.")]
        resources = [v for k, v in parameters.items() if k.startswith("ResourceArns.member.")]
        members = "".join(
            f"<member>{_decision(one, resource, self._decided(one, resource))}</member>"
            for one in actions
            for resource in resources
        )
        return _response(
            "SimulatePrincipalPolicy",
            f"<IsTruncated>false</IsTruncated><EvaluationResults>{members}</EvaluationResults>",
        )

    def _decided(self, action: str, resource: str) -> Decision:
        assert isinstance(self.decisions, dict)
        return self.decisions.get(resource) or self.decisions.get(action, Decision())

    def _DescribeOrganization(self, parameters: dict[str, str]) -> Answer:
        if not self.organization:
            body = json.dumps({"__type": "AWSOrganizationsNotInUseException", "Message": "none"})
            return 400, "application/x-amz-json-1.1", body
        body = json.dumps({"Organization": {"Id": self.organization}})
        return 200, "application/x-amz-json-1.1", body

    def _AssumeRole(self, parameters: dict[str, str]) -> Answer:
        return refusal(
            403,
            "AccessDenied",
            f"User: {ALICE} is not authorized to perform: sts:AssumeRole on resource: "
            f"{escape(parameters['RoleArn'])}",
        )


def _decision(action: str, resource: str, one: Decision) -> str:
    matched = (
        f"<member><SourcePolicyId>{one.policy}</SourcePolicyId></member>" if one.policy else ""
    )
    missing = "".join(f"<member>{key}</member>" for key in one.missing)
    text = (
        f"<EvalActionName>{action}</EvalActionName><EvalResourceName>{resource}"
        f"</EvalResourceName><EvalDecision>{one.decision}</EvalDecision>"
        f"<MatchedStatements>{matched}</MatchedStatements>"
        "<MissingContextValues/><ResourceSpecificResults><member>"
        f"<EvalResourceName>{resource}</EvalResourceName>"
        f"<EvalResourceDecision>{one.decision}</EvalResourceDecision>"
        f"<MissingContextValues>{missing}</MissingContextValues></member>"
        "</ResourceSpecificResults>"
    )
    for name, member, value in (
        ("OrganizationsDecisionDetail", "AllowedByOrganizations", one.organization),
        ("PermissionsBoundaryDecisionDetail", "AllowedByPermissionsBoundary", one.boundary),
    ):
        if value is not None:
            text += f"<{name}><{member}>{str(value).lower()}</{member}></{name}>"
    return text


def _response(operation: str, inner: str) -> Answer:
    return (
        200,
        "text/xml",
        f'<{operation}Response xmlns="{IAM_NAMESPACE}"><{operation}Result>{inner}'
        f"</{operation}Result><ResponseMetadata><RequestId>stub</RequestId></ResponseMetadata>"
        f"</{operation}Response>",
    )
