"""A bundle as it was made before bundles were signed, byte for byte, without our own writers."""

from __future__ import annotations

import hashlib
import json
import struct
import zlib

FORMAT = "infringement-evidence-bundle/1"
PHOTO = b"\x89PNG the old photo"


def old_bundle() -> bytes:
    """One capture of one case, its facts in the first format."""
    listing = _json({"format": "infringement-listing/1", "title": "Bottle"})
    signal = {"name": "image_hash", "value": 0.9, "contribution": 2.0, "explanation": "pdq 20 bits"}
    score = {"probability": 0.9, "calibrated": False, "model": "m", "signals": [signal]}
    facts = _json({"format": "infringement-page-facts/1", "score": score, "url": "https://x/1"})
    frozen = [
        ("listing_payload", f"listing/{_sha256(listing)}.json", listing),
        ("page_facts", f"facts/{_sha256(facts)}.json", facts),
        ("photo", f"photos/{_sha256(PHOTO)}.png", PHOTO),
    ]
    manifest = _json(
        {
            "format": "infringement-evidence-manifest/1",
            "files": [
                {"name": name, "kind": kind, "sha256": _sha256(item), "size_bytes": len(item)}
                for kind, name, item in frozen
            ],
        }
    )
    link = _json(
        {
            "format": "infringement-evidence-link/1",
            "chain_no": 1,
            "manifest_sha256": _sha256(manifest),
            "previous_sha256": "0" * 64,
        }
    )
    files = {name: content for _, name, content in frozen}
    files |= {f"manifests/{_sha256(manifest)}.json": manifest, "chain/000000000001.json": link}
    files["summary.html"] = b"<!doctype html>"
    sums = "".join(f"{_sha256(files[name])}  {name}\n" for name in sorted(files))
    return _container(files | {"SHA256SUMS": sums.encode()})


def _container(files: dict[str, bytes]) -> bytes:
    body, entries, directory = b"", [], b""
    for name, content in files.items():
        entries.append(_entry(name, content, len(body)))
        body += _header(name, content) + content
    index = _json({"format": FORMAT, "files": entries})
    index_at = len(body)
    for name, content, at in [
        *(
            (str(entry["name"]), files[str(entry["name"])], int(str(entry["offset"])))
            for entry in entries
        ),
        ("index.json", index, index_at),
    ]:
        directory += _directory_line(name, content, at)
    start = index_at + len(_header("index.json", index))
    body += _header("index.json", index) + index
    trailer = f"{FORMAT} index={_sha256(index)} at={start:012} size={len(index):012} container="
    count = len(files) + 1
    end = (0, 0, count, count, len(directory), len(body), len(trailer) + 64)
    body += directory + struct.pack("<4s4H2LH", b"PK\x05\x06", *end) + trailer.encode()
    return body + _sha256(body).encode()


def _entry(name: str, content: bytes, offset: int) -> dict[str, object]:
    crc32, size = zlib.crc32(content), len(content)
    fields = {"offset": offset, "size_bytes": size, "crc32": crc32, "sha256": _sha256(content)}
    return {"name": name, **fields}


def _header(name: str, content: bytes) -> bytes:
    fields = (20, 0x800, 0, 0, 0x21, zlib.crc32(content), len(content), len(content))
    return struct.pack("<4s5H3L2H", b"PK\x03\x04", *fields, len(name), 0) + name.encode()


def _directory_line(name: str, content: bytes, offset: int) -> bytes:
    fields = (0x314, 20, 0x800, 0, 0, 0x21, zlib.crc32(content), len(content), len(content))
    tail = (len(name), 0, 0, 0, 0, 0o100644 << 16, offset)
    return struct.pack("<4s6H3L5H2L", b"PK\x01\x02", *fields, *tail) + name.encode()


def _json(document: dict[str, object]) -> bytes:
    return (json.dumps(document, sort_keys=True, indent=1) + "\n").encode()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
