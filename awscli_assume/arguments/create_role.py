"""The arguments of ``create-role``, and what they ask for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from secrets import token_hex
from typing import Any, Optional

from awscli_assume.arguments.sts import flag, text
from awscli_assume.errors import InvalidRequest
from awscli_assume.model.request import limits
from awscli_assume.model.role_creation.new_role import NewRole, build_new_role
from awscli_assume.model.role_creation.new_trust import (
    TrustConditions,
    check_trust_conditions,
    without_mfa,
)
from awscli_assume.model.role_creation.trust_terms import AWS, ME, Term, parse_terms

GENERATE = "generate"
# What stands for an external ID that is not made yet.
_NEW = "(new)"


@dataclass(frozen=True)
class Asked:
    """What a command line asks for: the role without its trust policy, and whom it trusts."""

    role: NewRole
    terms: tuple[Term, ...]
    trust_conditions: TrustConditions
    is_to_generate: bool = False

    def generated(self, external_id: Optional[str] = None) -> Asked:
        """Return the same with an external ID of 128 random bits, where one was asked for.

        ``external_id`` is one that was generated already.
        """
        if not self.is_to_generate:
            return self
        return replace(
            self,
            trust_conditions=replace(
                self.trust_conditions, external_id=external_id or token_hex(16)
            ),
        )


def read_asked(parsed_args: Any) -> Asked:
    """Return what a command line asks for, checked. Raises InvalidRequest."""
    terms = parse_terms(parsed_args.trust or (ME,))
    is_to_generate = parsed_args.external_id == GENERATE
    external_id: Optional[str] = parsed_args.external_id
    if is_to_generate:
        external_id = _NEW
    elif external_id is not None:
        external_id = limits.check("external_id", external_id)
    conditions = TrustConditions(parsed_args.require_mfa, external_id)
    check_trust_conditions(terms, conditions)
    without_mfa(terms, conditions, known={})
    asked = Asked(build_new_role(vars(parsed_args)), terms, conditions, is_to_generate)
    if parsed_args.wait:
        _check_wait(asked)
    return asked


def create_role_arguments() -> list[dict[str, Any]]:
    """Return the arguments of ``create-role``."""
    return [*_trust_arguments(), *_permission_arguments(), *_role_arguments()]


def _trust_arguments() -> list[dict[str, Any]]:
    return [
        text("role-name", "The name of the role to make. A path may be part of it."),
        _many(
            "trust",
            "Who may assume the role, one or more of: <code>me</code>, the calling user, or the "
            "role behind a session; <code>account</code>, everybody in the account whose own "
            "policies allow it; the ARN of a user, role or account; "
            "<code>service:ec2.amazonaws.com</code>, an AWS service; "
            "<code>oidc:PROVIDER:SUBJECT</code>, a token of an OIDC provider. Default: "
            "<code>me</code>.",
        ),
        flag(
            "require-mfa",
            "Trust only who has signed in with an MFA device; no session of a role has.",
        ),
        text(
            "external-id",
            "The external ID that whoever assumes the role has to give; or <code>generate</code>, "
            "a random one, which is printed. A role that is there keeps its own.",
        ),
    ]


def _permission_arguments() -> list[dict[str, Any]]:
    return [
        _many("policy-arn", "ARNs of managed policies: what the role may do."),
        text(
            "inline-policy",
            "A policy as JSON (or <code>file://policy.json</code>): what the role may do. It gets "
            "the role's name.",
        ),
        text(
            "permissions-boundary",
            "The ARN of a managed policy that is the most that the role may do.",
        ),
    ]


def _role_arguments() -> list[dict[str, Any]]:
    tag = {"Key": {"type": "string"}, "Value": {"type": "string"}}
    schema = {"type": "array", "items": {"type": "object", "properties": tag}}
    return [
        {
            **text(
                "max-session-duration",
                "The longest session of the role: 3600 to 43200 seconds. Default: IAM's, 3600.",
            ),
            "cli_type_name": "integer",
            "schema": {"type": "string"},
        },
        text("path", "The path of the role, as <code>/team/dev/</code>. Default: <code>/</code>."),
        text("description", "A description of the role."),
        {
            "name": "tags",
            "help_text": "Tags of the role itself, at most 50.",
            "nargs": "+",
            "schema": schema,
        },
        flag(
            "wait",
            "Wait until the caller can assume the role, for a minute at most, by trying it. The "
            "credentials of the try are thrown away.",
        ),
        flag(
            "dry-run",
            "Print the documents and do nothing: only who is calling, and whether the role and "
            "its OIDC provider are there, is asked.",
        ),
    ]


def _many(name: str, help_text: str) -> dict[str, Any]:
    return {
        "name": name,
        "help_text": help_text,
        "nargs": "+",
        # Given twice, none of both is dropped.
        "action": "extend",
        "schema": {"type": "array", "items": {"type": "string"}},
    }


def _check_wait(asked: Asked) -> None:
    if all(term.kind != AWS for term in asked.terms):
        raise InvalidRequest(
            "--wait tries the role as the caller, whom --trust does not name. Leave --wait out, "
            "or add: --trust me"
        )
    if asked.trust_conditions.require_mfa:
        raise InvalidRequest(
            "--wait goes without a token code, and --require-mfa asks for one: each try would be "
            "denied. Leave one of them out"
        )
