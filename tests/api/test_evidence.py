from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from infringement_dagster.evidence.bundle import verify_bundle
from infringement_dagster.evidence.container import open_container
from infringement_dagster.evidence.signature import read_public_key
from infringement_dagster.evidence.time_stamp import NOT_CONFIGURED, Stamped, Unstamped
from infringement_dagster.flagging.seal_chain import check_chain, check_files
from resources.objects.store import ObjectStore
from resources.postgres.database import Database
from tests.api.case_scene import CaseScene, flag_cases
from tests.api.conftest import Caller, CallerOf
from tests.api.test_jobs import NO_WAIT, is_over
from tests.evidence.frozen import freeze
from tests.support.time_stamp_server import NEEDS_OPENSSL, local_authority, time_stamp_server
from tests.support.waiting import until


@pytest.fixture
def scene(acme: Caller, database: Database, objects: ObjectStore) -> CaseScene:
    return flag_cases(database, "acme", 2, objects)


def bundle_of(caller: Caller, case_id: UUID) -> bytes:
    return caller("GET", f"cases/{case_id}/bundle", expect=200).content


def test_a_downloaded_bundle_verifies_and_is_the_same_each_time(
    acme: Caller, scene: CaseScene, database: Database, objects: ObjectStore
) -> None:
    case_id = scene.case_ids[0]
    freeze(database, objects, "acme", scene.case_ids[1], scene.scan_id)
    freeze(database, objects, "acme", case_id, scene.scan_id, low="8.00")
    answer = acme("GET", f"cases/{case_id}/bundle", expect=200)
    assert answer.headers["content-type"] == "application/zip"
    published = acme("GET", "/v1/evidence-key", expect=200).json()
    assert read_public_key(published["public_key"].encode()).fingerprint == published["fingerprint"]
    verified = verify_bundle(answer.content, [published["fingerprint"]])
    assert verified.findings == ()
    assert (verified.manifests, verified.links) == (2, 3)  # its two and the one between them
    assert bundle_of(acme, case_id) == answer.content
    assert verified.stamp == Unstamped(NOT_CONFIGURED)
    assert stamps(acme, "no_authority") == 2


def stamps(caller: Caller, outcome: str) -> float:
    text = caller.http.get("/metrics").text
    (line,) = (line for line in text.splitlines() if f'stamps_total{{outcome="{outcome}"}}' in line)
    return float(line.rpartition(" ")[2])


def test_a_bundle_is_fetched_later_by_whoever_does_not_wait_for_it(
    acme: Caller, caller_of: CallerOf, scene: CaseScene, database: Database, objects: ObjectStore
) -> None:
    case_id = scene.case_ids[0]
    freeze(database, objects, "acme", case_id, scene.scan_id)
    asked = acme("GET", f"cases/{case_id}/bundle", headers=NO_WAIT, expect=202)
    job = asked.headers["location"]
    until(lambda: is_over(acme, job))
    fetched = acme("GET", f"{job}/file", expect=200)
    assert (
        fetched.headers["content-disposition"] == f'attachment; filename="evidence-{case_id}.zip"'
    )
    assert fetched.content == bundle_of(acme, case_id)
    number = job.rpartition("/")[2]
    caller_of("beta")("GET", f"exports/{number}/file", expect=404)


def test_damaged_evidence_is_a_plain_answer_and_no_half_of_a_bundle(
    acme: Caller, scene: CaseScene, database: Database, objects: ObjectStore
) -> None:
    case_id = scene.case_ids[0]
    key = freeze(database, objects, "acme", case_id, scene.scan_id)[0].object_key
    objects.delete([key])
    objects.put_once(key, b"changed")
    answer = acme("GET", f"cases/{case_id}/bundle", expect=422).json()
    assert answer["type"].endswith(":job-failed")
    assert "restore the object from a backup" in answer["detail"]


@NEEDS_OPENSSL
def test_a_downloaded_bundle_is_stamped_by_the_authority_of_the_installation(
    acme: Caller,
    scene: CaseScene,
    database: Database,
    objects: ObjectStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case_id, local = scene.case_ids[0], local_authority(tmp_path)
    freeze(database, objects, "acme", case_id, scene.scan_id)
    monkeypatch.setenv("EVIDENCE_TIMESTAMP_CA", local.root.pem.decode())
    with time_stamp_server(local.answer) as server:
        monkeypatch.setenv("EVIDENCE_TIMESTAMP_URL", server.url)
        stamped = bundle_of(acme, case_id)
    verified = verify_bundle(stamped, (), local.root.certificates)
    assert verified.findings == ()
    assert isinstance(verified.stamp, Stamped)
    assert bundle_of(acme, case_id) == stamped  # kept, as nobody answers any more
    assert [stamps(acme, outcome) for outcome in ("made", "kept")] == [1, 1]


def test_a_bundle_opens_with_a_page_for_people_with_pictures_of_ours_and_as_a_pdf(
    acme: Caller, scene: CaseScene, database: Database, objects: ObjectStore
) -> None:
    case_id = scene.case_ids[0]
    freeze(database, objects, "acme", case_id, scene.scan_id)
    decision = {"decision": "infringing", "reason": "copied <photo>", "version": 1}
    acme("POST", f"cases/{case_id}/decisions", json=decision, expect=201)
    files = open_container(bundle_of(acme, case_id)).files
    assert files["summary.pdf"].startswith(b"%PDF-")
    summary = files["summary.html"].decode()
    assert '<img src="data:image/jpeg;base64,' in summary
    assert "Decided: infringing, by key" in summary
    assert "copied &lt;photo&gt;" in summary
    assert "The first page for printing: summary.pdf." in summary


def test_a_case_without_a_manifest_has_no_bundle_and_says_so(
    acme: Caller, scene: CaseScene
) -> None:
    answer = acme("GET", f"cases/{scene.case_ids[1]}/bundle", expect=404).json()
    assert answer["type"].endswith("no-manifest")
    assert str(scene.case_ids[1]) in answer["detail"]


@pytest.mark.parametrize("copy", ["bundle", "evidence/1"])
def test_who_may_only_read_takes_no_evidence_along(
    caller_of: CallerOf, scene: CaseScene, copy: str
) -> None:
    path = f"cases/{scene.case_ids[0]}"
    viewer = caller_of("acme", "viewer")
    assert viewer("GET", path, expect=200).json()["evidence"]
    viewer("GET", f"{path}/{copy}", expect=403)
    caller_of("acme", "reviewer")("GET", f"{path}/{copy}", expect=200)


def test_damage_in_the_store_is_found_by_the_check_of_the_chain(
    scene: CaseScene, database: Database, objects: ObjectStore
) -> None:
    assert list(check_chain(database, objects, "acme")) == []
    assert list(check_files(database, objects, "acme")) == []
    key = "clients/acme/evidence-chain/000000000001.json"
    damaged = ObjectStore(f"{objects.location}-damaged")
    for item in objects.keys(""):
        damaged.put_once(item, b"changed" if item == key else objects.get(item)[:-1] + b"?")
    assert len(list(check_chain(database, damaged, "acme"))) == 1
    assert len(list(check_files(database, damaged, "acme"))) == 6
    empty = ObjectStore(f"{objects.location}-empty")
    assert "no copy" in next(check_chain(database, empty, "acme"))
    assert "is gone" in next(check_files(database, empty, "acme"))


def test_links_that_vanish_from_the_database_are_missed(
    scene: CaseScene, database: Database, objects: ObjectStore
) -> None:
    objects.put_once("clients/acme/evidence-chain/000000000002.json", b"a link that was there")
    assert "links up to 1, there were 2" in next(check_chain(database, objects, "acme"))
