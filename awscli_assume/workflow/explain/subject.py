"""Who is calling, as the other steps need to know it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Callable, Optional

from awscli_assume.aws.callers import Caller
from awscli_assume.aws.sts.caller_identity import Identity
from awscli_assume.model.arns import session_arn
from awscli_assume.model.diagnosis import Step
from awscli_assume.model.request.request import AssumeRoleRequest


@dataclass(frozen=True)
class Subject:
    """The caller, as far as STS has named them. ``make_client`` answers a client of a service.

    ``role_arn`` is that of a session which is not there yet, of a role on the way, and
    ``source_identity`` what it would keep; ``home`` is then the account of who signs.
    """

    identity: Identity
    is_temporary: bool
    make_client: Callable[[str], Any]
    role_arn: Optional[str] = None
    source_identity: Optional[str] = None
    home: Optional[str] = None

    @property
    def is_of_the_source(self) -> bool:
        """Return whether the caller is of the account that signs; roles on the way need not be."""
        return self.home in (None, self.identity.caller.account_id)

    def iam(self) -> Any:
        """Return a client of IAM; the source signs, whoever the caller is."""
        return self.make_client("iam")

    def with_credentials(self, request: AssumeRoleRequest) -> Subject:
        """Return who would call next, with the credentials that a request answers."""
        role = request.role
        arn = session_arn(role, request.role_session_name)
        identity = replace(self.identity, arn=arn, user_id="", caller=Caller.from_arn(arn))
        return replace(
            self,
            identity=identity,
            is_temporary=True,
            role_arn=role.arn,
            home=self.home or self.identity.caller.account_id,
            source_identity=request.source_identity or self.source_identity,
        )


@dataclass(frozen=True)
class IdentifiedCaller:
    """The step of the caller, who they are (None: not known), and STS as it was met.

    ``failure`` is what stood in the way of STS itself, ``server_time`` its clock,
    ``partition`` that of its region; None where this AWS CLI does not know the region.
    """

    step: Step
    subject: Optional[Subject]
    client: Optional[Any] = None
    server_time: Optional[datetime] = None
    failure: Optional[Exception] = None
    partition: Optional[str] = None
