"""Keep credentials out of ``--debug`` and of the CLI's history while STS is talked to.

Seen on 2.38.5, 2.11.0 and 1.46.3: botocore logs the whole answer of STS
(botocore.parsers), the signed headers with the caller's own session token
(botocore.auth, botocore.endpoint), and records both bodies for ``aws history``.
"""

from __future__ import annotations

import logging
import re
import traceback
from contextlib import contextmanager
from typing import Iterator

from awscli_assume.host import get_global_history_recorder

# The loggers that --debug gives a handler to (clidriver.py, both majors).
_LOGGERS = ("botocore", "awscli", "s3transfer", "urllib3")
# A record that holds one of these words may hold what belongs to it. It covers
# the names in XML, JSON, headers, the query protocol and Python's own repr.
_MARKS = re.compile(
    r"secret|token|access_?key|samlassertion|authorization|password", re.IGNORECASE
)
_NOTICE = "(withheld by aws assume: this record may hold credentials)"


class RedactCredentials(logging.Filter):
    """Replace a record that may hold credentials by a notice of the same logger."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, without its text where that may be sensitive."""
        if _MARKS.search(_text_of(record)):
            record.msg, record.args = _NOTICE, ()
            record.exc_info = record.exc_text = record.stack_info = None
        return True


def _text_of(record: logging.LogRecord) -> str:
    try:
        text = record.getMessage()
    except (TypeError, ValueError):
        # A record with the wrong arguments: what is in them may be anything.
        text = f"{record.msg} {record.args}"
    if record.exc_info:
        text += "".join(traceback.format_exception(*record.exc_info))
    return text + (record.exc_text or "")


@contextmanager
def credentials_redacted() -> Iterator[None]:
    """Stop the history recorder and filter the CLI's log handlers for a while."""
    recorder = get_global_history_recorder()
    # botocore has no public question for it (history.py, all versions).
    was_recording = bool(getattr(recorder, "_enabled", False))
    handlers = {handler for name in _LOGGERS for handler in logging.getLogger(name).handlers}
    withhold = RedactCredentials()
    recorder.disable()
    for handler in handlers:
        handler.addFilter(withhold)
    try:
        yield
    finally:
        for handler in handlers:
            handler.removeFilter(withhold)
        if was_recording:
            recorder.enable()
