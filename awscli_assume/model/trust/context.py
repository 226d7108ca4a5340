"""The request context of an AssumeRole call: the value of each condition key, if known.

Sources: IAM User Guide, "AWS global condition context keys" and "IAM and AWS STS
condition context keys", under Availability of each key.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Iterable, Mapping, Optional

from awscli_assume.model.request.request import AssumeRoleRequest
from awscli_assume.model.trust.callers import PROVIDER, ROLE_SESSION, SERVICE, USER, Caller
from awscli_assume.model.trust.values import MISSING, Context, Known, Unknown, Value

# Present only if a service or AWS's MCP server calls for a principal, a browser follows a link,
# or a bearer token is requested.
_NEVER = (
    "aws:calledvia", "aws:calledviafirst", "aws:calledvialast", "aws:calledviaawsmcp",
    "aws:referer", "sts:awsservicename", "sts:durationseconds",
)  # fmt: skip
_ONLY_OF_A_SERVICE = (
    "aws:principalservicename", "aws:principalservicenameslist", "aws:sourcearn",
    "aws:sourceaccount",
)  # fmt: skip


@dataclass(frozen=True)
class Circumstances:
    """The environment of a request; None is what is not known.

    ``now`` is aware. ``region`` is the Region of the endpoint. ``others`` are more
    condition keys with their values, such as tags of the role.
    """

    now: datetime
    region: Optional[str] = None
    is_https: Optional[bool] = None
    source_ip: Optional[str] = None
    others: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def context_of(
    caller: Caller, request: AssumeRoleRequest, circumstances: Circumstances
) -> Context:
    """Return the context in which the role's trust policy is evaluated."""
    values: dict[str, Value] = dict.fromkeys(_NEVER, MISSING)
    complete: list[str] = []
    if caller.kind == SERVICE:
        # The parameters of a service's request are not known.
        values["aws:principalisawsservice"] = ("true",)
    elif caller.kind == PROVIDER:
        values.update(_of_a_token(caller, request))
    else:
        complete.append("aws:requesttag/")
        values.update(_of_the_request(request, caller))
        values.update(_of_the_principal(caller))
        values.update(_of_its_credentials(caller, request))
        for key, text in caller.tags or ():
            values[f"aws:principaltag/{key.lower()}"] = (text,)
        complete += [] if caller.tags is None else ["aws:principaltag/"]
    values.update(_of_the_moment(circumstances))
    return Context(values, tuple(complete))


def _of_the_request(request: AssumeRoleRequest, caller: Caller) -> dict[str, Value]:
    identity = request.source_identity or caller.source_identity
    values: dict[str, Value] = {
        "sts:rolesessionname": (request.role_session_name,),
        "sts:externalid": _some(request.external_id),
        "sts:sourceidentity": _some(identity),
        # An empty list means a missing key: the guide uses Null to require a tag.
        "sts:transitivetagkeys": request.transitive_tag_keys or MISSING,
        "aws:tagkeys": tuple(key for key, _ in request.tags) or MISSING,
    }
    if caller.kind == ROLE_SESSION and identity is None:
        reason = "the source session may have a source identity, and that is not known here"
        values["sts:sourceidentity"] = Unknown(reason)
    for key, text in request.tags:
        values[f"aws:requesttag/{key.lower()}"] = (text,)
    return values


def _of_a_token(caller: Caller, request: AssumeRoleRequest) -> dict[str, Value]:
    """Return the keys that do not come from the provider's token, unlike tags."""
    values: dict[str, Value] = {"sts:externalid": MISSING}
    if not caller.is_of_saml:
        values["sts:rolesessionname"] = (request.role_session_name,)
    return values


def _of_the_principal(caller: Caller) -> dict[str, Value]:
    values: dict[str, Value] = dict.fromkeys(_ONLY_OF_A_SERVICE, MISSING)
    values.update(
        {
            "aws:principalaccount": (str(caller.account_id),),
            "aws:principalarn": (caller.name,),
            "aws:principaltype": (caller.kind,),
            "aws:principalisawsservice": ("false",),
            "aws:viaawsservice": ("false",),
            # Agent Toolkit for AWS User Guide: "true" in a call of AWS's MCP server.
            "aws:viaawsmcpservice": Unknown(
                "what the key is in a call that AWS's MCP server does not make is not documented",
                (("false",), MISSING),
            ),
            "aws:username": _some(caller.user_name),
        }
    )
    if caller.user_id is not None:
        values["aws:userid"] = (caller.user_id,)
    if caller.organization_id is not None:
        values["aws:principalorgid"] = (caller.organization_id,)
    if caller.kind == ROLE_SESSION:
        # "The request context returns the ARN of the role": a session's ARN lacks the path.
        reason = f"the path of role {caller.role_name} is not known here"
        arn = caller.role_arn
        values["aws:principalarn"] = Unknown(reason) if arn is None else (arn,)
    return values


def _of_its_credentials(caller: Caller, request: AssumeRoleRequest) -> dict[str, Value]:
    issued = Unknown("when the temporary credentials were issued is not known here")
    values: dict[str, Value] = {
        "aws:multifactorauthpresent": _mfa_present(caller, request),
        "aws:multifactorauthage": _mfa_age(caller, request),
        "aws:sourceidentity": MISSING,
        "aws:federatedprovider": MISSING,
    }
    if caller.is_temporary is False:
        values["aws:tokenissuetime"] = MISSING
    elif caller.is_temporary:
        values["aws:tokenissuetime"] = issued
    if caller.kind == ROLE_SESSION:
        reason = "the source identity of the source session is not known here"
        identity = caller.source_identity
        values["aws:sourceidentity"] = (identity,) if identity else Unknown(reason)
        del values["aws:federatedprovider"]
    return values


def _mfa_present(caller: Caller, request: AssumeRoleRequest) -> Value:
    """Return "true" or "false" for temporary credentials; access keys of a user lack the key.

    A token code in the request itself counts. Credentials from AssumeRole and from
    identity providers have no MFA information (IAM User Guide, "Configuring
    MFA-protected API access"), which does not say whether the key is missing or "false".
    """
    if request.serial_number is not None or caller.has_mfa:
        return ("true",)
    if caller.is_temporary is False:
        return MISSING
    reason = "whether the credentials come from a sign-in with MFA is not known here"
    if caller.kind == USER and caller.is_temporary:
        return Unknown(reason, (("true",), ("false",))) if caller.has_mfa is None else ("false",)
    without: tuple[Known, ...] = (("false",), MISSING)
    is_settled = caller.kind == ROLE_SESSION or caller.has_mfa is False
    return Unknown(reason, without if is_settled else (*without, ("true",)))


def _mfa_age(caller: Caller, request: AssumeRoleRequest) -> Value:
    if request.serial_number is not None:
        return ("0",)
    is_settled = caller.kind == ROLE_SESSION and caller.has_mfa is None
    if is_settled or caller.has_mfa is False or caller.is_temporary is False:
        return MISSING
    return Unknown("how long ago the caller signed in with MFA is not known here")


def _of_the_moment(circumstances: Circumstances) -> Iterable[tuple[str, Value]]:
    now = circumstances.now.astimezone(timezone.utc)
    yield "aws:currenttime", (now.strftime("%Y-%m-%dT%H:%M:%SZ"),)
    yield "aws:epochtime", (str(int(now.timestamp())),)
    if circumstances.region is not None:
        yield "aws:requestedregion", (circumstances.region,)
    if circumstances.is_https is not None:
        yield "aws:securetransport", ("true" if circumstances.is_https else "false",)
    if circumstances.source_ip is not None:
        yield "aws:sourceip", (circumstances.source_ip,)
    for key, texts in circumstances.others.items():
        yield key.lower(), texts or MISSING


def _some(text: Optional[str]) -> Value:
    return MISSING if text is None else (text,)
