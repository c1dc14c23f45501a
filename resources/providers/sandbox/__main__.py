"""Starts the sandbox: `python -m resources.providers.sandbox --port 0 --print-url`.

Port 0 takes a free port; the address is printed once it answers.
"""

from __future__ import annotations

import argparse
import socket
import sys
from pathlib import Path

import uvicorn

from resources.providers.sandbox.app import DOCUMENTED_CREDITS, Sandbox, create_app
from resources.providers.sandbox.captures import CapturedPages, DealtPhotos
from resources.providers.sandbox.catalogue import Catalogue
from resources.providers.sandbox.faults import FaultRates
from resources.providers.sandbox.ledger import Ledger


def main(arguments: list[str] | None = None) -> int:
    """Serves until it is told to stop; 2 for options that make no sense."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.photos is not None and options.captures is None:
        parser.error("--photos serves the photos of captured pages: give --captures too")
    try:
        sandbox = _sandbox(options)
    except OSError as error:
        parser.error(str(error))
    listener = socket.create_server((options.host, options.port), backlog=512)
    if options.print_url:
        host, port = listener.getsockname()[:2]
        sys.stdout.write(f"http://{host}:{port}\n")
        sys.stdout.flush()
    config = uvicorn.Config(
        create_app(sandbox), log_level="warning", timeout_graceful_shutdown=1, lifespan="off"
    )
    uvicorn.Server(config).run(sockets=[listener])
    return 0


def _sandbox(options: argparse.Namespace) -> Sandbox:
    photos = DealtPhotos(options.photos) if options.photos else None
    log = options.log.open("a", encoding="utf-8") if options.log else None
    return Sandbox(
        catalogue=Catalogue(options.seed, options.filler_rows, options.filler_photos),
        rates=FaultRates(
            too_many=options.fault_429_rate,
            gave_up=options.fault_500_rate,
            timeout=options.fault_timeout_rate,
            empty=options.fault_empty_rate,
            truncated=options.fault_truncated_rate,
            unauthorized=options.fault_401_rate,
            odd_value=options.odd_value_rate,
            latency_seconds=options.latency_ms / 1000,
            jitter_seconds=options.jitter_ms / 1000,
            slow_seconds=options.slow_seconds,
            timeout_seconds=options.timeout_seconds,
            photo_latency_seconds=options.photo_latency_ms / 1000,
        ),
        ledger=Ledger(log),
        concurrency_limit=options.concurrency_limit,
        captures=CapturedPages(options.captures, photos) if options.captures else None,
        photos=photos,
        credits=DOCUMENTED_CREDITS | dict(options.credits),
        browse_calls_a_day=options.browse_calls_a_day,
        token_seconds=options.token_seconds,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m resources.providers.sandbox", description=__doc__.splitlines()[0]
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1")
    add("--port", type=int, default=0, help="0 takes a free one")
    add("--print-url", action="store_true", help="print the address once it answers")
    add("--seed", type=int, default=0, help="of the catalogue and of all faults")
    add("--filler-rows", type=int, default=40, help="rows for queries that name no demo brand")
    add("--filler-photos", type=int, default=100, help="distinct ones that these rows share")
    add("--captures", type=_folder, help="replay saved answers from this folder")
    add("--photos", type=_folder, help="serve the photos of --captures from this folder")
    add("--log", type=Path, help="append one JSON line per request")
    add("--concurrency-limit", type=int, default=20, help="requests in flight per key, then 429")
    add("--credits", type=_credits, action="append", default=[], help="of a site, as ebay=5")
    add("--latency-ms", type=float, default=0)
    add("--jitter-ms", type=float, default=0, help="added to the latency, up to this much")
    add("--photo-latency-ms", type=float, default=0)
    add("--slow-seconds", type=float, default=1, help="before a 500")
    add("--timeout-seconds", type=float, default=90, help="before a time-out's 500")
    add("--browse-calls-a-day", type=int, help="of eBay's own API, then 429")
    add("--token-seconds", type=float, default=7200, help="that a token of eBay's own API lives")
    add("--odd-value-rate", type=float, default=0, help="share of rows with a hostile value")
    for fault in ("401", "429", "500", "timeout", "empty", "truncated"):
        add(f"--fault-{fault}-rate", type=float, default=0, help="share of requests, 0 to 1")
    return parser


def _credits(text: str) -> tuple[str, int]:
    site, _, credits = text.partition("=")
    if not site or not credits.isdecimal():
        raise argparse.ArgumentTypeError(f"{text} is not like ebay=5")
    return site, int(credits)


def _folder(path: str) -> Path:
    folder = Path(path)
    if not folder.is_dir():
        raise argparse.ArgumentTypeError(f"{path} is not a folder")
    return folder


if __name__ == "__main__":
    sys.exit(main())
