"""What the benchmarks share: their options, the plugin that they run, and their table."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path
from typing import Iterable, Optional

REPOSITORY = Path(__file__).resolve().parents[2]


def parse_options(description: Optional[str], runs: int) -> argparse.Namespace:
    """Return ``runs``, with this default, and ``write``."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--runs", type=int, default=runs)
    parser.add_argument("--write", action="store_true", help="into docs/performance.md")
    return parser.parse_args()


def copy_plugin(folder: Path) -> Path:
    """Copy the package to a new plugin folder, without byte code, and return the folder."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(REPOSITORY / "awscli_assume", folder / "awscli_assume", ignore=ignored)
    return folder


def write_table(mark: str, lines: Iterable[str]) -> None:
    """Replace the table between two marks of docs/performance.md."""
    page = REPOSITORY / "docs" / "performance.md"
    begin, end = f"<!-- {mark} -->", f"<!-- /{mark} -->"
    before, _, rest = page.read_text().partition(begin)
    table = "\n".join(lines)
    page.write_text(f"{before}{begin}\n{table}\n{end}{rest.partition(end)[2]}")
