"""The options of ``create-role``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from secrets import token_hex
from typing import Optional

from awscli_assume.arguments.assume_role import TAG
from awscli_assume.arguments.options import (
    Argument,
    flag,
    number,
    structures,
    text,
    texts,
    word_argument,
)
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
# In place of an external ID that is not generated yet.
_NEW = "(new)"


@dataclass(frozen=True)
class CreateRoleOptions:
    """The parsed options: the role without its trust policy, and the parts of that."""

    role: NewRole
    terms: tuple[Term, ...]
    trust_conditions: TrustConditions
    is_to_generate: bool = False

    def generated(self, external_id: Optional[str] = None) -> CreateRoleOptions:
        """Return the options with an external ID of 128 random bits if ``generate`` was given.

        ``external_id`` is one that was generated before.
        """
        if not self.is_to_generate:
            return self
        conditions = replace(self.trust_conditions, external_id=external_id or token_hex(16))
        return replace(self, trust_conditions=conditions)


def read_options(parsed_args: object) -> CreateRoleOptions:
    """Return the options of a command line. Raises InvalidRequest."""
    options = dict(vars(parsed_args))
    name = options.pop("name", None)
    if name is not None and options["role_name"] is not None:
        raise InvalidRequest(
            f"NAME '{name}' and --role-name '{options['role_name']}' name two roles: leave one of "
            "them out"
        )
    options["role_name"] = options["role_name"] if name is None else name
    terms = parse_terms(options["trust"] or (ME,))
    external_id: Optional[str] = options["external_id"]
    is_to_generate = external_id == GENERATE
    if is_to_generate:
        external_id = _NEW
    elif external_id is not None:
        limits.check("external_id", external_id)
    conditions = TrustConditions(options["require_mfa"], external_id)
    check_trust_conditions(terms, conditions)
    without_mfa(terms, conditions, known={})
    role = build_new_role(options)
    if options["wait"]:
        _check_wait(terms, conditions)
    return CreateRoleOptions(role, terms, conditions, is_to_generate)


def create_role_arguments() -> list[Argument]:
    """Return the options of ``create-role``."""
    return [*_trust_arguments(), *_permission_arguments(), *_role_arguments()]


def _trust_arguments() -> list[Argument]:
    return [
        word_argument("name", "The name of the role. It is the same as <code>--role-name</code>."),
        text("role-name", "The name of the role to create, with an optional path."),
        _repeatable(
            "trust",
            "The principals that may assume the role: <code>me</code>, <code>account</code>, the "
            "ARN of a user, role or account, <code>service:ec2.amazonaws.com</code>, or "
            "<code>oidc:PROVIDER:SUBJECT</code>. Default: <code>me</code>, the caller.",
        ),
        flag("require-mfa", "Require MFA. Sessions of other roles can't meet this condition."),
        text(
            "external-id",
            "The external ID that the trust policy requires, or <code>generate</code> for a "
            "random one. An existing role keeps its own.",
        ),
    ]


def _permission_arguments() -> list[Argument]:
    return [
        _repeatable("policy-arn", "The ARNs of managed policies to attach to the role."),
        text(
            "inline-policy",
            "An inline policy for the role as JSON, or <code>file://policy.json</code>. It gets "
            "the name of the role.",
        ),
        text(
            "permissions-boundary",
            "The ARN of the managed policy that is the role's permissions boundary.",
        ),
    ]


def _role_arguments() -> list[Argument]:
    return [
        number(
            "max-session-duration",
            "The maximum session duration of the role, 3600 to 43200 seconds (also "
            "<code>8h</code>). Default: 3600.",
        ),
        text("path", "The path of the role, as <code>/team/dev/</code>. Default: <code>/</code>."),
        text("description", "A description of the role."),
        structures("tags", "The tags of the role, at most 50.", **TAG),
        flag(
            "wait",
            "Wait up to a minute until the caller can assume the role. Each attempt assumes the "
            "role and discards the credentials.",
        ),
        flag(
            "dry-run",
            "Print the documents and create nothing. Only the caller, the role and its OIDC "
            "provider are looked up.",
        ),
    ]


def _repeatable(name: str, help_text: str) -> Argument:
    # Without it, the second of two options would replace the first.
    return {**texts(name, help_text), "action": "extend"}


def _check_wait(terms: tuple[Term, ...], conditions: TrustConditions) -> None:
    if all(term.kind != AWS for term in terms):
        raise InvalidRequest(
            "--wait assumes the role as the caller, which --trust does not name. Leave --wait "
            "out, or add: --trust me"
        )
    if conditions.require_mfa:
        raise InvalidRequest(
            "--wait has no token code, so --require-mfa would deny each attempt. Leave one of "
            "them out"
        )
