from __future__ import annotations

from pathlib import Path

import pytest

from resources.objects.store import ObjectStore


@pytest.fixture
def objects(tmp_path: Path) -> ObjectStore:
    return ObjectStore(str(tmp_path / "objects"))
