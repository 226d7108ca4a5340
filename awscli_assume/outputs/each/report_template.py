"""The parts of the report that are the same in each: style, script, and the frame around them.

The page loads nothing: its content security policy allows the style and the script that are in
it, by their digests, and nothing else. Without a script the page is complete, but not sortable.
"""

from __future__ import annotations

import base64
import hashlib

STYLE = """
:root { color-scheme: light dark; --back: #fff; --text: #16191f; --soft: #5f6b7a;
  --line: #d5dbdb; --head: #f2f3f3; --good: #037f0c; --bad: #d91515; --none: #687078; }
@media (prefers-color-scheme: dark) { :root { --back: #0f1b2a; --text: #e9ebed;
  --soft: #95a5b8; --line: #414d5c; --head: #192534; --good: #29ad32; --bad: #ff5d64;
  --none: #8d99a8; } }
body { background: var(--back); color: var(--text); margin: 2rem auto; max-width: 75rem;
  padding: 0 1rem; font: 15px/1.45 system-ui, sans-serif; }
h1 { font-size: 1.4rem; overflow-wrap: anywhere; } h2 { font-size: 1.05rem; }
.soft { color: var(--soft); } .good { color: var(--good); } .bad { color: var(--bad); }
.none { color: var(--none); }
.charts { display: flex; flex-wrap: wrap; gap: 2rem; }
.charts section { flex: 1 1 24rem; min-width: 0; } svg { width: 100%; height: auto; }
svg text { fill: currentColor; font-size: 12px; } svg .axis { stroke: var(--line); }
svg .good { fill: var(--good); } svg .bad { fill: var(--bad); } svg .none { fill: var(--none); }
form { display: flex; flex-wrap: wrap; gap: 1rem; align-items: center; margin: 1rem 0; }
input, select { font: inherit; padding: .25rem .5rem; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .35rem .6rem; text-align: left;
  vertical-align: top; white-space: nowrap; } th { background: var(--head); }
th button { background: none; border: 0; color: inherit; cursor: pointer; font: inherit;
  font-weight: 600; padding: 0; }
th[aria-sort=ascending] button::after { content: " \\2191"; }
th[aria-sort=descending] button::after { content: " \\2193"; }
td:first-child { white-space: normal; overflow-wrap: anywhere; min-width: 8rem; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
td.message { white-space: pre-wrap; overflow-wrap: anywhere; min-width: 16rem; }
@media print { form { display: none; } }
"""

SCRIPT = """
"use strict";
const body = document.querySelector("tbody");
const rows = Array.from(body.rows);
const text = document.getElementById("filter");
const kind = document.getElementById("kind");
function show() {
  const words = text.value.toLowerCase().split(/\\s+/);
  let count = 0;
  for (const row of rows) {
    const content = row.textContent.toLowerCase();
    const isShown = (!kind.value || row.dataset.kind === kind.value) &&
      words.every((word) => content.includes(word));
    row.hidden = !isShown;
    count += isShown;
  }
  document.getElementById("count").textContent = count + " of " + rows.length;
}
function value(row, column) {
  const cell = row.cells[column];
  return "value" in cell.dataset ? Number(cell.dataset.value) : cell.textContent;
}
function compare(first, second) {
  return typeof first === "number" ? first - second : first.localeCompare(second);
}
const heads = Array.from(document.querySelectorAll("th"));
heads.forEach((head, column) => head.querySelector("button").addEventListener("click", () => {
  const isDown = head.getAttribute("aria-sort") === "ascending";
  heads.forEach((one) => one.removeAttribute("aria-sort"));
  head.setAttribute("aria-sort", isDown ? "descending" : "ascending");
  rows.sort((a, b) => compare(value(a, column), value(b, column)) * (isDown ? -1 : 1));
  body.append(...rows);
}));
text.addEventListener("input", show);
kind.addEventListener("change", show);
document.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
document.querySelector("form").hidden = false;
show();
"""

_FORM = """<form hidden>
<label>Filter <input id="filter" type="search" autocomplete="off"></label>
<label>Results <select id="kind"><option value="">all</option>
<option value="bad">failed</option><option value="good">succeeded</option>
<option value="none">not run</option></select></label>
<output id="count" class="soft"></output>
</form>"""


def page(title: str, intro: str, charts: str, head: str, rows: str) -> str:
    """Return the whole page. All parts are HTML, with foreign text escaped."""
    policy = f"default-src 'none'; style-src {_digest(STYLE)}; script-src {_digest(SCRIPT)}"
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>{STYLE}</style>
</head>
<body>
<h1>{title}</h1>
{intro}
<div class="charts">{charts}</div>
{_FORM}
<div class="scroll" role="region" aria-label="Results" tabindex="0"><table>
<thead><tr>{head}</tr></thead>
<tbody>
{rows}</tbody></table></div>
<script>{SCRIPT}</script>
</body>
</html>
"""


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
