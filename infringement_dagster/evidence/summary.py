"""A bundle's summary for people: one HTML page that opens offline and runs no script."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined


@dataclass(frozen=True, slots=True)
class ShownCapture:
    """One capture as the page shows it; `pictures` are names of files in the bundle."""

    chain_no: int
    link_sha256: str
    manifest_name: str
    listing: dict[str, Any]
    facts: dict[str, Any]
    pictures: Sequence[str]


def read_capture(
    chain_no: int, link_sha256: str, manifest_name: str, manifest: bytes, files: dict[str, bytes]
) -> ShownCapture:
    """The capture of a manifest; `files` hold at least its listing and its facts, by name."""
    listed = json.loads(manifest)["files"]
    names = {file["kind"]: file["name"] for file in listed}
    return ShownCapture(
        chain_no,
        link_sha256,
        manifest_name,
        json.loads(files[names["listing_payload"]]),
        json.loads(files[names["page_facts"]]),
        [file["name"] for file in listed if file["kind"] == "photo"],
    )


def summary_content(case_id: str, captures: Sequence[ShownCapture]) -> bytes:
    """The page; captures are in order of number."""
    environment = Environment(
        loader=PackageLoader("infringement_dagster.evidence", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template("summary.html.jinja")
    return template.render(case_id=case_id, captures=captures, newest=captures[-1]).encode()
