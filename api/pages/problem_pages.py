"""Errors as pages, for people."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from urllib.parse import quote, urlsplit

from fastapi import FastAPI, Request
from starlette.responses import RedirectResponse, Response

from api.http.problems import MEDIA_TYPE, ProblemDocument
from api.pages.languages.reader import PROGRAM_PATHS
from api.pages.rendering import NOBODY, render

Handler = Callable[[Request, Exception], Response | Awaitable[Response]]
LOG_IN_PATH = "/log-in"


def show_problems_as_pages(app: FastAPI) -> None:
    """Guarantees that people get pages where programs get problem documents."""
    for error, handler in list(app.exception_handlers.items()):
        app.exception_handlers[error] = _for_people(handler)


def _for_people(handler: Handler) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(request: Request, error: Exception) -> Response:
        given = handler(request, error)
        response = await given if inspect.isawaitable(given) else given
        return _page(request, response) if _is_persons(request) else response

    return answer


def _is_persons(request: Request) -> bool:
    if request.scope["path"].startswith(PROGRAM_PATHS):
        return False
    return _is_htmx(request) or "text/html" in request.headers.get("accept", "")


def _is_htmx(request: Request) -> bool:
    return request.headers.get("hx-request") == "true"


def _page(request: Request, response: Response) -> Response:
    if response.media_type != MEDIA_TYPE:
        return response
    problem = ProblemDocument.model_validate_json(bytes(response.body))
    if problem.type.endswith(":unauthenticated"):
        return _to_log_in(request)
    template = "problem_notice.html" if _is_htmx(request) else "problem.html"
    page = render(template, NOBODY, status=problem.status, problem=problem)
    if retry := response.headers.get("retry-after"):
        page.headers["Retry-After"] = retry
    return page


def _to_log_in(request: Request) -> Response:
    if _is_htmx(request):
        shown = urlsplit(request.headers.get("hx-current-url", "/"))
        return Response(status_code=401, headers={"HX-Redirect": _log_in_url(shown.path)})
    query = request.scope["query_string"].decode("latin-1")
    path = request.scope["path"] + (f"?{query}" if query else "")
    return RedirectResponse(_log_in_url(path if request.method == "GET" else "/"), 303)


def _log_in_url(back_to: str) -> str:
    return f"{LOG_IN_PATH}?back_to={quote(back_to, safe='/')}"
