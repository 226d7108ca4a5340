"""A user at a shell: a HOME of their own, files of their own, and a real ``aws``."""

from __future__ import annotations

import configparser
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional

from support.hosts import Host
from support.warm_host import run_warm, warm_executable


def clean_environment(home: Path) -> dict[str, str]:
    """Return a small environment: no AWS variables, no proxies, no colors."""
    return {
        "PATH": os.defpath,
        "HOME": str(home),
        "USER": "alice",
        "LOGNAME": "alice",
        "SHELL": "/bin/bash",
        "LANG": "C.UTF-8",
        "AWS_PAGER": "",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


@dataclass
class Person:
    """A user who has the plugin enabled and an ordinary profile."""

    host: Host
    home: Path
    endpoint_url: str
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def config(self) -> Path:
        """The config file."""
        return self.home / ".aws" / "config"

    @property
    def credentials(self) -> Path:
        """The shared credentials file."""
        return self.home / ".aws" / "credentials"

    def aws(
        self, *words: str, env: Optional[dict[str, Optional[str]]] = None
    ) -> subprocess.CompletedProcess:
        """Run ``aws`` with these words against the endpoint; a None value unsets a variable."""
        variables = {**self.environment, **(env or {})}
        command = [str(self.host.executable), *words]
        if self.host.knows_endpoint_variable:
            variables.setdefault("AWS_ENDPOINT_URL", self.endpoint_url)
        elif words[:1] != ("configure",) and self.endpoint_url:
            command[1:1] = ["--endpoint-url", self.endpoint_url]
        given = {name: value for name, value in variables.items() if value is not None}
        return run_warm(self.host, command, given, self.home, timeout=120)

    def variables(self, **more: str) -> dict[str, str]:
        """Return the environment of a shell in which ``aws`` is this host's."""
        path = f"{self.host.executable.parent}{os.pathsep}{os.defpath}"
        variables = {**self.environment, "PATH": path, **more}
        if self.host.knows_endpoint_variable:
            variables.setdefault("AWS_ENDPOINT_URL", self.endpoint_url)
        return variables

    def forked_variables(self, **more: str) -> dict[str, str]:
        """Return the environment of a shell in which ``aws`` is forked from a started one.

        It behaves as the host's does, but knows nothing of a mount or a user of the shell's own.
        """
        path = f"{warm_executable(self.host).parent}{os.pathsep}{os.defpath}"
        return {**self.variables(), "PATH": path, **more}

    def words(self, *words: str) -> list[str]:
        """Return a whole command line of ``aws`` against the endpoint."""
        is_told = self.host.knows_endpoint_variable
        return ["aws", *(() if is_told else ("--endpoint-url", self.endpoint_url)), *words]

    def sections(self, path: Path) -> dict[str, dict[str, str]]:
        """Return an INI file as Python's own parser reads it."""
        parser = configparser.RawConfigParser()
        parser.read(path)
        return {name: dict(parser[name]) for name in parser.sections()}

    def snapshot(self) -> dict[str, bytes]:
        """Return the content of every file below ~/.aws but caches and locks."""
        return {
            str(path.relative_to(self.home)): path.read_bytes()
            for path in sorted((self.home / ".aws").rglob("*"))
            if path.is_file() and "cli" not in path.parts and path.suffix != ".lock"
        }
