"""After an erasure the next build takes the person out of production."""

import io
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from music_warehouse.errors import UserError
from music_warehouse.ingest import ingest_paths, read_ledger
from music_warehouse.privacy.erasure import erase
from music_warehouse.privacy.pseudonyms import Pseudonyms
from music_warehouse.production.connection import Production
from music_warehouse.production.load import load
from music_warehouse.production.raw_ledger import loaded_entries
from music_warehouse.production.s3_lake import MirrorReport, S3Folder, mirror
from tests.redshift.production.shop import Shop, open_shop

KEY = "k" * 32
PERSON = "918273645546"
USER_KEY = Pseudonyms(KEY.encode()).user_key(PERSON)
USERS = (
    "user_id,username,email,country,subscription_type,registration_date,age,gender\n"
    f"{PERSON},zebedee,z@canary.example,Austria,premium,2024-02-29,34,female\n"
    "2,anna,anna@example.org,Austria,premium,2024-02-29,34,female\n"
)
EVENTS = (
    "event_id,user_id,track_id,timestamp,play_duration_ms,device_type,shuffle,skipped,"
    "reason\n"
    f"1,{PERSON},t1,2026-01-02T10:00:00Z,31000,mobile,true,false,trackdone\n"
    "2,2,t1,2026-01-02T10:00:00Z,31000,mobile,true,false,trackdone\n"
)


@pytest.fixture
def shop(
    redshift: Production,
    programs: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Shop]:
    """Users and events, published once with the users and once with both."""
    monkeypatch.setenv("MUSIC_WAREHOUSE_KEY", KEY)
    users = landed(tmp_path, "users", USERS)
    with open_shop(redshift, programs, users, tmp_path) as made:
        ingest_paths([landed(tmp_path, "listening_events", EVENTS)], made.lake)
        mirror(made.lake, made.s3)
        assert made.build().is_new
        yield made


def landed(folder: Path, table: str, content: str) -> Path:
    file = folder / "landed" / "service" / table / "a.csv"
    file.parent.mkdir(parents=True)
    file.write_text(content, encoding="utf-8")
    return file


def on_s3(s3: S3Folder) -> set[int]:
    """The users in the lake on S3."""
    tables = [
        pq.read_table(io.BytesIO(s3.read(name) or b""), columns=["user_key"])
        for name in s3.sizes("service")
    ]
    return {key for table in tables for key in table["user_key"].to_pylist()}


def in_redshift(production: Production) -> set[int]:
    """The users in the raw tables."""
    with production.session() as session:
        rows = session.rows(
            'select user_key from "raw".service_users '
            'union select user_key from "raw".service_listening_events'
        )
    return {int(key) for (key,) in rows}


def test_the_next_ingest_and_build_take_the_person_out_of_production(
    shop: Shop,
) -> None:
    others = on_s3(shop.s3) - {USER_KEY}
    assert USER_KEY in on_s3(shop.s3) and USER_KEY in in_redshift(shop.production)
    assert erase(shop.lake, PERSON, lambda: None).rows == 2
    with pytest.raises(UserError, match="still has a person who was erased here"):
        shop.build()

    report = mirror(shop.lake, shop.s3)
    assert (report.deliveries, report.rewritten) == (0, 2)
    assert on_s3(shop.s3) == others
    ledger = pq.read_table(io.BytesIO(shop.s3.read("ledger/ledger.parquet") or b""))
    assert str(USER_KEY) not in repr(ledger.to_pylist())
    assert mirror(shop.lake, shop.s3) == MirrorReport(0, 0)

    with shop.production.session() as session:
        assert session.has_schema("marts_former")
    assert shop.build().is_new
    assert in_redshift(shop.production) == others
    with shop.production.session() as session:
        assert loaded_entries(session, "raw") == read_ledger(shop.lake)
        rows = session.rows("select sum(rows_loaded) from marts.deliveries")
        assert rows == [(2,)]
        # The last tables that were built from the person's rows.
        assert not session.has_schema("marts_former")
    assert not shop.build().is_new


def test_a_load_that_fails_leaves_the_deliveries_as_they_were(shop: Shop) -> None:
    before = in_redshift(shop.production)
    erase(shop.lake, PERSON, lambda: None)
    mirror(shop.lake, shop.s3)
    lost = str(read_ledger(shop.lake)[-1].lake_path)
    content = shop.s3.read(lost)
    assert content is not None
    shop.s3.delete(lost)
    with pytest.raises(UserError, match="is missing"):
        load(shop.production, shop.s3)
    assert in_redshift(shop.production) == before
    shop.s3.write(lost, content)
    report = load(shop.production, shop.s3)
    assert (report.deliveries, report.rewritten) == (0, 2)
    assert in_redshift(shop.production) == before - {USER_KEY}
