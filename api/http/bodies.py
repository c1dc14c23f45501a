"""Bodies that are read as they are."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request


async def raw_body(request: Request) -> bytes:
    """The whole body; the layer around the app bounds its size."""
    return await request.body()


RawBody = Annotated[bytes, Depends(raw_body)]
