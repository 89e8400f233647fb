"""The REST reference as one HTML page, written from the OpenAPI document; it loads nothing."""

import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from backend.platform.content_policy import CLOSED, source_of
from backend.platform.problems import SORTS

Schema = Mapping[str, Any]
Operation = tuple[str, str, Schema]

CODE = re.compile("`([^`]+)`")
STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
h2 { margin-top: 3rem; text-transform: capitalize; }
section { border-top: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
code { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
h3 code:first-child { display: inline-block; min-width: 4.5rem; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; margin: 0.5rem 0 1rem; }
caption { text-align: left; font-weight: 600; }
th, td { text-align: left; vertical-align: top; padding: 0.25rem 1rem 0.25rem 0; }
td { border-top: 1px solid color-mix(in srgb, currentColor 12%, transparent); }
"""
CONTENT_POLICY = f"{CLOSED}; style-src {source_of(STYLE)}"
INTRODUCTION = """
<p>Send a key, made with <code>leadflow api-key create</code>, as
<code>Authorization: Bearer lf_live_...</code>. Lists answer
<code>{"items": [...], "next_cursor": ...}</code>; ask again with
<code>?cursor=</code> until <code>next_cursor</code> is null. Times are ISO 8601 in UTC.
The same as a document for programs: <a href="/v1/openapi.json">/v1/openapi.json</a>.</p>
<p>A <code>POST</code> may carry a name, such as a UUID, as <code>Idempotency-Key</code>. Sent again
with the same name within a day it has no second effect and gets the same answer, marked with
<code>Idempotency-Replayed: true</code>. The name on another request, or while the first is still
being answered, is refused with 409.</p>
<p>How many requests are left this minute is in <code>RateLimit</code>; who sends more gets 429 and
<code>Retry-After</code>.</p>
"""


def page(document: Schema) -> str:
    """Return the whole page."""
    by_tag: dict[str, list[Operation]] = {}
    for operation in _operations(document):
        tag = operation[2].get("tags", ["other"])[0]
        by_tag.setdefault(tag, []).append(operation)
    body = "".join(_chapter(document, tag, operations) for tag, operations in by_tag.items())
    title = escape(f"{document['info']['title']} {document['info']['version']}")
    links = " ".join(f'<a href="#{escape(tag)}">{escape(tag)}</a>' for tag in by_tag)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}</style></head><body><h1>{title}</h1>"
        f'{INTRODUCTION}<nav>{links} <a href="#problems">problems</a></nav>'
        f"<main>{body}{_problems()}</main></body></html>"
    )


def _operations(document: Schema) -> Iterator[Operation]:
    paths: Mapping[str, Schema] = document["paths"]
    for path, methods in paths.items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def _chapter(document: Schema, tag: str, operations: list[Operation]) -> str:
    entries = "".join(_entry(document, *operation) for operation in operations)
    return f'<h2 id="{escape(tag)}">{escape(tag)}</h2>{entries}'


def _entry(document: Schema, method: str, path: str, operation: Schema) -> str:
    given: list[Schema] = operation.get("parameters", [])
    parameters = [one for one in given if "$ref" not in one]  # those of all are said above
    asked = [
        (
            f"{one['name']} ({one['in']})",
            _form(document, one["schema"]),
            one.get("description", ""),
            bool(one.get("required")),
        )
        for one in parameters
    ]
    sent = operation.get("requestBody", {}).get("content", {}).get("application/json")
    answers = {
        status: content["schema"]
        for status, answer in operation["responses"].items()
        if (content := answer.get("content", {}).get("application/json"))
    }
    tables = [_table("Parameters", asked)] if asked else []
    if sent:
        tables.append(_table("Body", list(_fields(document, sent["schema"]))))
    tables += [
        _table(f"Answer {status}", list(_fields(document, schema)))
        for status, schema in answers.items()
    ]
    return (
        f"<section><h3><code>{method}</code> <code>{escape(path)}</code></h3>"
        f"<p>{_said(operation.get('description', ''))}</p>{''.join(tables)}</section>"
    )


def _fields(document: Schema, schema: Schema) -> Iterator[tuple[str, str, str, bool]]:
    found = _resolved(document, schema)
    needed: list[str] = found.get("required", [])
    properties: Mapping[str, Schema] = found.get("properties", {})
    for name, one in properties.items():
        yield name, _form(document, one), one.get("description", ""), name in needed
        if name == "items":
            for inner, form, said, is_needed in _fields(document, one["items"]):
                yield f"items[].{inner}", form, said, is_needed


def _resolved(document: Schema, schema: Schema) -> Schema:
    """Follow a reference, or the one alternative to null."""
    given: list[Schema] = schema.get("anyOf", [schema])
    chosen = next((one for one in given if one.get("type") != "null"), schema)
    name = chosen.get("$ref", "").rpartition("/")[2]
    return document["components"]["schemas"][name] if name else chosen


def _form(document: Schema, schema: Schema) -> str:
    """Say in a few words what a value looks like."""
    if "anyOf" in schema:
        return " or ".join(_form(document, one) for one in schema["anyOf"])
    found = _resolved(document, schema)
    if "enum" in found:
        return " | ".join(map(str, found["enum"]))
    if found.get("type") == "array":
        return f"list of {_form(document, found['items'])}"
    form = str(found.get("format") or found.get("type") or "any value")
    return f"{form}, {schema['default']} by default" if "default" in schema else form


def _table(caption: str, rows: list[tuple[str, str, str, bool]]) -> str:
    lines = "".join(
        f"<tr><td><code>{escape(name)}</code>{'' if is_needed else ' optional'}</td>"
        f"<td>{escape(form)}</td><td>{_said(said)}</td></tr>"
        for name, form, said, is_needed in rows
    )
    return f"<table><caption>{escape(caption)}</caption>{lines}</table>"


def _said(words: str) -> str:
    """Write a sentence, with what stands in backticks as code."""
    return CODE.sub(r"<code>\1</code>", escape(words))


def _problems() -> str:
    lines = "".join(
        f'<tr id="{sort.name}"><td>{sort.status}</td><td><code>{sort.name}</code></td>'
        f"<td>{escape(sort.title)}</td></tr>"
        for sort in SORTS
    )
    return (
        '<h2 id="problems">Problems</h2><p>A refusal is a problem document (RFC 9457): '
        "<code>type</code>, <code>title</code>, <code>status</code>, <code>detail</code>, "
        "<code>instance</code>, <code>request_id</code>, and for wrong input <code>field</code>, "
        "<code>expected</code> and every fault in <code>errors</code>.</p>"
        f"<table>{lines}</table>"
    )
