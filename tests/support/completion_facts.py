"""awscli_assume/completion/facts.json, made from the registry of verbs and their options.

    PYTHONPATH=tests python -m support.option_table

writes it anew. The AWS CLI's global options come from the official version 2, the regions from
botocore.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from awscli_assume.model.console.services import PAGES
from awscli_assume.model.request.root_session import TASK_POLICIES
from awscli_assume.outputs.export_formats import FORMATS
from support.hosts import REPOSITORY
from support.option_table import verbs

# The CLI's own botocore, which `import awscli` has put in place by now.
from botocore.session import Session  # isort: skip

FACTS = REPOSITORY / "awscli_assume" / "completion" / "facts.json"
EXAMPLES = REPOSITORY / "awscli_assume" / "examples" / "assume"
# Options whose values are a short list, or include one, by verb ("*" for any) and option.
VALUES = {
    ("export", "format"): list(FORMATS),
    ("create-role", "trust"): ["me", "account"],
    ("create-role", "external-id"): ["generate"],
    ("console", "service"): ["list", *sorted({*PAGES, *Session().get_available_services()})],
    ("console", "browser"): ["firefox", "chrome", "chromium", "edge", "brave", "safari"],
    ("*", "duration-seconds"): ["max"],
    ("*", "scope"): ["read-only", "view-only", "security-audit", "none"],
    ("*", "web-identity-token-file"): ["github-actions"],
    ("each", "accounts"): ["all", "identity-center"],
    ("root", "export"): list(FORMATS),
    ("root", "task-policy"): list(TASK_POLICIES),
    ("profiles", "as"): ["sso", "auto-refresh", "role"],
}


def first_sentence(text: str) -> str:
    """Return the first sentence of a help text as plain text, or its main clause if it is long."""
    plain = " ".join(re.sub(r"<[^>]*>|``|[*]", "", text).split())
    sentence = re.split(r"[.] ", plain)[0].rstrip(".:")
    return (
        sentence
        if len(sentence) <= 80
        else re.split(r": |; |, (?=by|with|also|which)", sentence)[0]
    )


def verb_facts() -> dict[str, Any]:
    """Return ``aws assume`` and its verbs, with their arguments."""
    found = {}
    for verb, command in verbs().items():
        folder = EXAMPLES if verb == "assume" else EXAMPLES / verb
        description = (folder / "_description.rst").read_text(encoding="utf-8")
        found[verb] = {
            "help": first_sentence(description),
            "arguments": {
                entry["name"]: _argument(verb, entry, command.arg_table[entry["name"]])
                for entry in command.ARG_TABLE
            },
        }
    return found


def _argument(verb: str, entry: dict[str, Any], argument: Any) -> dict[str, Any]:
    name, nargs = entry["name"], argument.nargs
    values = list(entry.get("choices") or ())
    values = values or VALUES.get((verb, name)) or VALUES.get(("*", name)) or []
    facts = {
        "help": first_sentence(entry["help_text"]),
        "type": argument.cli_type_name,
        "nargs": nargs if nargs in ("?", "*", "+") else None,
        "positional": bool(argument.positional_arg),
        "repeats": entry.get("action") in ("append", "extend"),
        "required": bool(argument.required),
        "values": values,
    }
    return {key: value for key, value in facts.items() if value}


def global_facts(cli_json: Path) -> dict[str, Any]:
    """Return the global options of an AWS CLI, from its awscli/data/cli.json."""
    options = json.loads(cli_json.read_text(encoding="utf-8"))["options"]
    return {
        name: {
            "help": first_sentence(option.get("help", "")),
            "type": "boolean" if "store" in option.get("action", "") else "string",
            **({"values": option["choices"]} if isinstance(option.get("choices"), list) else {}),
        }
        for name, option in options.items()
        if name != "version"
    }


def region_facts() -> dict[str, str]:
    """Return the regions that botocore knows, with their names."""
    partitions = Session().get_data("endpoints")["partitions"]
    return {
        name: region["description"]
        for partition in partitions
        for name, region in sorted(partition["regions"].items())
        if not partition["partition"].startswith("aws-iso")
    }


def written(facts: dict[str, Any]) -> str:
    """Return the facts as JSON with one argument a line, so that changes can be reviewed."""
    text = json.dumps(facts, indent=1, ensure_ascii=False)
    # Innermost objects and lists on one line.
    flat = re.compile(r"([\[{])\n\s+([^\[\]{}]*?)\n\s+([\]}])")
    for _ in range(2):
        text = flat.sub(lambda m: m[1] + re.sub(r"\n\s+", " ", m[2]) + m[3], text)
    return text + "\n"


def read_facts() -> dict[str, Any]:
    """Return the committed facts."""
    found: dict[str, Any] = json.loads(FACTS.read_text(encoding="utf-8"))
    return found


def write_facts() -> None:
    """Write the facts anew."""
    from support.hosts import get_host

    data = get_host("v2-2.38.5").executable.parent / "awscli" / "data"
    facts = {
        "globals": global_facts(data / "cli.json"),
        "regions": region_facts(),
        "verbs": verb_facts(),
    }
    FACTS.write_text(written(facts), encoding="utf-8")
