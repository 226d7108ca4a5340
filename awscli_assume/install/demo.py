"""Play the whole story against a local AWS, with a HOME that is thrown away."""

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

from awscli_assume.install import demo_story as story
from awscli_assume.install.enable import enable
from awscli_assume.install.hosts import Host, choose_host, identify, on_path
from awscli_assume.install.local_aws import LocalAws
from awscli_assume.install.local_servers import AccessKey
from awscli_assume.install.refusal import Refusal
from awscli_assume.install.system import Answer, Surroundings, child_environment, reason


@dataclass(frozen=True)
class _Stage:
    around: Surroundings
    host: Host
    aws: LocalAws
    home: Path
    env: dict[str, str]
    # Text that must not be shown, with what is shown in its place.
    masks: dict[str, str] = field(default_factory=dict, repr=False)

    def show(self, text: str) -> None:
        for secret, mask in self.masks.items():
            text = text.replace(secret, mask)
        text = re.sub(r'("(?:SecretAccessKey|SessionToken)": ")[^"]+', r"\1****", text)
        self.around.say(text)


def play_demo(around: Surroundings, *, named: Optional[str] = None) -> None:
    """Play the story, show each command and its answer, and end with the S3 listing as the role.

    Raises Refusal at the first step that does not do what it must; leaves nothing behind.
    """
    host = _choose_demo_host(around, named)
    with ExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory(prefix="awscli-assume-demo-")))
        aws = stack.enter_context(LocalAws(around.env))
        _play(_Stage(around, host, aws, home, _make_environment(around, host, aws, home)))


def _play(stage: _Stage) -> None:
    around = replace(stage.around, env=stage.env)
    stage.show(f"A local AWS runs at {stage.aws.endpoint_url}, your HOME is {stage.home}.\n")
    stage.show("$ awscli-assume enable")
    # Nobody else reads the config file of this HOME, whatever is on the PATH.
    enable(around, named=str(stage.host.executable), force=True)
    stage.show("")
    user = json.loads(_take(stage, story.MAKE_USER).stdout)["User"]
    key = _make_key(stage)
    for name, text in story.documents(user["Arn"]).items():
        (stage.home / name).write_text(text, encoding="utf-8")
        stage.show(f"{name}: {text}\n")
    for step in (*story.setting_up(key), *story.assuming()):
        _take(stage, step)


def _make_key(stage: _Stage) -> AccessKey:
    answer = _run(stage, story.MAKE_KEY)
    made = json.loads(answer.stdout)["AccessKey"]
    key = AccessKey(made["AccessKeyId"], made["SecretAccessKey"])
    stage.masks.update({key.secret: "****", key.id: f"****{key.id[-4:]}"})
    _show(stage, story.MAKE_KEY, answer)
    return key


def _take(stage: _Stage, step: story.Step) -> Answer[str]:
    answer = _run(stage, step)
    _show(stage, step, answer)
    return answer


def _run(stage: _Stage, step: story.Step) -> Answer[str]:
    """Run a step. Raises Refusal when it did not do what it must."""
    env = dict(stage.env)
    if step.by_administrator:
        administrator = stage.aws.administrator
        env.update(
            AWS_ACCESS_KEY_ID=administrator.id,
            AWS_SECRET_ACCESS_KEY=administrator.secret,
            AWS_DEFAULT_REGION=story.REGION,
            AWS_DEFAULT_OUTPUT="json",
        )
    # A document is named as in the article, and lies in the HOME, not in the current folder.
    words = [word.replace("file://", f"file://{stage.home}/") for word in _words(stage, step)]
    answer = stage.around.run([str(stage.host.executable), *words], env, step.typed)
    if step.refused:
        good = answer.returncode != 0 and "AccessDenied" in answer.stderr
    else:
        good = answer.returncode == 0 and all(text in answer.stdout for text in step.shows)
    if not good:
        stage.show(f"$ {shlex.join(['aws', *_words(stage, step)])}\n{answer.stdout}")
        wanted = "be refused" if step.refused else "work"
        told = answer.stderr.strip() or reason(answer)
        raise Refusal(f"'aws {shlex.join(step.words)}' had to {wanted}, and did not:\n{told}")
    return answer


def _words(stage: _Stage, step: story.Step) -> tuple[str, ...]:
    if stage.host.knows_endpoint_variable or step.words[0] == "configure":
        return step.words
    return (*step.words, "--endpoint-url", stage.aws.endpoint_url)


def _show(stage: _Stage, step: story.Step, answer: Answer[str]) -> None:
    who = "administrator" if step.by_administrator else ""
    stage.show(f"# {step.says}\n{who}$ {shlex.join(['aws', *_words(stage, step)])}")
    for text in (answer.stderr.strip(), _with_typed(answer.stdout, step.typed).strip()):
        if text:
            stage.show(text)
    last = step == story.assuming()[-1]
    if not last:
        stage.show("(as it must be)\n" if step.refused else "")


def _with_typed(questions: str, typed: str) -> str:
    # What is piped in is not echoed: the questions come back in one line.
    asked = questions.split("]: ")
    lines = typed.splitlines()
    return "".join(f"{text}]: {line}\n" for text, line in zip(asked, lines)) + "]: ".join(
        asked[len(lines) :]
    )


def _make_environment(
    around: Surroundings, host: Host, aws: LocalAws, home: Path
) -> dict[str, str]:
    env = child_environment(
        around.env,
        HOME=str(home),
        USERPROFILE=str(home),
        AWS_EC2_METADATA_DISABLED="true",
        AWS_ENDPOINT_URL=aws.endpoint_url,
    )
    env["PATH"] = os.pathsep.join([str(host.executable.parent), env.get("PATH", os.defpath)])
    return env


def _choose_demo_host(around: Surroundings, named: Optional[str]) -> Host:
    """Take a version 2 from the PATH, else the version 1 that the demo extra brought."""
    if named is not None:
        return choose_host(around, named)
    beside = on_path({"PATH": str(Path(sys.executable).parent)})
    hosts = []
    for path in (*on_path(around.env), *beside):
        try:
            hosts.append(identify(path, around))
        except Refusal:
            # A shim whose Python has no aws; there may be another one.
            continue
        if hosts[-1].major == 2:
            return hosts[-1]
    by_us = [host for host in hosts if host.executable in beside]
    if not (by_us or hosts):
        raise Refusal(
            "the demonstration needs an AWS CLI. "
            f"Type: {sys.executable} -m pip install '.[demo]' in the checkout of awscli-assume"
        )
    return (by_us or hosts)[0]
