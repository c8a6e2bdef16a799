"""`music-warehouse generate`: synthetic deliveries."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from music_warehouse.errors import UserError


class Domain(StrEnum):
    """What kind of deliveries to generate."""

    LISTENING = "listening"
    SERVICE = "service"
    ALL = "all"


class Format(StrEnum):
    """The file format of generated deliveries."""

    CSV = "csv"
    PARQUET = "parquet"


def generate(
    out: Annotated[Path, typer.Option(help="Where to write.", show_default=False)],
    domain: Annotated[
        Domain,
        typer.Option(
            help="Which deliveries; all: listening, and the service with a tenth of "
            "the users, but at least 200."
        ),
    ] = Domain.ALL,
    users: Annotated[int, typer.Option(min=1, help="How many users.")] = 20_000,
    seed: Annotated[int, typer.Option(help="The same seed, the same bytes.")] = 1,
    file_format: Annotated[
        Format, typer.Option("--format", help="The files' format.")
    ] = Format.CSV,
    first_user_id: Annotated[
        int,
        typer.Option(
            min=1,
            help="Above 1: more listening users for an earlier delivery, and nothing "
            "of the service.",
        ),
    ] = 1,
    days: Annotated[
        int, typer.Option(min=1, help="Service: how many days, until 2026-06-30.")
    ] = 180,
    from_day: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="Service: a later delivery of the same users, DAYS from here.",
        ),
    ] = None,
    plays_per_day: Annotated[
        float,
        typer.Option(help="Service: about how many plays a user has on a day of them."),
    ] = 5.0,
) -> None:
    """Write synthetic deliveries and, beside them, their truth."""
    from music_warehouse.ingest.ledger import arrival_time
    from music_warehouse.synthetic.listening import generate_listening
    from music_warehouse.synthetic.service import generate_service

    if domain is not Domain.SERVICE and from_day is not None:
        raise UserError("--from-day is for --domain service.")
    if from_day is not None and days > (arrival_time() - from_day).days:
        raise UserError(
            f"Of the {days} days from {from_day:%Y-%m-%d} the last is not over, and "
            "ingestion rejects what has not happened yet: take fewer days, or earlier "
            "ones."
        )
    if domain is Domain.SERVICE and first_user_id > 1:
        raise UserError("--first-user-id is for --domain listening.")
    if domain is not Domain.SERVICE:
        generate_listening(
            out, users, seed, file_format.value, first_user_id=first_user_id
        )
        print(f"Deliveries of {users} users are in {out}.")
    if domain is Domain.LISTENING or first_user_id > 1:
        return
    if domain is Domain.ALL:
        users = max(users // 10, min(users, 200))
    made = generate_service(
        out,
        users,
        seed,
        file_format.value,
        days=days,
        from_day=from_day and from_day.date(),
        plays_per_day=plays_per_day,
    )
    print(
        f"Deliveries of {made.rows['listening_events']:,} plays of {users} users of "
        f"the service, {made.first_day} to {made.last_day}, are in {out}."
    )
