"""`generate` on the command line: which domains it writes, and for how many users."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from music_warehouse.cli import app
from music_warehouse.errors import UserError


def generate(out: Path, *words: str) -> str:
    """What the command printed; a user's mistake is raised."""
    ended = CliRunner().invoke(app, ["generate", "--out", str(out), *words])
    if ended.exception is not None:
        raise ended.exception
    return ended.output


def folders(out: Path) -> set[str]:
    return {path.name for path in out.iterdir()}


def test_all_domains_are_the_default_and_the_service_a_tenth(tmp_path: Path) -> None:
    printed = generate(tmp_path, "--users", "2500", "--days", "2")
    assert folders(tmp_path) == {"listening", "service", "_truth"}
    assert "Deliveries of 2500 users are in" in printed
    assert "plays of 250 users of the service, 2026-06-29 to 2026-06-30" in printed


def test_a_small_sample_keeps_enough_users_of_the_service(tmp_path: Path) -> None:
    assert " of 200 users of the service" in generate(
        tmp_path / "some", "--users", "300", "--days", "1"
    )
    assert " of 20 users of the service" in generate(
        tmp_path / "few", "--users", "20", "--days", "1"
    )


def test_the_service_alone_goes_on_from_a_day(tmp_path: Path) -> None:
    printed = generate(
        tmp_path,
        *("--domain", "service", "--users", "50", "--days", "2"),
        *("--from-day", "2026-07-01", "--format", "parquet"),
    )
    assert folders(tmp_path) == {"service", "_truth"}
    assert "of 50 users of the service, 2026-07-01 to 2026-07-02" in printed
    events = tmp_path / "service" / "listening_events"
    assert folders(events) == {"listening_events_2026-07-01_2026-07-02.parquet"}


@pytest.mark.parametrize("days", [2, 10**12])
def test_what_ingestion_would_reject_as_future_is_not_generated(
    tmp_path: Path, days: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    noon = datetime(2026, 7, 2, 12, tzinfo=UTC)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(noon.timestamp()))
    words = ("--domain", "service", "--users", "50", "--from-day", "2026-07-01")
    with pytest.raises(UserError, match=f"Of the {days} days from 2026-07-01 the last"):
        generate(tmp_path, *words, "--days", str(days))
    assert not list(tmp_path.iterdir())
    generate(tmp_path, *words, "--days", "1")


def test_more_listening_users_come_without_the_service(tmp_path: Path) -> None:
    generate(tmp_path, "--users", "10", "--first-user-id", "101")
    assert "service" not in folders(tmp_path)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--domain", "listening", "--from-day", "2026-07-01"], "--from-day is for"),
        (["--from-day", "2026-07-01"], "--from-day is for --domain service"),
        (["--domain", "service", "--first-user-id", "5"], "--first-user-id is for"),
    ],
)
def test_an_option_of_the_other_domain_is_refused(
    tmp_path: Path, words: list[str], sentence: str
) -> None:
    with pytest.raises(UserError, match=sentence):
        generate(tmp_path, *words)
    assert not list(tmp_path.iterdir())
