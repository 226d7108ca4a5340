"""The maximum session duration of a role, as IAM says it to who may ask."""

from __future__ import annotations

import logging
from typing import Any, Callable, Optional

from awscli_assume.aws.optional_call import CallUnavailable, optional_call
from awscli_assume.host import ONE_ATTEMPT, Config
from awscli_assume.model.arns import Role
from awscli_assume.model.request.limits import DURATION_MAX

LOG = logging.getLogger("awscli.assume.maximum")

# IAM API reference, "CreateRole": MaxSessionDuration is 3600 to 43200.
_LEAST = 3600
# Where there is a way to STS only (a VPC endpoint), IAM is given up soon.
_PATIENCE_SECONDS = 5


def create_iam_client(session: Any, options: dict[str, Any]) -> Any:
    """Return a client of IAM with the options of that of STS; it asks once, and not for long."""
    return create_impatient_client(session, "iam", options)


def create_impatient_client(session: Any, service: str, options: dict[str, Any]) -> Any:
    """Return a client of a service that is asked beside STS: once, and not for long."""
    default = session.get_default_client_config()
    config = Config(
        connect_timeout=_patience(getattr(default, "connect_timeout", None)),
        read_timeout=_patience(getattr(default, "read_timeout", None)),
        retries=dict(ONE_ATTEMPT),
    )
    return session.create_client(service, config=config, **options)


def role_maximum(iam: Callable[[], Any], role: Role) -> Optional[int]:
    """Ask IAM for a role's maximum session duration in seconds (GetRole).

    Answers None where IAM does not say: the caller may lack iam:GetRole, or the
    role is of another account (IAM knows the caller's own by name alone).
    """
    LOG.debug("Asking IAM for the maximum session duration of %s", role.arn)
    try:
        with optional_call("iam:GetRole"):
            found = iam().get_role(RoleName=role.name)["Role"]
            arn, seconds = found["Arn"], found["MaxSessionDuration"]
    except CallUnavailable as error:
        LOG.debug("IAM did not say: %s", error)
        return None
    is_known = arn == role.arn and isinstance(seconds, int) and _LEAST <= seconds <= DURATION_MAX
    return seconds if is_known else None


def _patience(configured: Any) -> float:
    # 0 is for ever (globalargs.py, both majors).
    return min(configured or _PATIENCE_SECONDS, _PATIENCE_SECONDS)
