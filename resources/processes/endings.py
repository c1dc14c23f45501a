"""The end of a process over an error that was raised on purpose: one line, exit code 2."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from infringement_dagster.domain.errors import InfringementError

EXIT_CODE = 2  # as for a wrong option


def _to_standard_error(line: str) -> None:
    sys.stderr.write(f"{line}\n")


@contextmanager
def explained_end(say: Callable[[str], None] = _to_standard_error) -> Iterator[None]:
    """Guarantees that an expected error ends the process with one line, a fault with its trace."""
    try:
        yield
    except InfringementError as error:
        say(f"error: {one_line(str(error))}")
        sys.exit(EXIT_CODE)
    except KeyboardInterrupt:
        sys.exit(130)


def one_line(text: str) -> str:
    """The text without line breaks: messages of servers and logs bring theirs along."""
    return " ".join(part.strip() for part in text.splitlines() if part.strip())
