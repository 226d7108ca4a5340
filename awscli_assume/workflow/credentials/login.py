"""``--login``: renew an expired sign-in, once, and continue."""

from __future__ import annotations

import logging
from typing import Callable, Mapping, Optional, Protocol, TypeVar

from awscli_assume.aws.sso.login import login_arguments, login_command
from awscli_assume.errors import InvalidConfiguration, NoTerminal
from awscli_assume.host import (
    CLI_NAME,
    HAS_SIGN_IN,
    SIGN_IN_ERRORS,
    forget_credentials,
    overridden_profiles,
    own_executable,
    user_environment,
)
from awscli_assume.host.context import CommandContext
from awscli_assume.host.environment import Environment
from awscli_assume.host.protocols import Profile

LOG = logging.getLogger("awscli.assume.signing_in")
T = TypeVar("T")


class Source(Protocol):
    """What may need a sign-in, and what the session has to see to find which one."""

    @property
    def session_profiles(self) -> Mapping[str, Profile]:
        """The profiles that the CLI's session has to see other than the files have them."""

    def used_role(self, result: object) -> Optional[str]:
        """Return the key of the role whose credentials a step returned (AssumableRole.key)."""


def signed_in(
    context: CommandContext, source: Source, step: Callable[[], T], is_wanted: bool
) -> T:
    """Run a step; with ``--login`` (``is_wanted``), renew an expired sign-in and run it again.

    Every verb gets the credentials of a role here, so this function counts the uses of roles.
    Raises NoTerminal and InvalidConfiguration if the sign-in can't be renewed, and what
    the step raises.
    """
    result = _signed_in(context, source, step, is_wanted)
    key = source.used_role(result)
    if key is not None:
        # Imported here, because a dry run and a failure count nothing.
        from awscli_assume.profiles.cache.role_usage import record_use

        record_use(key, context.environment.now())
    return result


def _signed_in(
    context: CommandContext, source: Source, step: Callable[[], T], is_wanted: bool
) -> T:
    with overridden_profiles(context.session, source.session_profiles):
        try:
            return step()
        except SIGN_IN_ERRORS as error:
            words = login_arguments(context.session) if is_wanted else None
            if words is None:
                raise
            run_login(words, context.environment, error)
        forget_credentials(context.session)
        return step()


def run_login(words: tuple[str, ...], environment: Environment, error: Exception) -> None:
    """Run the ``aws`` command that renews an expired sign-in; ``error`` is the reason.

    Raises NoTerminal and InvalidConfiguration if the command can't run.
    """
    command = login_command(words)
    if not HAS_SIGN_IN:
        raise InvalidConfiguration(
            f"{CLI_NAME} has no sign-in for --login to run. With an AWS CLI version 2: {command}"
        ) from error
    if not environment.has_terminal():
        raise NoTerminal(
            "The sign-in of the source has ended, and there is no terminal for --login to renew "
            f"it on. Run this in one, then the command again: {command}"
        ) from error
    LOG.debug("Running %s", command)
    aws = own_executable(environment.variables)
    variables = user_environment(environment.variables)
    code = environment.run_on_terminal([aws, *words], variables)
    if code != 0:
        raise InvalidConfiguration(
            f"The sign-in of the source was not renewed, and nothing was written: {command} ended "
            f"with {code}"
        ) from error
