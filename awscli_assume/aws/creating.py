"""Make a role of several calls, or take back what was made of it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, Mapping

from awscli_assume.aws.iam_roles import (
    backward,
    carry_out,
    command_of,
    iam_errors,
    may_have_worked,
    take_back,
)
from awscli_assume.model.new_role import Call, NewRole

LOG = logging.getLogger("awscli.assume.create_role")


@dataclass(frozen=True)
class Remains:
    """What became of a role that was not finished.

    ``taken_back`` are the calls that were undone; ``left`` the commands that
    undo the rest, in order. ``is_doubtful`` tells that nobody knows whether the
    role itself was made: then nothing was undone.
    """

    taken_back: tuple[Call, ...] = ()
    left: tuple[str, ...] = ()
    is_doubtful: bool = False


class Creation:
    """The making of one role; ``remains`` says what is left where it raised."""

    def __init__(self, role: NewRole, creating: Any, iam: Any) -> None:
        """``creating`` is a client that asks once, ``iam`` one that may ask again."""
        self._calls = role.calls()
        self._creating = creating
        self._iam = iam
        self.remains = Remains()

    def run(self) -> Mapping[str, Any]:
        """Make the role; answers CreateRole's ``Role``. Raises what went wrong, undone."""
        first, *rest = self._calls
        LOG.debug("Creating the role %s", first.parameters["RoleName"])
        try:
            with iam_errors():
                made: Mapping[str, Any] = carry_out(self._creating, first)["Role"]
        except BaseException as error:
            if may_have_worked(error):
                # Whose it is can't be told, if it is there: it may be another run's.
                self.remains = Remains(left=(command_of(backward(first)),), is_doubtful=True)
            raise
        done = [first]
        try:
            for call in rest:
                # Before the call: one whose answer was lost has to be undone as well.
                done.append(call)
                carry_out(self._iam, call)
        except BaseException:
            self.remains = self._undo(done)
            raise
        return made

    def _undo(self, done: list[Call]) -> Remains:
        back: list[Call] = []
        left: list[str] = []
        for call in reversed(done):
            # A role goes when nothing is in it any more.
            if left and call.operation == "CreateRole":
                left.append(command_of(backward(call)))
            elif take_back(self._iam, call):
                back.append(call)
            else:
                left.append(command_of(backward(call)))
        return Remains(tuple(back), tuple(left))
