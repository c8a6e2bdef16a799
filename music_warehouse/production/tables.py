"""The tables of Redshift, and what is remembered of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from typing import Any

from music_warehouse.errors import UserError
from music_warehouse.origin import Origin, Training
from music_warehouse.production.build_lock import Lease
from music_warehouse.production.connection import Production, Session
from music_warehouse.production.notes import NOTES, create_notes
from music_warehouse.production.publication import NEXT, PUBLISHED
from music_warehouse.publish import Inputs
from music_warehouse.retraining import COLUMNS, TRIGGERS, Trigger

_ORIGIN = f"{NOTES}.built_from"
_TRAINING = f"{NOTES}.training"


@dataclass(frozen=True)
class ProductionTables:
    """The tables of a Redshift database.

    Whether somebody has run dbt by hand cannot be seen here: Redshift tells nobody
    when a table was written last. Where a `lease` is given, whoever has lost it notes
    nothing: the tables are another build's.
    """

    production: Production
    lease: Lease | None = None

    def origin(self) -> Origin | None:
        """What they were built from; None where that is not known."""
        with self.production.session() as session:
            create_notes(session)
            found = session.rows(
                f"select ledger_sequence, ledger_sha256, project_sha256 from {_ORIGIN}"
            )
            if not found:
                return None
            noted = session.rows(f"select state from {_TRAINING}")
        training = Training(noted[0][0]) if noted else Training.UNKNOWN
        return Origin(Inputs(*found[0]), training)

    def remember(self, inputs: Inputs, training: Training) -> None:
        """Note what every row of them comes from."""
        with self._noting() as session:
            session.execute(
                f"insert into {_ORIGIN} values (%s, %s, %s)", astuple(inputs)
            )
            session.execute(f"insert into {_TRAINING} values (%s)", (training.value,))

    def forget(self) -> None:
        """Note that nothing is known of them."""
        with self._noting():
            pass

    def triggers(self) -> list[Trigger] | None:
        """The triggers as the last build has left them, published or not; None where
        there is no such table."""
        with self.production.session() as session:
            for schema in (NEXT, PUBLISHED):
                if TRIGGERS in session.tables(schema):
                    rows = session.rows(
                        f"select {COLUMNS} from {schema}.{TRIGGERS} "
                        "order by model_group, reason"
                    )
                    return [Trigger(*row) for row in rows]
        return None

    def rows(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]] | None:
        """The columns and rows of a query; None where Redshift refuses it."""
        try:
            with self.production.session() as session:
                return session.columns_and_rows(sql)
        except UserError:
            return None

    @contextmanager
    def _noting(self) -> Iterator[Session]:
        """A transaction in which what was noted is gone."""
        with self.production.session() as session:
            create_notes(session)
            with session.transaction():
                if self.lease is not None:
                    self.lease.require_held(session)
                session.execute(f"delete from {_ORIGIN}")
                session.execute(f"delete from {_TRAINING}")
                yield session
