"""The road of a request that has a proof in place of a source."""

from __future__ import annotations

from typing import Any

from awscli_assume.aws.federation import assume_with_proof, unsigned_signer
from awscli_assume.aws.mfa import Signer
from awscli_assume.aws.sts import check_partition
from awscli_assume.commands.environment import Environment
from awscli_assume.commands.plan import Plan
from awscli_assume.commands.proofs import secret_of
from awscli_assume.host import use_profile
from awscli_assume.model.credentials import TemporaryCredentials
from awscli_assume.model.request import AssumeRoleRequest


def set_off_unsigned(
    session: Any, parsed_globals: Any, plan: Plan
) -> tuple[Signer, AssumeRoleRequest]:
    """Answer who signs (nobody), and the complete request. No credentials are looked for."""
    name = session.get_config_variable("profile")
    if name is not None and name not in session.available_profiles and not parsed_globals.profile:
        # AWS_PROFILE may be the target, before it is there for the first time.
        use_profile(session, None)
    signer = unsigned_signer(session, parsed_globals)
    check_partition(signer.client, plan.request)
    role = plan.request.role
    complete = role.completed(signer.client.meta.partition, str(role.account_id))
    return signer, plan.request.with_role(complete)


def assume_by_proof(
    client: Any, request: AssumeRoleRequest, environment: Environment
) -> TemporaryCredentials:
    """Assume the role of a request by its proof, which is read now."""
    assert request.proof is not None  # noqa: S101 - for the type checker
    secret = secret_of(request.proof, environment)
    return assume_with_proof(client, request, secret, environment.now())
