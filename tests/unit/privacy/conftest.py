"""A data folder of a streaming service, and one person who is everywhere in it."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from music_warehouse.ingest import FileReport, IngestReport, ingest_paths, read_ledger
from music_warehouse.ingest.ledger import LedgerEntry
from music_warehouse.paths import DataFolder
from music_warehouse.privacy.erasure import ErasureReport, erase

KEY = "k" * 32
PERSON = "918273645546"
EMAIL = "zebedee.quux@canary.example"
USERNAME = "zebedee_quux_1"
CARD = "7391"
USERS = (
    "user_id,username,email,country,subscription_type,registration_date,age,gender\n"
)
EVENTS = (
    "event_id,user_id,track_id,timestamp,play_duration_ms,device_type,shuffle,skipped,"
    "reason\n"
)
BILLING = (
    "transaction_id,user_id,payment_method,card_last_4,amount,currency,"
    "payment_status,billed_at,period\n"
)
TRACKS = "track_id,track_name,artist_name,duration_ms\nt1,Waterloo,ABBA,164000\n"


def user(user_id: str, name: str, email: str, age: str = "34") -> str:
    return f"{user_id},{name},{email},Austria,premium,2024-02-29,{age},female\n"


def event(event_id: int, user_id: str, duration: str = "31000") -> str:
    return (
        f"{event_id},{user_id},t1,2026-01-0{event_id % 9 + 1}T10:00:00Z,{duration},"
        "mobile,true,false,trackdone\n"
    )


def payment(transaction: int, user_id: str, card: str, amount: str = "9.99") -> str:
    return (
        f"{transaction},{user_id},card,{card},{amount},EUR,succeeded,"
        "2026-01-31T23:59:59Z,2026-01\n"
    )


class Service:
    """A data folder to deliver to and to erase from."""

    def __init__(self, root: Path) -> None:
        self.data = DataFolder(root / "data")

    def land(self, name: str, content: str | bytes) -> Path:
        """Put a file into the landing folder of the service."""
        path = self.data.landing / "service" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def ingest(self, *paths: Path) -> IngestReport:
        """Ingest paths, the whole landing folder by default."""
        return ingest_paths(paths or (self.data.landing,), self.data)

    def deliver(self, name: str, content: str | bytes) -> FileReport:
        """Land one file and ingest it."""
        (report,) = self.ingest(self.land(name, content)).files
        return report

    def erase(self, user_id: str = PERSON, in_advance: bool = False) -> ErasureReport:
        """Erase a person; there is no warehouse to build anew."""
        return erase(self.data, user_id, _unexpected, in_advance=in_advance)

    def rows(self, table: str) -> list[dict[str, object]]:
        """The rows of a table of the lake, files in their order of arrival."""
        return [
            row
            for path in sorted((self.data.lake / table).glob("*.parquet"))
            for row in pq.read_table(path).to_pylist()
        ]

    def ledger(self) -> list[LedgerEntry]:
        """Every delivery so far."""
        return read_ledger(self.data)


def _unexpected() -> None:
    raise AssertionError("there is nothing to build anew")


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSIC_WAREHOUSE_KEY", KEY)


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return Service(tmp_path)


@pytest.fixture
def peopled(service: Service) -> Service:
    """The person in every table and in every kind of file, beside somebody else."""
    land_everywhere(service)
    service.ingest()
    return service


@pytest.fixture
def land_person() -> Callable[[Service], None]:
    return land_everywhere


def land_everywhere(service: Service) -> None:
    other = user("2", "anna", "anna@x.org")
    own = user(PERSON, USERNAME, EMAIL)
    # a line with an invalid mail address, one that cannot be told apart, one slipped
    broken = (
        user(PERSON, USERNAME, EMAIL.replace("@", " at "))
        + f'3,"{USERNAME},{EMAIL},Austria,free,2024-01-01,20,male\n'
        + f"4,Austria,{USERNAME},{EMAIL},{PERSON},x,y,z\n"
    )
    # what its columns are not named after stays out too
    service.land("users/a.csv", USERS + other + own)
    service.land("users/b.csv", b"\xef\xbb\xbf" + (USERS + own + broken).encode())
    service.land(
        "users/c.csv",
        USERS.replace("gender", "gender,phone")
        + own.replace("female", f"female,{EMAIL}"),
    )
    service.land("users/no_header.csv", own + other)
    service.land("tracks/a.csv", TRACKS)
    events = EVENTS + event(1, PERSON) + event(2, "2") + event(3, PERSON, "-5")
    service.land("listening_events/a.csv", events)
    service.land("listening_events/again.csv", events)
    service.land(
        "listening_events/b.csv.gz",
        gzip.compress((EVENTS + event(4, PERSON) + event(5, "2")).encode(), mtime=0),
    )
    service.land(
        "listening_events/torn.csv.gz",
        gzip.compress((EVENTS + event(8, PERSON) + event(9, "2")).encode(), mtime=0)[
            :-4
        ],
    )
    service.land(
        "billing/a.csv", BILLING + payment(1, PERSON, CARD) + payment(2, "2", "1111")
    )
    service.land("billing/bad.csv", BILLING + payment(3, PERSON, CARD, "-1"))
    sink = pa.BufferOutputStream()
    pq.write_table(
        pa.table(
            {
                "event_id": [6, 7],
                "user_id": [int(PERSON), 2],
                "track_id": ["t1", "t1"],
                "timestamp": pa.array([1_770_000_000] * 2, pa.timestamp("s")),
                "play_duration_ms": [1000, 90_000_000],
                "device_type": ["web", "web"],
                "shuffle": [True, False],
                "skipped": [None, True],
                "reason": ["trackdone", None],
            }
        ),
        sink,
    )
    service.land("listening_events/c.parquet", sink.getvalue().to_pybytes())
    history = (
        '[{"ts": "2026-01-01T10:00:00Z", "ms_played": 1000, "ip_addr": "10.1.2.3",'
        f' "username": "{USERNAME}", "master_metadata_track_name": "Waterloo",'
        ' "master_metadata_album_artist_name": "ABBA", "skipped": false},'
        f' {{"ts": "{EMAIL}", "ms_played": 1, "trackName": "x"}}]'
    )
    service.land(f"streaming_history/{PERSON}/a.json", history)
    service.land(
        "streaming_history/2/a.json",
        history.replace(USERNAME, "anna").replace(EMAIL, "x"),
    )
    service.land(f"streaming_history/{PERSON}/torn.json", history[:-1])
