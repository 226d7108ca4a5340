"""INI files for display: secrets masked, and access key ids cut to four characters."""

from __future__ import annotations

import difflib
import re

from awscli_assume.files.ini import indent_of, is_comment, split_lines

# A placeholder for a value that is not known yet; it is no secret.
NEW = "(new)"
_SECRET = r"(?:secret|token(?!_expires|[-_]file)|password)"  # noqa: S105 - names of keys
# A key that is commented out is still a secret.
_SECRET_KEY = re.compile(rf"^([\s#;]*[^=:\n]*{_SECRET}[^=:\n]*[=:][ \t]*)(.*)", re.I)
_KEY_ID = re.compile(r"^([\s#;]*[^=:\n]*access_key_id\s*[=:][ \t]*)(.*)", re.I)


def is_secret(key: str) -> bool:
    """Return whether the value of a key is a secret, by the key's name."""
    return re.search(_SECRET, key, re.I) is not None


def masked_diff(path: str, before: bytes, after: bytes) -> tuple[str, ...]:
    """Return the lines of a unified diff, masked; none where nothing changes."""
    old, new = (mask(content.decode("utf-8", "replace")) for content in (before, after))
    return tuple(difflib.unified_diff(old, new, path, path, lineterm=""))


def mask(text: str) -> list[str]:
    """Return the lines of an INI file, with secrets masked and access key ids cut to four."""
    lines = []
    # The indent of the secret key whose value the next lines may continue.
    secret_indent = -1
    for line in split_lines(text):
        line = line.rstrip("\r\n")
        indent = indent_of(line)
        secret = _SECRET_KEY.match(line)
        found = secret or _KEY_ID.match(line)
        if secret_indent >= 0 and line.strip() and indent > secret_indent:
            line = " " * indent + "****"
        elif found is not None:
            secret_indent = secret_indent if is_comment(line) else indent
            if found[2] != NEW:
                # Of a secret nothing is shown, of an access key id the last four characters.
                end = found[2][-4:] if secret is None else ""
                line = f"{found[1]}****{end}"
        elif not is_comment(line):
            secret_indent = -1
        lines.append(line)
    return lines
