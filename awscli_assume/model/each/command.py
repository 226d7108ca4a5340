"""The command of ``aws assume each``, and what its placeholders stand for."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import Optional, Sequence

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.each.results import EachTarget

# ${region} is a variable of a shell, and {name: Name} an expression of JMESPath.
_PLACEHOLDER = re.compile(r"(?<!\$)\{(account|name|region)\}")
# The owner of an account chooses its name. What a shell or a file name could read as something
# else becomes a dash.
_UNSAFE = re.compile(r"[^\w.@+=,-]+")
_EDGES = "-."
_PROFILE, _REGION = "--profile", "--region"


@dataclass(frozen=True)
class EachCommand:
    """The words after ``--``. ``region`` is that of ``--region`` among them."""

    words: tuple[str, ...]
    region: Optional[str] = None

    @property
    def is_aws(self) -> bool:
        """Whether the AWS CLI runs the command."""
        return self.words[0] == "aws"

    @property
    def needs_region(self) -> bool:
        """Whether a word has ``{region}``."""
        return any(
            found[1] == "region" for word in self.words for found in _PLACEHOLDER.finditer(word)
        )

    def for_target(self, target: EachTarget) -> tuple[str, ...]:
        """Return the words with the values of a target for the placeholders."""
        values = {
            "account": target.account_id,
            "name": safe_name(target),
            "region": target.region or "",
        }
        return tuple(_PLACEHOLDER.sub(lambda found: values[found[1]], word) for word in self.words)


def read_command(words: Optional[Sequence[str]], region_count: int) -> EachCommand:
    """Return the command of the words after ``--``, None without ``--``.

    ``region_count`` is the number of ``--regions``. Raises InvalidRequest.
    """
    if not words:
        raise InvalidRequest(
            "No command was named. Type it after --, as in: aws assume each my-iam-role "
            "--accounts all -- aws sts get-caller-identity"
        )
    if words[0] != "aws":
        return EachCommand(tuple(words))
    if _value_of(words, _PROFILE) is not None:
        raise InvalidRequest(
            "--profile in the command would replace the role's credentials, and it "
            "would run with the same ones for each account. Leave it out. A --profile before -- "
            "names the source of the roles"
        )
    region = _value_of(words, _REGION)
    if region is not None and region_count:
        raise InvalidRequest(
            f"--region {shlex.quote(region)} in the command would replace each region of "
            "--regions. Leave one of them out"
        )
    return EachCommand(tuple(words), region)


def safe_name(target: EachTarget) -> str:
    """Return the account's name, as a word of a shell and a file name; else its ID."""
    return _UNSAFE.sub("-", target.name).strip(_EDGES) or target.account_id


def _value_of(words: Sequence[str], option: str) -> Optional[str]:
    """Return the value of a global option, which may be abbreviated; "" if it is missing."""
    for at, word in enumerate(words):
        if word == "--":
            # `aws assume exec -- aws --profile NAME …` is another command.
            return None
        name, equals, value = word.partition("=")
        # No other global option begins with the same letter.
        if len(name) > len("--") and option.startswith(name):
            return value if equals else "".join(words[at + 1 : at + 2])
    return None
