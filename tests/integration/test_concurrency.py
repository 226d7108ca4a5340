"""Many writers at once: ours among themselves, and next to ``aws configure set``.

The load is that of tests/benchmarks/concurrency.py, which prints it as the
tables of docs/security.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.concurrency import run_load

PROCESSES, ROUNDS, MIXED_ROUNDS = 16, 50, 150


def test_many_writers_at_once(tmp_path: Path, record_property: Any) -> None:
    """No update of 16 times 50 is lost, and every state that a reader saw was whole."""
    ours = run_load("ours", tmp_path, processes=PROCESSES, rounds=ROUNDS)
    theirs = run_load("theirs", tmp_path, processes=PROCESSES, rounds=ROUNDS)
    for name, counted in (("ours", ours), ("theirs", theirs)):
        record_property(name, counted)
        print(name, counted)

    assert ours["updates"] == PROCESSES * ROUNDS
    assert ours["profiles"] == PROCESSES * (ROUNDS // 2 + 1)
    wrong = ("failed", "lost", "profiles lost", "sections doubled", "crashed", "left behind")
    assert {name: ours.get(name, 0) for name in wrong} == dict.fromkeys(wrong, 0)
    # Far from each state is seen; each that was seen counts.
    assert ours["states"] > PROCESSES
    seen = ("unreadable", "without the source", "gone back")
    assert {name: ours.get(name, 0) for name in seen} == dict.fromkeys(seen, 0)
    assert theirs["updates"] + theirs.get("failed", 0) == PROCESSES * ROUNDS


def test_next_to_plain_configure_set(tmp_path: Path, record_property: Any) -> None:
    """No profile is missing from what we write that was not wiped before by another tool."""
    both = run_load("mixed", tmp_path, rounds=MIXED_ROUNDS)
    record_property("mixed", both)
    print("mixed", both)

    assert both["crashed"] == 0
    assert both["rounds"] == MIXED_ROUNDS
    assert both["ours done"] + both.get("ours refused", 0) == 4 * MIXED_ROUNDS
    assert both.get("ours refused", 0) <= 2
    assert both.get("unreadable at the end", 0) == 0
    assert both["theirs done"] + both.get("theirs failed", 0) == 4 * MIXED_ROUNDS
    assert both["rounds that we wiped in"] == 0
