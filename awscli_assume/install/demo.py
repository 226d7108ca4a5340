"""The demonstration: each step of assuming a role, against a local AWS and in a temporary HOME."""

from __future__ import annotations

import json
import os
import re
import shlex
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Optional

from awscli_assume.install.enable import enable
from awscli_assume.install.hosts import Host, choose_host, identify, on_path
from awscli_assume.install.local_aws import AccessKey, LocalAws
from awscli_assume.install.system import InstallError, Result, System, child_environment, reason

ROLE = "my-iam-role"
USER = "demo-user"
REGION = "us-east-1"
BUCKETS = ("my-first-bucket", "my-second-bucket")
TARGET_PROFILE = "assumed-role"
_AS_ROLE = ("--profile", TARGET_PROFILE)
_READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


@dataclass(frozen=True)
class Step:
    """One ``aws`` command: what it must print, or that it must be refused with AccessDenied."""

    comment: str
    words: tuple[str, ...]
    as_administrator: bool = False
    stdin: str = ""
    is_refused: bool = False
    output: tuple[str, ...] = ()
    exit_codes: tuple[int, ...] = (0,)

    def is_fulfilled(self, result: Result[str]) -> bool:
        """Return whether the command did what it must."""
        if self.is_refused:
            return result.returncode != 0 and "AccessDenied" in result.stderr
        is_expected = result.returncode in self.exit_codes
        return is_expected and all(text in result.stdout for text in self.output)


@dataclass(frozen=True)
class Demo:
    """A running demonstration: the AWS CLI, the local AWS and the temporary HOME."""

    system: System
    host: Host
    aws: LocalAws
    home: Path
    env: dict[str, str]
    # Secrets, each with the text that is printed in its place.
    masks: dict[str, str] = field(default_factory=dict, repr=False)

    def print(self, text: str) -> None:
        """Print a text with its secrets masked."""
        for secret, mask in self.masks.items():
            text = text.replace(secret, mask)
        text = re.sub(r'("(?:SecretAccessKey|SessionToken)": ")[^"]+', r"\1****", text)
        text = re.sub(r"(AWS_(?:SECRET_ACCESS_KEY|SESSION_TOKEN)\W+)[^\s\"';]+", r"\1****", text)
        self.system.print(text)

    def create_key(self) -> AccessKey:
        """Create the user's access key and print the step with the key masked."""
        result = self._run(CREATE_KEY)
        created = json.loads(result.stdout)["AccessKey"]
        key = AccessKey(created["AccessKeyId"], created["SecretAccessKey"])
        self.masks.update({key.secret: "****", key.id: f"****{key.id[-4:]}"})
        self._print_step(CREATE_KEY, result)
        return key

    def run_step(self, step: Step) -> Result[str]:
        """Run a step and print it. Raises InstallError if it does not do what it must."""
        result = self._run(step)
        self._print_step(step, result)
        return result

    def words(self, step: Step) -> tuple[str, ...]:
        """Return the words of a step's command after ``aws``."""
        if self.host.knows_endpoint_variable or step.words[0] == "configure":
            return step.words
        option = ("--endpoint-url", self.aws.endpoint_url)
        own, dashes, child = _parted(step.words)
        return (*own, *option, *dashes, *child, *(option if child else ()))

    def _run(self, step: Step) -> Result[str]:
        # The printed command names a document alone, and the document is in the HOME.
        words = [word.replace("file://", f"file://{self.home}/") for word in self.words(step)]
        result = self.system.run([str(self.host.executable), *words], self._env(step), step.stdin)
        if not step.is_fulfilled(result):
            self.print(f"{self._command(step)}\n{result.stdout}")
            expected = "be refused" if step.is_refused else "succeed"
            message = result.stderr.strip() or reason(result)
            raise InstallError(
                f"'aws {shlex.join(step.words)}' had to {expected}, and did not:\n{message}"
            )
        return result

    def _env(self, step: Step) -> dict[str, str]:
        if not step.as_administrator:
            return self.env
        administrator = self.aws.administrator
        return {
            **self.env,
            "AWS_ACCESS_KEY_ID": administrator.id,
            "AWS_SECRET_ACCESS_KEY": administrator.secret,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_DEFAULT_OUTPUT": "json",
        }

    def _print_step(self, step: Step, result: Result[str]) -> None:
        who = "administrator" if step.as_administrator else ""
        self.print(f"# {step.comment}\n{who}{self._command(step)}")
        for text in (result.stderr.strip(), _with_input(result.stdout, step.stdin).strip()):
            if text:
                self.print(text)
        self.print("")

    def _command(self, step: Step) -> str:
        return f"$ {shlex.join(['aws', *self.words(step)])}"


def run_demo(system: System, *, executable: Optional[str] = None) -> None:
    """Run all steps and print each command with its output, then what to do next.

    The last command lists the S3 buckets as the role.

    Leaves no files. Raises InstallError at the first step that does not do what it must.
    """
    host = choose_demo_host(system, executable)
    with ExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory(prefix="awscli-assume-demo-")))
        aws = stack.enter_context(LocalAws(system.env))
        _run_steps(Demo(system, host, aws, home, _make_environment(system, host, aws, home)))


def choose_demo_host(system: System, executable: Optional[str]) -> Host:
    """Return a version 2 on the PATH, else the version 1 that the demo extra has installed."""
    if executable is not None:
        return choose_host(system, executable)
    beside = on_path({"PATH": str(Path(sys.executable).parent)})
    hosts = []
    for path in (*on_path(system.env), *beside):
        try:
            hosts.append(identify(path, system))
        except InstallError:
            # A shim whose Python has no aws. There may be another one.
            continue
        if hosts[-1].major == 2:
            return hosts[-1]
    of_extra = [host for host in hosts if host.executable in beside]
    if not (of_extra or hosts):
        raise InstallError(
            "The demonstration needs an AWS CLI. "
            f"Type: {sys.executable} -m pip install '.[demo]' in the checkout of awscli-assume"
        )
    return (of_extra or hosts)[0]


def _make_environment(system: System, host: Host, aws: LocalAws, home: Path) -> dict[str, str]:
    env = child_environment(
        system.env,
        HOME=str(home),
        USERPROFILE=str(home),
        AWS_EC2_METADATA_DISABLED="true",
        AWS_ENDPOINT_URL=aws.endpoint_url,
    )
    env["PATH"] = os.pathsep.join([str(host.executable.parent), env.get("PATH", os.defpath)])
    return env


def _run_steps(demo: Demo) -> None:
    demo.print(f"A local AWS runs at {demo.aws.endpoint_url}, your HOME is {demo.home}.\n")
    demo.print("$ awscli-assume enable")
    # No other CLI reads the config file of this HOME, whatever is on the PATH.
    enable(replace(demo.system, env=demo.env), executable=str(demo.host.executable), force=True)
    demo.print("")
    user = json.loads(demo.run_step(CREATE_USER).stdout)["User"]
    key = demo.create_key()
    for name, text in policy_documents(user["Arn"]).items():
        (demo.home / name).write_text(text, encoding="utf-8")
        demo.print(f"{name}: {text}\n")
    for step in (*setup_steps(key), *steps_as_role()):
        demo.run_step(step)
    demo.print(ENDING)


def _parted(words: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return the words before ``--``, ``--`` itself, and the command after it."""
    at = words.index("--") if "--" in words else len(words)
    return words[:at], words[at : at + 1], words[at + 1 :]


def _with_input(questions: str, stdin: str) -> str:
    # Piped input is not echoed, so all questions are printed in one line.
    parts = questions.split("]: ")
    lines = stdin.splitlines()
    answered = "".join(f"{text}]: {line}\n" for text, line in zip(parts, lines))
    return answered + "]: ".join(parts[len(lines) :])


ENDING = f"""That was a local AWS in a temporary HOME: nothing is left of it.
To do it with your own AWS CLI and a role of yours, type:

    awscli-assume enable
    aws assume create-role {ROLE}    # if you have no role yet
    aws assume {ROLE}
    aws assume help"""
CREATE_USER = Step(
    "The administrator creates a user for you",
    ("iam", "create-user", "--user-name", USER),
    as_administrator=True,
    output=(USER,),
)
CREATE_KEY = Step(
    "and an access key for the user.",
    ("iam", "create-access-key", "--user-name", USER),
    as_administrator=True,
    output=("AccessKeyId",),
)


def policy_documents(user_arn: str) -> dict[str, str]:
    """Return the policy documents by file name.

    They say who may assume the role, what the role may do, and that the user may assume it. AWS
    does not need the last one where a trust policy names a user of the same account, but
    ministack 1.5.33 does.
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


def setup_steps(key: AccessKey) -> list[Step]:
    """Return the steps up to a role that can be assumed."""
    role = ("--role-name", ROLE)
    trust = ("--assume-role-policy-document", "file://trust-policy.json")
    assume = ("--policy-name", "assume-it", "--policy-document", "file://assume-policy.json")
    inline = ("--policy-name", "all-of-s3", "--policy-document", "file://s3-policy.json")
    read_only = ("--policy-arn", _READ_ONLY)
    return [
        Step(
            "You configure the AWS CLI with it.",
            ("configure",),
            stdin=f"{key.id}\n{key.secret}\n{REGION}\njson\n",
        ),
        _iam("The administrator creates a role that trusts you,", "create-role", *role, *trust),
        _iam("allows it to use S3", "put-role-policy", *role, *inline),
        _iam("and to read everything else.", "attach-role-policy", *role, *read_only),
        _iam("You may assume the role.", "put-user-policy", "--user-name", USER, *assume),
        *(
            Step(comment, ("s3", "mb", f"s3://{name}"), as_administrator=True)
            for comment, name in zip(("There is a bucket to list", "and another one."), BUCKETS)
        ),
    ]


def steps_as_role() -> list[Step]:
    """Return the steps that need the plugin; the last one lists the buckets as the role."""
    assumed = f"assumed-role/{ROLE}/"
    create_user = ("iam", "create-user", "--user-name", "another-user", *_AS_ROLE)
    whoami = ("sts", "get-caller-identity")
    return [
        Step("Your own user may not list the buckets.", ("s3", "ls"), is_refused=True),
        Step("You assume the role.", ("assume", "--role-name", ROLE), output=(assumed,)),
        Step("The profile has the role's credentials.", (*whoami, *_AS_ROLE), output=(assumed,)),
        Step("AWS refuses what the role may not do.", create_user, is_refused=True),
        Step(
            "One command can run as the role, without a profile.",
            ("assume", "exec", ROLE, "--", "aws", *whoami, "--output", "text"),
            output=(assumed,),
        ),
        Step(
            'A shell can become the role: eval "$(aws assume export my-iam-role)". It reads this:',
            ("assume", "export", ROLE),
            output=("AWS_SESSION_TOKEN",),
        ),
        Step(
            "A mistyped name? Ask why it can't be assumed.",
            ("assume", "explain", ROLE[:-1]),
            output=(f":role/{ROLE}",),
            exit_codes=(1, 3),
        ),
        Step("The role may list the buckets.", ("s3", "ls", *_AS_ROLE), output=BUCKETS),
    ]


def _iam(comment: str, *words: str) -> Step:
    return Step(comment, ("iam", *words), as_administrator=True)
