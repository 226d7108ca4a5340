"""IAM roles of an account, for the scripted server.

The shapes are those of the IAM API reference: "CreateRole", "GetRole",
"PutRolePolicy", "AttachRolePolicy", "ListRolePolicies", "GetRolePolicy",
"ListAttachedRolePolicies", "GetOpenIDConnectProvider" and the operations that undo them;
the error codes are from their "Errors" sections.
"""

from __future__ import annotations

from typing import Any, Optional
from urllib.parse import quote

from support.sts_stub import ACCOUNT, IAM_NAMESPACE, Answer, refusal

CHANGES = (
    "CreateRole", "PutRolePolicy", "AttachRolePolicy",
    "DeleteRole", "DeleteRolePolicy", "DetachRolePolicy",
)  # fmt: skip


class IamRoles:
    """IAM roles in memory; the server itself responds for STS.

    ``errors`` are responses by action, in place of the action. With ``lost`` the action
    is carried out first, and its response is replaced.
    """

    def __init__(self) -> None:
        self.roles: dict[str, dict[str, Any]] = {}
        self.providers: set[str] = set()
        self.errors: dict[str, Answer] = {}
        self.lost: dict[str, Answer] = {}

    def __call__(self, parameters: dict[str, str]) -> Optional[Answer]:
        """Return the response to a request; None if it is no request for IAM."""
        action = parameters["Action"]
        if action in self.errors:
            return self.errors[action]
        if action == "GetOpenIDConnectProvider":
            return self._provider(parameters["OpenIDConnectProviderArn"])
        handler = getattr(self, f"_{action}", None)
        if handler is None:
            return None
        name = parameters["RoleName"]
        if action != "CreateRole" and name not in self.roles:
            return refusal(404, "NoSuchEntity", f"The role with name {name} cannot be found.")
        response = handler(parameters)
        return self.lost.get(action, response)

    def _CreateRole(self, parameters: dict[str, str]) -> Answer:
        name = parameters["RoleName"]
        if name in self.roles:
            return refusal(409, "EntityAlreadyExists", f"Role with name {name} already exists.")
        self.roles[name] = {**parameters, "inline": {}, "attached": []}
        return self._role("CreateRole", name)

    def _GetRole(self, parameters: dict[str, str]) -> Answer:
        return self._role("GetRole", parameters["RoleName"])

    def _PutRolePolicy(self, parameters: dict[str, str]) -> Answer:
        inline = self.roles[parameters["RoleName"]]["inline"]
        inline[parameters["PolicyName"]] = parameters["PolicyDocument"]
        return _response("PutRolePolicy")

    def _AttachRolePolicy(self, parameters: dict[str, str]) -> Answer:
        attached = self.roles[parameters["RoleName"]]["attached"]
        if parameters["PolicyArn"] not in attached:
            attached.append(parameters["PolicyArn"])
        return _response("AttachRolePolicy")

    def _DetachRolePolicy(self, parameters: dict[str, str]) -> Answer:
        attached = self.roles[parameters["RoleName"]]["attached"]
        if parameters["PolicyArn"] not in attached:
            return refusal(404, "NoSuchEntity", "The policy is not attached.")
        attached.remove(parameters["PolicyArn"])
        return _response("DetachRolePolicy")

    def _DeleteRolePolicy(self, parameters: dict[str, str]) -> Answer:
        inline = self.roles[parameters["RoleName"]]["inline"]
        if inline.pop(parameters["PolicyName"], None) is None:
            return refusal(404, "NoSuchEntity", "There is no such policy.")
        return _response("DeleteRolePolicy")

    def _DeleteRole(self, parameters: dict[str, str]) -> Answer:
        role = self.roles[parameters["RoleName"]]
        if role["inline"] or role["attached"]:
            return refusal(409, "DeleteConflict", "Cannot delete entity, must delete policies.")
        del self.roles[parameters["RoleName"]]
        return _response("DeleteRole")

    def _ListRolePolicies(self, parameters: dict[str, str]) -> Answer:
        names = self.roles[parameters["RoleName"]]["inline"]
        members = "".join(f"<member>{name}</member>" for name in names)
        return _response("ListRolePolicies", f"<PolicyNames>{members}</PolicyNames>")

    def _GetRolePolicy(self, parameters: dict[str, str]) -> Answer:
        name = parameters["PolicyName"]
        document = quote(self.roles[parameters["RoleName"]]["inline"][name])
        return _response(
            "GetRolePolicy",
            f"<RoleName>{parameters['RoleName']}</RoleName><PolicyName>{name}</PolicyName>"
            f"<PolicyDocument>{document}</PolicyDocument>",
        )

    def _ListAttachedRolePolicies(self, parameters: dict[str, str]) -> Answer:
        members = "".join(
            f"<member><PolicyName>p</PolicyName><PolicyArn>{arn}</PolicyArn></member>"
            for arn in self.roles[parameters["RoleName"]]["attached"]
        )
        return _response(
            "ListAttachedRolePolicies", f"<AttachedPolicies>{members}</AttachedPolicies>"
        )

    def _provider(self, arn: str) -> Answer:
        if arn.partition("/")[2] not in self.providers:
            return refusal(404, "NoSuchEntity", f"OpenIDConnect Provider not found for arn {arn}")
        return _response("GetOpenIDConnectProvider", "<Url>example.com</Url>")

    def _role(self, action: str, name: str) -> Answer:
        role = self.roles[name]
        path = role.get("Path", "/")
        return _response(
            action,
            f"<Role><Path>{path}</Path><RoleName>{name}</RoleName><RoleId>AROASTUB</RoleId>"
            f"<Arn>arn:aws:iam::{ACCOUNT}:role{path}{name}</Arn>"
            f"<AssumeRolePolicyDocument>{quote(role['AssumeRolePolicyDocument'])}"
            "</AssumeRolePolicyDocument><CreateDate>2026-01-02T03:04:05Z</CreateDate>"
            f"<MaxSessionDuration>{role.get('MaxSessionDuration', 3600)}</MaxSessionDuration>"
            "</Role>",
        )


def _response(action: str, inner: str = "") -> Answer:
    return (
        200,
        "text/xml",
        f'<{action}Response xmlns="{IAM_NAMESPACE}"><{action}Result>{inner}</{action}Result>'
        f"<ResponseMetadata><RequestId>stub</RequestId></ResponseMetadata></{action}Response>",
    )
