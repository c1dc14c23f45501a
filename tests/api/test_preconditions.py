from __future__ import annotations

import pytest

from tests.api.conftest import CONFIG, Caller


@pytest.mark.parametrize("given", ["1", '"1"', 'W/"1"'])
def test_a_version_is_taken_with_and_without_quotes(acme: Caller, given: str) -> None:
    acme("PUT", "config", json=CONFIG, headers={"If-Match": "0"}, expect=200)
    changed = CONFIG | {"fraud_terms": ["replica"]}
    saved = acme("PUT", "config", json=changed, headers={"If-Match": given}, expect=200)
    assert saved.headers["etag"] == '"2"'
    stale = acme("PUT", "config", json=CONFIG, headers={"If-Match": given}, expect=412)
    assert stale.json()["type"].endswith(":stale-config")


@pytest.mark.parametrize("given", ["*", '"1", "2"', "abc", '"abc"', '""', "-1", "'1'", "1.0"])
def test_what_is_no_version_is_refused_in_words_that_help(acme: Caller, given: str) -> None:
    refused = acme("PUT", "config", json=CONFIG, headers={"If-Match": given}, expect=422).json()
    assert refused["errors"][0]["place"] == "header"
    assert 'such as "3"' in refused["detail"]
