"""The page on which people log in, with the reason when they were refused."""

from __future__ import annotations

from starlette.responses import Response

from api.backend import Backend
from api.http.problems import Problem
from api.pages.rendering import NOBODY, render
from api.pages.ways_back import own_path


def log_in_page(
    backend: Backend, back_to: str, email: str = "", refusal: Problem | None = None
) -> Response:
    """The form for address and password, and the provider's button where there is one."""
    page = render(
        "log_in.html",
        NOBODY,
        status=200 if refusal is None else refusal.kind.status,
        back_to=own_path(back_to),
        email=email,
        refusal=refusal,
        provider=backend.open_id.access.name if backend.open_id else None,
    )
    page.headers.update((refusal.headers if refusal else None) or {})
    return page
