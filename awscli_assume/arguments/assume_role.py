"""Options for the parameters of AssumeRole.

Names and shapes are those of ``aws sts assume-role``. A test compares them with the
host's model of STS.
"""

from __future__ import annotations

from awscli_assume.arguments.options import Argument, number, structures, text, texts
from awscli_assume.model.request.request import PARAMETERS

STS_OPTIONS = tuple(PARAMETERS)
TAG = {"Key": "The key of the tag.", "Value": "The value of the tag."}


def sts_arguments() -> list[Argument]:
    """Return the options for the parameters of AssumeRole."""
    return [*_session_arguments(), *_identity_arguments()]


def _session_arguments() -> list[Argument]:
    return [
        text(
            "role-session-name",
            "The name of the session in its ARN and in CloudTrail. Default: "
            "<code>LOGIN-ddmmyy-session</code>, or the template in the setting "
            "<code>assume.role_session_name</code> of the source profile.",
        ),
        number(
            "duration-seconds",
            "The duration of the session: from 900 seconds to the role's maximum session "
            "duration, or to one hour in role chaining. Also <code>90m</code>, <code>1h</code>, "
            "<code>max</code> for the maximum, and <code>up-to:8h</code> for the maximum, but at "
            "most 8 hours. Default: 3600.",
        ),
        text(
            "policy",
            "An inline session policy as JSON, which restricts the session. It has at most 2048 "
            "characters.",
        ),
        structures(
            "policy-arns",
            "The ARNs of at most 10 managed policies as session policies.",
            arn="The ARN of an IAM managed policy.",
        ),
        structures("tags", "Session tags, at most 50.", **TAG),
        texts("transitive-tag-keys", "The keys of session tags to pass on in role chaining."),
    ]


def _identity_arguments() -> list[Argument]:
    return [
        text("external-id", "The external ID that the role's trust policy requires."),
        text(
            "serial-number",
            "The serial number or ARN of your MFA device, whose code comes from "
            "<code>--token-code</code>, from <code>mfa_process</code> or from a prompt. Default: "
            "if a device is needed, the one that IAM lists for you.",
        ),
        text(
            "token-code",
            "The six digits of the MFA device. A prompt is safer, because other users of this "
            "machine can see the command line.",
        ),
        text("source-identity", "The source identity, which role chaining does not change."),
        structures(
            "provided-contexts",
            "Contexts from trusted token issuers, at most 5.",
            ProviderArn="The ARN of the context provider.",
            ContextAssertion="The signed assertion of the context provider.",
        ),
        number(
            "minimum-session-token-size",
            "The minimum size of the session token in bytes, at most 4096, to test systems that "
            "store it.",
        ),
    ]
