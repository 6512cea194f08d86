"""What is wrong with the structured data (schema.org, JSON-LD) of a page; whatever it is, it is read without a fall."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

SCHEMA = "https://schema.org"
REQUIRED = {
    "Organization": ("name", "url"),
    "SoftwareApplication": ("name", "applicationCategory"),
    "BreadcrumbList": ("itemListElement",),
    "NewsArticle": ("headline", "datePublished", "inLanguage", "author", "mainEntityOfPage"),
}


def read(texts: list[tuple[int, str]]) -> tuple[list[tuple[int, dict[str, Any]]], list[tuple[int, str]]]:
    """Return the items of all scripts with their lines, and what cannot be read as items."""
    items, faults = [], []
    for line, text in texts:
        try:
            data = json.loads(text)
        except ValueError as error:
            faults.append((line, f"JSON-LD nejde přečíst: {error}"))
            continue
        for item in data if isinstance(data, list) else [data]:
            if isinstance(item, dict):
                items.append((line, item))
            else:
                faults.append((line, f"JSON-LD: {json.dumps(item)} není objekt"))
    return items, faults


def kind(item: dict[str, Any]) -> str:
    """Return the type of an item, or an empty text."""
    name = item.get("@type")
    return name if isinstance(name, str) else ""


def faults(item: dict[str, Any], known: set[str], address: str) -> Iterator[str]:
    """Say what is wrong with one item of the page at `address`, where the `known` @ids are."""
    if item.get("@context") != SCHEMA:
        yield f"chybí @context {SCHEMA}"
    if kind(item) not in REQUIRED:
        yield "neznámý typ"
    for name in REQUIRED.get(kind(item), ()):
        if not item.get(name):
            yield f"chybí {name}"
    if "itemListElement" in item:
        yield from step_faults(item["itemListElement"], address)
    if item.get("mainEntityOfPage", address) != address:
        yield "mainEntityOfPage není adresa stránky"
    for part in objects(item):
        for name, value in part.items():
            if name.startswith("date") and not is_date(value):
                yield f"{name} není datum podle ISO 8601"
        if part.keys() == {"@id"} and part["@id"] not in known:
            yield f"@id {part['@id']} na stránce není"


def step_faults(steps: Any, address: str) -> Iterator[str]:
    """Say what is wrong with the steps of a way that is to end at `address`."""
    if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
        yield "itemListElement není seznam objektů"
        return
    if [step.get("position") for step in steps] != list(range(1, len(steps) + 1)):
        yield "pozice nejdou po jedné"
    if steps and steps[-1].get("item") != address:
        yield "poslední krok nevede na stránku samu"


def is_date(value: Any) -> bool:
    """Tell whether the value is a date, or a moment with its zone."""
    try:
        return isinstance(value, str) and (datetime.fromisoformat(value).tzinfo is not None or len(value) == 10)
    except ValueError:
        return False


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Give every object inside structured data."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(inner)


def texts(value: Any) -> Iterator[str]:
    """Give every text inside structured data, but contexts."""
    for part in objects(value):
        for name, inner in part.items():
            if name != "@context":
                yield from (text for text in (inner if isinstance(inner, list) else [inner]) if isinstance(text, str))
