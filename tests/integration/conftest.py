"""The real CLIs, the local AWS, and a user who uses both."""

from __future__ import annotations

import fcntl
import json
import os
import zipfile
from pathlib import Path
from typing import Callable

import boto3
import pytest

from awscli_assume.install.local_aws import LocalAws
from support.hosts import HOST_NAMES, Host, build_wheel, get_host, install_beside
from support.person import Person
from support.sts_stub import USER_KEY_ID, USER_SECRET
from support.warm_host import use_plugin_folder

ROLE_NAME = "my-iam-role"


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel of this checkout: what users install is what is tested.

    All test processes of a run have one.
    """
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own) / "wheel"
    folder.mkdir(exist_ok=True)
    with open(folder / "lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        return next(folder.glob("*.whl"), None) or build_wheel(folder)


@pytest.fixture(scope="session")
def plugin_folder(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for ``cli_legacy_plugin_path`` with the wheel's content."""
    folder = tmp_path_factory.mktemp("plugins")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    use_plugin_folder(folder)
    return folder


@pytest.fixture(scope="session")
def installed_hosts() -> dict[str, Host]:
    """Return the hosts that the plugin was installed beside already (version 1 only)."""
    return {}


@pytest.fixture(params=HOST_NAMES)
def host(request: pytest.FixtureRequest, wheel: Path, installed_hosts: dict[str, Host]) -> Host:
    """Return each host in turn; on version 1 with the plugin installed beside it."""
    name = request.param
    if name not in installed_hosts:
        found = get_host(name)
        if found.python is not None:
            install_beside(found, wheel)
        installed_hosts[name] = found
    return installed_hosts[name]


@pytest.fixture(scope="session")
def local_aws():
    """Run a local AWS for all tests, and make the article's step 2 in it."""
    with LocalAws() as aws:
        yield aws


@pytest.fixture(scope="session")
def alice(local_aws: LocalAws) -> tuple[str, str]:
    """Return the access key of a user who may assume ``my-iam-role``, and nothing else."""
    administrator = boto3.Session(
        local_aws.administrator.id, local_aws.administrator.secret, region_name="us-east-1"
    )
    iam = administrator.client("iam", endpoint_url=local_aws.endpoint_url)
    user = iam.create_user(UserName="alice")["User"]
    iam.put_user_policy(
        UserName="alice", PolicyName="assume", PolicyDocument=policy("sts:AssumeRole")
    )
    for path in ("/", "/team/dev/"):
        role_name = ROLE_NAME if path == "/" else "pathed-role"
        iam.create_role(
            RoleName=role_name,
            Path=path,
            AssumeRolePolicyDocument=policy("sts:AssumeRole", Principal={"AWS": user["Arn"]}),
        )
        iam.put_role_policy(RoleName=role_name, PolicyName="s3", PolicyDocument=policy("s3:*"))
    administrator.client("s3", endpoint_url=local_aws.endpoint_url).create_bucket(Bucket="reports")
    key = iam.create_access_key(UserName="alice")["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]


def policy(action: str, **more: object) -> str:
    """Return a policy document that allows one action."""
    statement = {"Effect": "Allow", "Action": action, **more}
    if "Principal" not in more:
        statement["Resource"] = "*"
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def make_person(
    host: Host, home: Path, clean_env: dict[str, str], plugin_folder: Path
) -> Callable[..., Person]:
    """Return a function that makes a user with the plugin enabled, for an endpoint and a key."""

    def make(endpoint_url: str, key: tuple[str, str] = (USER_KEY_ID, USER_SECRET)) -> Person:
        person = Person(host, home, endpoint_url, clean_env)
        person.config.parent.mkdir(mode=0o700)
        # What four `aws configure set` leave, which is slower; the test of the
        # CLI's own words runs them.
        lines = ["[default]", "region = us-east-1", "[plugins]", "assume = awscli_assume"]
        if host.major == 2:
            lines.append(f"cli_legacy_plugin_path = {plugin_folder}")
        person.config.write_text("\n".join(lines) + "\n")
        person.credentials.write_text(
            f"[default]\naws_access_key_id = {key[0]}\naws_secret_access_key = {key[1]}\n"
        )
        for path in (person.config, person.credentials):
            path.chmod(0o600)
        return person

    return make


@pytest.fixture
def person(make_person: Callable, local_aws: LocalAws, alice: tuple[str, str]) -> Person:
    """Return a user with alice's key and the local AWS."""
    return make_person(local_aws.endpoint_url, alice)
