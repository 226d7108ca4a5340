"""A browser for ``--browser``: a script that follows redirects and keeps cookies.

It writes what it was given, and the command lines of all processes that it can see, to a file.
"""

from __future__ import annotations

import json
import shlex
import sys
import time
from pathlib import Path
from typing import Any

_SCRIPT = """#!{python}
import glob, http.cookiejar, json, os, sys, time, urllib.request
report, url = sys.argv[1:3]
def lines():
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            yield open(path, "rb").read().replace(b"\\0", b" ").decode(errors="replace")
        except OSError:
            pass
seen = {{"words": sys.argv[2:], "variables": dict(os.environ), "processes": list(lines())}}
def write():
    with open(report + ".new", "w") as file:
        json.dump(seen, file)
    os.replace(report + ".new", report)
if {is_silent}:
    write()
    time.sleep(60)
jar = http.cookiejar.CookieJar()
opener = urllib.request.build_opener(
    urllib.request.ProxyHandler({{}}), urllib.request.HTTPCookieProcessor(jar))
try:
    with opener.open(url, timeout=20) as response:
        seen.update(page=response.read().decode(), address=response.url)
except Exception as error:
    seen.update(address=repr(error))
seen["cookies"] = {{one.name: one.value for one in jar}}
write()
"""


class TemplateBrowser:
    """The script in a folder of its own, as a template for ``--browser``.

    With ``is_silent`` it opens nothing and waits.
    """

    def __init__(self, folder: Path, is_silent: bool = False) -> None:
        folder.mkdir()
        self._script = folder / "browser"
        self._report = folder / "report.json"
        self._script.write_text(_SCRIPT.format(python=sys.executable, is_silent=is_silent))
        self._script.chmod(0o755)

    @property
    def template(self) -> str:
        """The value of ``--browser``."""
        words = [str(self._script), str(self._report)]
        return f"{shlex.join(words)} {{url}} {{profile}} {{account}} {{role}} {{color}}"

    def seen(self) -> dict[str, Any]:
        """Return what the browser saw; it may still be at work."""
        deadline = time.monotonic() + 60
        while not self._report.exists():
            assert time.monotonic() < deadline, "the browser has not come to an end"
            time.sleep(0.02)
        found: dict[str, Any] = json.loads(self._report.read_text())
        return found
