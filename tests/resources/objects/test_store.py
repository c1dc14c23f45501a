from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import boto3
import pytest
from botocore.exceptions import ClientError

from resources.objects.object_lock import NotLocked
from resources.objects.store import BadObjectStoreUrl, ObjectMissing, ObjectStore, sha256_hex
from tests.support.s3_server import ACCESS


@pytest.fixture(params=["directory", "s3"])
def objects(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> ObjectStore:
    """An empty store of each kind; keys of a test's own keep S3's apart."""
    if request.param == "directory":
        return ObjectStore(str(tmp_path / "objects"))
    url = request.getfixturevalue("s3_url")
    for name, value in ACCESS.items():
        monkeypatch.setenv(name, value)
    return ObjectStore(url.replace("bucket", f"bucket-{uuid4().hex[:8]}"))


def test_a_directory_of_objects_is_its_owners_alone(tmp_path: Path) -> None:
    ObjectStore(str(tmp_path / "objects")).put_once("clients/a/images/x", b"bytes")
    assert (tmp_path / "objects").stat().st_mode & 0o777 == 0o700


def test_an_object_is_read_as_it_was_written(objects: ObjectStore) -> None:
    assert objects.put_once("clients/a/images/x", b"\x00bytes")
    assert objects.get("clients/a/images/x") == b"\x00bytes"


def test_an_object_once_written_never_changes(objects: ObjectStore) -> None:
    objects.put_once("key", b"first")
    assert not objects.put_once("key", b"second")
    assert objects.get("key") == b"first"


def test_of_many_writers_one_writes(objects: ObjectStore) -> None:
    objects.put_once("made beforehand", b"")  # S3 servers may refuse while a bucket appears
    start = threading.Barrier(8)

    def write(number: int) -> bool:
        start.wait()
        return objects.put_once("key", b"%d" % number)

    with ThreadPoolExecutor(8) as threads:
        written = list(threads.map(write, range(8)))
    assert sorted(written) == [False] * 7 + [True]
    assert objects.get("key") == b"%d" % written.index(True)


def test_many_objects_are_written_together_and_the_first_of_a_key_stays(
    objects: ObjectStore,
) -> None:
    objects.put_once("key/7", b"first")
    objects.put_all_once({f"key/{number}": b"%d" % number for number in range(40)})
    objects.put_all_once({})
    read = {number: objects.get(f"key/{number}") for number in range(40)}
    assert read == {number: b"%d" % number for number in range(40)} | {7: b"first"}


def test_a_missing_object_is_named(objects: ObjectStore) -> None:
    with pytest.raises(ObjectMissing, match="'clients/a/none'"):
        objects.get("clients/a/none")


def test_keys_are_listed_below_a_prefix(objects: ObjectStore) -> None:
    for key in ("clients/a/1", "clients/a/2", "clients/b/1"):
        objects.put_once(key, b"")
    assert objects.keys("clients/a") == ["clients/a/1", "clients/a/2"]


def test_deleted_objects_are_gone_and_others_stay(objects: ObjectStore) -> None:
    for key in ("clients/a/1", "clients/a/x/2", "clients/a-b/1"):
        objects.put_once(key, b"content")
    objects.delete(["clients/a/1", "clients/a/x/2", "clients/a/never"])
    objects.delete(["clients/a/1"])
    assert objects.keys("clients/") == ["clients/a-b/1"]


@pytest.mark.parametrize(
    "location", ["", "ftp://host/x", "s3://", "s3://bucket?endpont=x", "s3://bucket?lock_days=x"]
)
def test_a_bad_location_is_refused(location: str) -> None:
    with pytest.raises(BadObjectStoreUrl):
        ObjectStore(location)


def test_sha256_is_the_published_one() -> None:
    assert sha256_hex(b"abc").startswith("ba7816bf8f01cfea")


def test_a_held_object_cannot_be_deleted(s3_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ACCESS.items():
        monkeypatch.setenv(name, value)
    bucket, endpoint = f"locked-{uuid4().hex[:8]}", s3_url.partition("endpoint=")[2]
    s3 = boto3.client("s3", region_name="us-east-1", endpoint_url=endpoint)
    s3.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True)
    store = ObjectStore(f"s3://{bucket}?endpoint={endpoint}&lock_days=7")
    store.put_once("evidence", b"frozen")
    store.hold("evidence")
    version = s3.list_object_versions(Bucket=bucket)["Versions"][0]["VersionId"]
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.delete_object(Bucket=bucket, Key="evidence", VersionId=version)
    assert store.get("evidence") == b"frozen"
    with pytest.raises(NotLocked, match="lock_days"):
        store.hold("missing")
