"""The arguments that every verb which assumes a role shares.

AssumeRole's parameters stand under the names and in the shapes of ``aws sts
assume-role``. A test compares them with the host's model of STS.
"""

from __future__ import annotations

from typing import Any

# Options of the command, by the name of their member in the parsed arguments,
# that become parameters of AssumeRole as they are.
STS_OPTIONS = (
    "role_session_name",
    "duration_seconds",
    "policy",
    "policy_arns",
    "tags",
    "transitive_tag_keys",
    "external_id",
    "serial_number",
    "token_code",
    "source_identity",
    "provided_contexts",
    "minimum_session_token_size",
)


def text(name: str, help_text: str, **more: Any) -> dict[str, Any]:
    """Return an option that takes a text."""
    return {"name": name, "help_text": help_text, "cli_type_name": "string", **more}


def flag(name: str, help_text: str) -> dict[str, Any]:
    """Return an option without a value."""
    return {
        "name": name,
        "help_text": help_text,
        "action": "store_true",
        "cli_type_name": "boolean",
        "default": False,
    }


def _number(name: str, help_text: str) -> dict[str, Any]:
    # The CLI would read a number itself, and end with Python's own words on one
    # that is none: it is read as text here, and shown as what it is.
    return {**text(name, help_text), "cli_type_name": "integer", "schema": {"type": "string"}}


def _structures(name: str, help_text: str, **members: str) -> dict[str, Any]:
    properties = {
        # None is required here: the CLI's text for a missing one names no option.
        member: {"type": "string", "description": description}
        for member, description in members.items()
    }
    schema = {"type": "array", "items": {"type": "object", "properties": properties}}
    return {"name": name, "help_text": help_text, "nargs": "+", "schema": schema}


def sts_arguments() -> list[dict[str, Any]]:
    """Return AssumeRole's own parameters."""
    return _session_arguments() + _policy_and_tag_arguments() + _identity_arguments()


def _session_arguments() -> list[dict[str, Any]]:
    return [
        text(
            "role-session-name",
            "The name of the session, which stands in its ARN and in CloudTrail. Default: "
            "<code>LOGIN-ddmmyy-session</code>, or the template in the setting "
            "<code>assume.role_session_name</code> of the source profile.",
        ),
        _number(
            "duration-seconds",
            "How long the credentials live: 900 to 43200 seconds, and never more than the role's "
            "own maximum; or <code>max</code>, the longest that the role allows. From a role to a "
            "role it is one hour at most. Default: 3600, STS's own.",
        ),
    ]


def _policy_and_tag_arguments() -> list[dict[str, Any]]:
    return [
        text(
            "policy",
            "An inline session policy as JSON (or <code>file://policy.json</code>), which "
            "narrows what the session may do. At most 2048 characters.",
        ),
        _structures(
            "policy-arns",
            "ARNs of managed policies to use as session policies, at most 10.",
            arn="The ARN of an IAM managed policy.",
        ),
        _structures(
            "tags",
            "Session tags, at most 50.",
            Key="The key of the tag.",
            Value="The value of the tag.",
        ),
        {
            "name": "transitive-tag-keys",
            "help_text": "Keys of session tags that are passed on in role chaining.",
            "nargs": "+",
            "schema": {"type": "array", "items": {"type": "string"}},
        },
    ]


def _identity_arguments() -> list[dict[str, Any]]:
    return [
        text(
            "external-id",
            "The external ID that the role's trust policy asks for, where a third party "
            "assumes it.",
        ),
        text(
            "serial-number",
            "The serial number or ARN of your MFA device. Without <code>--token-code</code> its "
            "code is that of <code>mfa_process</code>, else it is asked for on the terminal, "
            "once for all roles as long as the session lives that it buys. Default: where a "
            "device is needed, the one that IAM lists for the access key of the source.",
        ),
        text(
            "token-code",
            "The six digits that the MFA device shows. What stands on a command line is visible "
            "to other users of the machine: better leave it out and type it when asked.",
        ),
        text("source-identity", "The source identity, which stays the same in role chaining."),
        _structures(
            "provided-contexts",
            "Contexts from trusted token issuers, at most 5.",
            ProviderArn="The ARN of the context provider.",
            ContextAssertion="The signed assertion of the context provider.",
        ),
        _number(
            "minimum-session-token-size",
            "The least size of the session token in bytes, at most 4096: to test what has to "
            "carry it.",
        ),
    ]
