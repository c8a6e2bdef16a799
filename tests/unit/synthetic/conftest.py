"""One small delivery of the service, read into tables that the tests question."""

from pathlib import Path

import duckdb
import pytest

from music_warehouse.synthetic.service import ServiceDelivery, generate_service

SERVICE_SEED, SERVICE_USERS, SERVICE_DAYS = 5, 2_000, 120


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> ServiceDelivery:
    """2,000 users over 120 days: as few as must still hold some of everything."""
    out = tmp_path_factory.mktemp("service")
    return generate_service(out, SERVICE_USERS, SERVICE_SEED, days=SERVICE_DAYS)


@pytest.fixture(scope="session")
def questions(service: ServiceDelivery) -> duckdb.DuckDBPyConnection:
    """The delivery and its truth as tables; `events` has each event once, as first
    told, with the track's length, `honest_events` those of users never planted."""
    connection = duckdb.connect()
    connection.execute("set threads to 2")
    # Digits with a nought in front are no number.
    texts = {"billing": ", types = {'card_last_4': 'varchar'}"}
    for table, paths in service.files.items():
        connection.execute(
            f"create table {table} as select *, filename from read_csv("
            f"$paths, header = true, filename = true{texts.get(table, '')})",
            {"paths": [str(path) for path in paths]},
        )
    for path in service.truth.iterdir():
        name = path.name.partition("_2")[0]
        connection.execute(
            f"create table {name} as from read_csv($path)", {"path": str(path)}
        )
    connection.execute(
        """
        create table accounts as
        select distinct on (user_id) * from users order by user_id, filename desc;
        create table payments as
        select distinct on (transaction_id) *
        from billing order by transaction_id, filename desc;
        create table events as
        select distinct on (event_id) listening_events.*, duration_ms
        from listening_events inner join tracks using (track_id)
        order by event_id, play_duration_ms desc;
        create table honest_events as
        select * from events
        where user_id not in (select user_id from attacks)
            and event_id not in (
                select event_id from event_arrivals where arrival = 'corrected'
            );
        """
    )
    return connection


@pytest.fixture(scope="session")
def service_folder(service: ServiceDelivery) -> Path:
    """The folder that the small delivery was written to."""
    return service.truth.parent.parent
