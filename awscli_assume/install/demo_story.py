"""The steps of the demonstration: who types what, and what must come of it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from awscli_assume.install.local_servers import AccessKey

ROLE = "my-iam-role"
USER = "demo-user"
REGION = "us-east-1"
BUCKETS = ("my-first-bucket", "my-second-bucket")
TARGET_PROFILE = "assumed-role"
_AS_ROLE = ("--profile", TARGET_PROFILE)
_READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


@dataclass(frozen=True)
class Step:
    """One ``aws`` command and what its answer must show; ``refused`` means AccessDenied."""

    says: str
    words: tuple[str, ...]
    by_administrator: bool = False
    typed: str = ""
    refused: bool = False
    shows: tuple[str, ...] = ()


MAKE_USER = Step(
    "The administrator makes you a user",
    ("iam", "create-user", "--user-name", USER),
    by_administrator=True,
    shows=(USER,),
)
MAKE_KEY = Step(
    "and an access key for it.",
    ("iam", "create-access-key", "--user-name", USER),
    by_administrator=True,
    shows=("AccessKeyId",),
)


def documents(user_arn: str) -> dict[str, str]:
    """Return the policy documents by file name.

    Who may assume the role, what the role may do, and that the user may ask for it: AWS does not
    need the last one where a trust policy names a user of the same account, ministack 1.5.33 does.
    """
    account = user_arn.split(":")[4]
    statements: dict[str, dict[str, object]] = {
        "trust-policy.json": {"Principal": {"AWS": user_arn}, "Action": "sts:AssumeRole"},
        "s3-policy.json": {"Action": "s3:*", "Resource": "*"},
        "assume-policy.json": {
            "Action": "sts:AssumeRole",
            "Resource": f"arn:aws:iam::{account}:role/{ROLE}",
        },
    }
    return {
        name: json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **rest}]})
        for name, rest in statements.items()
    }


def setting_up(key: AccessKey) -> list[Step]:
    """Return the steps up to a role that can be assumed."""
    role = ("--role-name", ROLE)
    trust = ("--assume-role-policy-document", "file://trust-policy.json")
    asking = ("--policy-name", "assume-it", "--policy-document", "file://assume-policy.json")
    inline = ("--policy-name", "all-of-s3", "--policy-document", "file://s3-policy.json")
    return [
        Step(
            "You configure the AWS CLI with it.",
            ("configure",),
            typed=f"{key.id}\n{key.secret}\n{REGION}\njson\n",
        ),
        _by_administrator(
            "The administrator makes a role that trusts you,", "create-role", *role, *trust
        ),
        _by_administrator("lets it use S3", "put-role-policy", *role, *inline),
        _by_administrator(
            "and read everything else.", "attach-role-policy", *role, "--policy-arn", _READ_ONLY
        ),
        _by_administrator("You may ask for it.", "put-user-policy", "--user-name", USER, *asking),
        *(
            Step(
                "There is something to see.", ("s3", "mb", f"s3://{bucket}"), by_administrator=True
            )
            for bucket in BUCKETS
        ),
    ]


def assuming() -> list[Step]:
    """Return the steps that need the plugin; the last one lists the buckets as the role."""
    return [
        Step("Your own user may not list the buckets.", ("s3", "ls"), refused=True),
        Step(
            "You assume the role.",
            ("assume", "--role-name", ROLE),
            shows=(f"assumed-role/{ROLE}/",),
        ),
        Step(
            "The profile is the role.",
            ("sts", "get-caller-identity", *_AS_ROLE),
            shows=(f"assumed-role/{ROLE}/",),
        ),
        Step(
            "What the role may not do is refused,",
            ("iam", "create-user", "--user-name", "somebody-else", *_AS_ROLE),
            refused=True,
        ),
        Step("and what it may do works.", ("s3", "ls", *_AS_ROLE), shows=BUCKETS),
    ]


def _by_administrator(says: str, *words: str) -> Step:
    return Step(says, ("iam", *words), by_administrator=True)
