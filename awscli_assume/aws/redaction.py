"""Keep credentials out of ``--debug`` output and of the CLI's history during AWS calls.

Seen on 2.38.5, 2.11.0 and 1.46.3: botocore logs the complete response of STS
(botocore.parsers) and the signed headers with the caller's session token
(botocore.auth, botocore.endpoint), and records both bodies for ``aws history``.
"""

from __future__ import annotations

import logging
import re
import traceback
from contextlib import contextmanager
from typing import Iterator
from urllib.parse import urlsplit

from awscli_assume.host import DEBUG_LOGGERS, get_global_history_recorder

# Names of secrets in XML, JSON, headers, the query protocol and Python's repr. A log
# record with one of them may hold the value as well.
_MARKS = re.compile(
    r"secret|token|access_?key|samlassertion|authorization|password|session_?(?:id|key)\b|"
    # The query of a sign-in URL, however much of it is quoted.
    r"/federation\?|redirect_uri",
    re.IGNORECASE,
)
_NOTICE = "(redacted by aws assume: this log record may contain credentials)"


def is_encrypted_or_local(url: str) -> bool:
    """Return whether a secret may be sent to a URL: one of https, or of this machine."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    is_local = parts.hostname in ("127.0.0.1", "::1", "localhost")
    return parts.scheme == "https" or (parts.scheme == "http" and is_local)


class RedactCredentials(logging.Filter):
    """Replace the text of log records that may contain credentials by a notice."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass; remove its text where that may be sensitive."""
        if _MARKS.search(_text_of(record)):
            record.msg, record.args = _NOTICE, ()
            record.exc_info = record.exc_text = record.stack_info = None
        return True


def _text_of(record: logging.LogRecord) -> str:
    try:
        text = record.getMessage()
    except (TypeError, ValueError):
        # The arguments do not fit the format. They may still be secrets.
        text = f"{record.msg} {record.args}"
    if record.exc_info:
        text += "".join(traceback.format_exception(*record.exc_info))
    return text + (record.exc_text or "")


@contextmanager
def credentials_redacted() -> Iterator[None]:
    """Disable the history recorder and redact the CLI's logs inside the block."""
    recorder = get_global_history_recorder()
    # botocore has no public attribute for it (history.py, all versions).
    was_recording = bool(getattr(recorder, "_enabled", False))
    handlers = {handler for name in DEBUG_LOGGERS for handler in logging.getLogger(name).handlers}
    redact = RedactCredentials()
    recorder.disable()
    for handler in handlers:
        handler.addFilter(redact)
    try:
        yield
    finally:
        for handler in handlers:
            handler.removeFilter(redact)
        if was_recording:
            recorder.enable()
