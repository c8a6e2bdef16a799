"""The ledger in Redshift: which deliveries are loaded, and as what."""

from collections.abc import Sequence

from music_warehouse.ingest.lake import LEDGER, LEDGER_SCHEMA
from music_warehouse.ingest.ledger import LATER_COLUMNS, LedgerEntry
from music_warehouse.production.connection import Session


def add_later_columns(session: Session, schema: str) -> None:
    """Add the columns that a ledger lacks which was made before there were any."""
    columns = ledger_columns(session, schema)
    for name, value in LATER_COLUMNS.items():
        if name not in columns:
            session.execute(
                f'alter table "{schema}".{LEDGER.name} '
                f"add column {name} bigint default {value}"
            )


def ledger_columns(session: Session, schema: str) -> list[str]:
    """The columns in the table's own order, which COPY goes by: later ones come last
    (https://docs.aws.amazon.com/redshift/latest/dg/copy-usage_notes-copy-from-columnar.html)."""
    columns, _ = session.columns_and_rows(
        f'select * from "{schema}".{LEDGER.name} limit 0'
    )
    return columns


def loaded_entries(session: Session, schema: str) -> Sequence[LedgerEntry]:
    """Every delivery that is loaded, in the order of arrival."""
    names = LEDGER_SCHEMA.names
    rows = session.rows(
        f'select {", ".join(names)} from "{schema}".{LEDGER.name} order by file_seq'
    )
    return [LedgerEntry(**dict(zip(names, row, strict=True))) for row in rows]
