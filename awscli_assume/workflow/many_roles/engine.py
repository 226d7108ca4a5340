"""Assume many roles in one process: shared clients, a bounded number of requests at once."""

from __future__ import annotations

from contextlib import ExitStack
from threading import Event, RLock
from typing import Callable, Iterable, Mapping, Optional, TypeVar

from awscli_assume.aws.redaction import credentials_redacted
from awscli_assume.aws.sso.login import login_hint_added
from awscli_assume.aws.sts.client import Signer, region_of, region_warning
from awscli_assume.aws.sts.client_pool import ManyRequests, Recent, Source, SourceClients
from awscli_assume.aws.throttling import RequestCounts, SharedRate
from awscli_assume.host import overridden_profiles
from awscli_assume.host.context import CommandContext
from awscli_assume.host.protocols import Profile
from awscli_assume.model.credentials import PrincipalCredentials
from awscli_assume.outputs.summary import throttling_note
from awscli_assume.workflow.credentials.assume_role import ReadyRequest, assume, ready_request_for
from awscli_assume.workflow.credentials.mfa_session import needs_code, uses_mfa_session
from awscli_assume.workflow.credentials.role_chain import assume_last
from awscli_assume.workflow.many_roles.shared_chain import SharedChains
from awscli_assume.workflow.many_roles.workers import MOST_WORKERS, run_all
from awscli_assume.workflow.planning.plan import AssumedRole, AssumePlan, ObtainedCredentials, Plan

T = TypeVar("T")
U = TypeVar("U")


class RoleEngine:
    """What the requests of one command share, as a context manager.

    ``session_profiles`` are those that the CLI's session has to see other than the files have
    them (Plan.session_profiles). ``workers`` is the number of requests at once; without it, the
    number follows the latency of STS and the cores.
    """

    def __init__(
        self,
        context: CommandContext,
        workers: Optional[int] = None,
        session_profiles: Optional[Mapping[str, Profile]] = None,
    ) -> None:
        self.context = context
        self._stopped, self._abandoned = Event(), Event()
        self._rate = SharedRate(self._abandoned)
        many = ManyRequests(self._rate, workers or MOST_WORKERS)
        self.clients = SourceClients(context, many)
        self._workers = workers
        self._session_profiles = session_profiles or {}
        self._chains = SharedChains(context.environment)
        self._devices: set[tuple[str, str]] = set()
        self._regions: set[Optional[str]] = set()
        # The errors of sources, which are not looked for again.
        self._failed: Recent[Source, Exception] = Recent()
        # Of the session, whose profile a new client changes, and of the questions to the user.
        self._lock = RLock()
        self._stack = ExitStack()

    def __enter__(self) -> RoleEngine:
        # They apply around all threads: each call ends in its own time.
        self._stack.enter_context(
            overridden_profiles(self.context.session, self._session_profiles)
        )
        self._stack.enter_context(credentials_redacted())
        return self

    def __exit__(self, *exception: object) -> None:
        self.abandon()
        self._stack.close()
        if exception[0] is None:
            self.context.environment.notify(throttling_note(self.counts.throttled))

    @property
    def counts(self) -> RequestCounts:
        """How many requests STS has got, and how many of them it has throttled."""
        return self._rate.counts

    def stop(self) -> None:
        """Start no other task of ``run``; those that run go on. Any thread may call it."""
        self._stopped.set()

    def abandon(self) -> None:
        """Start no other task of ``run``, and let no request wait for its turn or be repeated."""
        self._stopped.set()
        self._abandoned.set()

    def run(
        self, items: Iterable[T], task: Callable[[T], U], finished: Callable[[U], None]
    ) -> None:
        """Carry out a task for each item in a worker thread.

        ``items`` are made, and ``finished`` is called, one after another in the caller's
        thread. Nothing of a finished task is stored. After an error of a task, or Ctrl-C, no
        other task is started, and the error is raised when those that run have finished.
        """
        run_all(items, task, finished, self._workers, self._stopped, self._abandoned)

    def assume(
        self, plan: Plan, refreshed: Optional[PrincipalCredentials] = None
    ) -> ObtainedCredentials:
        """Carry out a plan. Any thread may call it; the sources are found one after another.

        ``refreshed`` are the source's credentials if the same command has refreshed them.
        """
        return self.start(plan, refreshed)()

    def start(
        self, plan: Plan, refreshed: Optional[PrincipalCredentials] = None
    ) -> Callable[[], ObtainedCredentials]:
        """Find the source of a plan, and return its request for a worker thread.

        If the request may ask for an MFA code, it is made at once: call this in the main
        thread, where Ctrl-C ends the question.
        """
        with self._lock, login_hint_added(self.context.session):
            return plan.start_refresh(self, refreshed)

    def start_assuming(
        self, plan: AssumePlan, refreshed: Optional[PrincipalCredentials]
    ) -> Callable[[], ObtainedCredentials]:
        """Return the request of a plan; if it may ask for an MFA code, it is made at once."""
        ready = ready_request_for(self.context, self._known_signer(plan, refreshed), plan)
        region = region_of(ready.signer.client)
        if region not in self._regions:
            self._regions.add(region)
            self.context.environment.notify(region_warning(self.context.session, region))
        first = self._assume_sequentially(ready)
        if first is not None:
            obtained = first
            return lambda: obtained
        return lambda: self._assume(ready)

    def _assume(self, ready: ReadyRequest) -> AssumedRole:
        if not ready.request.via:
            return assume(ready, self.context.environment)
        now, signer = self.context.environment.now(), self._chains.signer(ready)
        credentials = assume_last(signer, ready.request, self.context.environment)
        region = region_of(ready.signer.client) or ready.plan.source_region
        return AssumedRole(ready.plan, credentials, region, now)

    def signer(self, plan: AssumePlan, refreshed: Optional[PrincipalCredentials] = None) -> Signer:
        """Return what signs the first request of a plan; made once for each source."""
        if plan.request.identity_token is not None:
            return self.clients.unsigned(plan.settings)
        pair = plan.profile_pair
        signer = self.clients.get(pair.source, refreshed, pair.credential_source, plan.settings)
        self._failed.pop(_source_of(plan), None)
        return signer

    def _known_signer(self, plan: AssumePlan, refreshed: Optional[PrincipalCredentials]) -> Signer:
        """Return the signer of a plan. A source without credentials is looked for once."""
        source = _source_of(plan)
        if source in self._failed:
            raise self._failed[source].with_traceback(None)
        try:
            return self.signer(plan, refreshed)
        except Exception as error:
            self._failed[source] = error
            raise

    def _assume_sequentially(self, ready: ReadyRequest) -> Optional[ObtainedCredentials]:
        """Assume a role whose MFA device may ask for a code; None for a concurrent request.

        The questions come one after another. Once a device has given a code, its MFA session
        signs the other requests of the device. In a role chain the first role needs the code,
        and all targets share its session.
        """
        signer, request = ready.signer, ready.request
        if not needs_code(request):
            return None
        if request.via:
            self._chains.signer(ready)
            return None
        if not uses_mfa_session(request, signer):
            return self._assume(ready)
        device = (signer.frozen().access_key, str(request.serial_number))
        if device in self._devices:
            return None
        obtained = self._assume(ready)
        self._devices.add(device)
        return obtained


def _source_of(plan: AssumePlan) -> Source:
    pair = plan.profile_pair
    return (pair.source, pair.credential_source, plan.settings)
