"""What deliveries are packed in, and what is wrong with them, hides nobody from an
erasure and takes nobody else's lines."""

import gzip
import io
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from .conftest import EMAIL, EVENTS, PERSON, USERNAME, USERS, event, user


def _damaged(content: str) -> dict[str, bytes]:
    whole = gzip.compress(content.encode(), mtime=0)
    return {
        "cut": whole[:-4],
        "cut_in_its_content": whole[:-30],
        "check_sum": whole[:-8] + b"\0\0\0\0" + whole[-4:],
        "garbage_after": whole + b"no gzip",
        "padded": gzip.compress(USERS.encode()) + bytes(8) + whole[:-4],
        "check_sum_of_the_first": (
            gzip.compress(USERS.encode())[:-8] + b"\1\2\3\4" + bytes(4) + whole
        ),
        "carriage_returns": content.replace("\n", "\r").encode(),
        "second_cut": gzip.compress(USERS.encode()) + whole[:-4],
        "utf16": b"\xff\xfe" + content.encode("utf-16-le"),
    }


@pytest.mark.parametrize("damage", _damaged(""))
@pytest.mark.parametrize("user_id", [PERSON, "11"])
def test_what_a_damaged_file_still_says_of_the_person_is_gone(
    service, damage: str, user_id: str
) -> None:
    own = user(user_id, USERNAME, EMAIL)
    filling = "".join(user(str(n), f"n{n}", f"n{n}@x.org") for n in range(100, 400))
    service.land("users/a.csv", USERS + own)
    path = service.land(
        f"users/b.{damage}.csv", _damaged(USERS + own + filling)[damage]
    )
    service.ingest()
    report = service.erase(user_id)
    assert report.left == ()
    assert not path.exists()


def test_a_refused_parquet_file_loses_the_persons_rows(service) -> None:
    table = pa.table(
        {
            "user_id": pa.array([12, 11, 13], pa.int32()),
            "username": pa.array(["ben", USERNAME, "cleo"], pa.large_string()),
            "email": pa.array(["b@x.org", EMAIL, "c@x.org"], pa.large_string()),
            "age": pa.array([11, 34, 35], pa.int8()),
        }
    )
    path = service.data.landing / "service" / "users" / "a.parquet"
    path.parent.mkdir(parents=True)
    pq.write_table(table, path, compression="zstd")
    service.ingest()
    report = service.erase("11")
    assert report.left == ()
    assert pq.read_table(path).to_pylist() == table.take([0, 2]).to_pylist()


def test_gzips_with_zeros_between_them_lose_the_persons_lines(service) -> None:
    first = gzip.compress((EVENTS + event(1, "2")).encode())
    second = gzip.compress((event(2, PERSON) + event(3, "2")).encode())
    service.land("users/a.csv", USERS + user(PERSON, USERNAME, EMAIL))
    path = service.land("listening_events/a.csv.gz", first + bytes(8) + second)
    service.ingest()
    assert service.erase().left == ()
    kept = gzip.decompress(path.read_bytes()).decode()
    assert kept == EVENTS + event(1, "2") + event(3, "2")


def test_a_stray_quote_takes_no_line_after_it(service) -> None:
    others = "".join(event(number, "2") for number in range(2, 6))
    stray = event(1, PERSON).replace("mobile", '7" tablet')
    refused = EVENTS.replace("reason", "why")
    path = service.land("listening_events/a.csv", refused + stray + others)
    bare = service.land("listening_events/b.csv", stray + others)
    service.land("users/a.csv", USERS + user(PERSON, USERNAME, EMAIL))
    service.ingest()
    assert service.erase().left == ()
    assert path.read_text() == refused + others
    assert bare.read_text() == others


def test_a_dictionary_keeps_nothing_of_the_person(service) -> None:
    table = pa.table(
        {
            "user_id": [11, 12],
            "username": pa.array([USERNAME, "ben"]).dictionary_encode(),
            "email": pa.array([EMAIL, "b@x.org"]).dictionary_encode(),
            "country": ["Austria", "Austria"],
            "subscription_type": ["premium", "premium"],
            "registration_date": [date(2024, 2, 29)] * 2,
            "age": [34, 35],
            "gender": ["female", "male"],
        }
    )
    path = service.data.landing / "service" / "users" / "a.parquet"
    path.parent.mkdir(parents=True)
    pq.write_table(table, path)
    service.ingest()
    report = service.erase("11")
    assert (report.rows, report.left) == (1, ())
    assert pq.read_table(path).to_pylist() == table.slice(1).to_pylist()
    assert USERNAME.encode() not in path.read_bytes()


def test_a_row_of_nobody_makes_no_name_somebody_elses(service) -> None:
    path = service.data.landing / "service" / "users" / "a.parquet"
    path.parent.mkdir(parents=True)
    table = pa.table(
        {"user_id": [11, None], "username": ["a", "b"], "email": [EMAIL, EMAIL]}
    )
    pq.write_table(table, path)
    service.land("users/torn.csv", USERS + f"11,{EMAIL}\n")
    service.ingest()
    report = service.erase("11")
    assert [path.name for path in report.left] == ["a.parquet"]
    torn = service.data.landing / "service" / "users" / "torn.csv"
    assert torn.read_text() == USERS


def test_one_unreadable_parquet_file_stops_no_erasure(service) -> None:
    table = pa.table({"user_id": [3], "username": pa.array([b"Zo\xeb"])})
    invalid = pa.array([b"Zo\xeb"], pa.binary()).view(pa.string())
    folder = service.data.landing / "service" / "users"
    service.land("users/a.csv", USERS + user("11", USERNAME, EMAIL))
    pq.write_table(table.set_column(1, "username", invalid), folder / "b.parquet")
    pq.write_table(pa.table({"user_id": ["9" * 5000]}), folder / "c.parquet")
    pq.write_table(
        pa.table({"user_id": pa.array([2**62], pa.timestamp("us"))}),
        folder / "d.parquet",
    )
    torn = folder / "e.parquet"
    pq.write_table(pa.table({"user_id": [*range(9000)]}), torn)
    content = bytearray(torn.read_bytes())
    content[100:200] = bytes(100)
    torn.write_bytes(content)
    service.ingest()
    assert service.erase("11").left == ()


def test_names_that_are_numbers_stop_no_erasure(service) -> None:
    path = service.data.landing / "service" / "users" / "a.parquet"
    path.parent.mkdir(parents=True)
    pq.write_table(pa.table({"user_id": [11, 12], "username": [77777, 88888]}), path)
    service.ingest()
    assert service.erase("11").left == ()
    assert pq.read_table(path)["username"].to_pylist() == [88888]


def test_an_address_that_rows_of_a_parquet_file_share_is_no_trace(service) -> None:
    table = pa.table(
        {
            "user_id": [11, 12],
            "username": ["ann", "ben"],
            "email": ["us@x.org", "us@x.org"],
            "country": ["Austria", "Austria"],
            "subscription_type": ["premium", "premium"],
            "registration_date": [date(2024, 2, 29)] * 2,
            "age": [34, 35],
            "gender": ["female", "male"],
        }
    )
    sink = io.BytesIO()
    pq.write_table(table, sink)
    service.deliver("users/a.parquet", sink.getvalue())
    report = service.erase("11")
    assert (report.rows, report.left) == (1, ())
    kept = service.data.landing / "service" / "users" / "a.parquet"
    assert pq.read_table(kept).to_pylist() == table.slice(1).to_pylist()


def test_a_quotation_that_goes_on_in_the_next_line_goes_with_it(service) -> None:
    torn = user("11", '"zora\nquux"', "zora@x.org")
    others = user("12", "ben", "ben@x.org")
    # Never closed: what is valid after it is somebody else's.
    unclosed = user("11", '"zora', "zora@x.org")
    # The line that closes it has a name too.
    twice = user("11", '"zora\nzora@x.org"', "zora@x.org")
    invalid = user("12", "ben", "no address").replace("premium", "gold")
    service.deliver(
        "users/a.csv", USERS + torn + others + unclosed + others + twice + invalid
    )
    service.erase("11")
    kept = service.data.landing / "service" / "users" / "a.csv"
    assert kept.read_text() == USERS + others + others + invalid
