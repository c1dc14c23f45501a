"""`infringement providers`: who reads what, and the kit over answers that are asked for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from resources.settings import PROJECT_DIR


def command(sandbox_url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    own = ("SCRAPERAPI", "EBAY", "INFRINGEMENT")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    return subprocess.run(
        [Path(sys.executable).with_name("infringement"), "providers", *arguments],
        env={**inherited, "INFRINGEMENT_SANDBOX_URL": sandbox_url},
        capture_output=True,
        text=True,
        check=False,
        cwd=PROJECT_DIR,
    )


def test_each_provider_is_listed_with_all_that_read_it(sandbox_url: str) -> None:
    told = json.loads(command(sandbox_url, "list", "--json").stdout)
    ebay = next(one for one in told["providers"] if one["name"] == "ebay")
    assert (ebay["vendor"], ebay["search_page_credits"]) == ("scraperapi", 1)
    assert [vendor["vendor"] for vendor in ebay["vendors"]] == ["scraperapi", "ebay_browse"]
    assert "ebay_browse" in command(sandbox_url, "list").stdout


def test_the_kit_asks_a_vendor_itself(sandbox_url: str) -> None:
    asked = ("check", "ebay", "--vendor", "ebay_browse", "--ask", "kelvarra")
    done = command(sandbox_url, *asked, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    results = json.loads(done.stdout)
    assert results[0]["check"] == "asking"
    assert [result["problems"] for result in results] == [[]] * len(results)


def test_what_cannot_be_checked_says_why(sandbox_url: str, tmp_path: Path) -> None:
    for arguments, told in (
        (("ebay",), "--captures"),
        (("ebay", "--ask", "x", "--captures", str(tmp_path)), "--captures"),
        (("file", "--ask", "x"), "nobody can be asked about file"),
        (("ebay", "--vendor", "etsy", "--ask", "x"), "reads eBay through 'etsy'"),
        (
            ("ebay", "--vendor", "ebay_browse", "--captures", str(tmp_path)),
            "ebay-browse-search-WORDS-page1.json",
        ),
    ):
        done = command(sandbox_url, "check", *arguments)
        assert done.returncode not in (0, 1), arguments
        assert told in done.stderr.replace("\n", ""), arguments
