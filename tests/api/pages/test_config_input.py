"""Forms of the config page are read as any form is."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.http.problems import Problem
from api.pages.clients.config_input import FIELDS_MAX, filled_form


@given(st.dictionaries(st.text(min_size=1), st.text()))
def test_what_a_browser_writes_is_read(fields: dict[str, str]) -> None:
    written = {
        name.encode("utf-8", "replace").decode(): value.encode("utf-8", "replace").decode()
        for name, value in fields.items()
    }
    assert filled_form(urlencode(written).encode()) == written


@given(st.lists(st.sampled_from([b"a", b"=", b"&", b"+", b"%3d", b"%0A", b"_", b"\r\n", b" "])))
def test_any_other_form_is_read_as_the_standard_library_reads_it(pieces: list[bytes]) -> None:
    content = b"".join(pieces)
    assert filled_form(content) == dict(parse_qsl(content.decode(), keep_blank_values=True))


@pytest.mark.parametrize("content", [b"a=%", b"a=%4", b"a=%zz", b"a=1&" * FIELDS_MAX])
def test_what_no_browser_writes_is_refused(content: bytes) -> None:
    with pytest.raises(Problem):
        filled_form(content)
