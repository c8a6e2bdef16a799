"""What is noted in the database about the builds of its tables.

It lies apart from the raw tables: of the tables that a build writes, and so of builds
at a time, there is one in a database, however many lakes are loaded into it.
"""

from music_warehouse.production.connection import Session

NOTES = "production"
_TABLES = {
    "build_lease": "holder varchar(300), run varchar(64), machine varchar(255), "
    "taken_at timestamp, ends_at timestamp",
    "built_from": "ledger_sequence integer, ledger_sha256 varchar(64), "
    "project_sha256 varchar(64)",
    "training": "state varchar(16)",
}


def create_notes(session: Session) -> None:
    """Create the tables of the notes, where they are not there yet."""
    if set(_TABLES) <= session.tables(NOTES):
        return
    session.execute(f"create schema if not exists {NOTES}")
    for name, columns in _TABLES.items():
        session.execute(
            f"create table if not exists {NOTES}.{name} ({columns}) diststyle all"
        )
