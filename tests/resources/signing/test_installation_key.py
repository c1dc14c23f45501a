from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr

from infringement_dagster.evidence.signature import SigningKey, new_signing_key
from resources.settings import Settings
from resources.signing.installation_key import KEY_FILE, UnusableSigningKey, installation_key


def key_of(home: Path, given: str | None = None) -> SigningKey:
    secret = None if given is None else SecretStr(given)
    return installation_key(Settings(state_dir=home, evidence_signing_key=secret))


def test_the_first_use_makes_a_key_that_only_its_owner_reads(tmp_path: Path) -> None:
    home = tmp_path / "home"
    made = key_of(home)
    assert stat.S_IMODE((home / KEY_FILE).stat().st_mode) == 0o600
    assert key_of(home).public.fingerprint == made.public.fingerprint
    assert [path.name for path in home.iterdir()] == [KEY_FILE]


def test_processes_that_use_it_first_at_once_sign_with_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as threads:
        keys = list(threads.map(lambda _: key_of(tmp_path), range(64)))
    assert len({key.public.fingerprint for key in keys}) == 1


def test_a_given_key_is_used_and_none_is_made(tmp_path: Path) -> None:
    given = new_signing_key()
    used = key_of(tmp_path, given.private_pem.decode())
    assert used.public.fingerprint == given.public.fingerprint
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_others_read_is_refused(tmp_path: Path) -> None:
    key_of(tmp_path)
    (tmp_path / KEY_FILE).chmod(0o640)
    with pytest.raises(UnusableSigningKey, match="chmod 600"):
        key_of(tmp_path)


@pytest.mark.parametrize("text", ["no key", new_signing_key().public.pem.decode()])
def test_what_is_no_private_key_is_refused_without_being_repeated(
    tmp_path: Path, text: str
) -> None:
    with pytest.raises(UnusableSigningKey, match="EVIDENCE_SIGNING_KEY cannot sign") as refused:
        key_of(tmp_path, text)
    assert text not in str(refused.value)
