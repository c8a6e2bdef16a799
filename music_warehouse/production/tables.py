"""The tables of Redshift, and what is remembered of them beside the raw ones."""

from dataclasses import astuple, dataclass
from typing import Any

from music_warehouse.errors import UserError
from music_warehouse.origin import Origin, Training
from music_warehouse.production.connection import Production, Session
from music_warehouse.production.publication import NEXT, PUBLISHED
from music_warehouse.publish import Inputs
from music_warehouse.retraining import COLUMNS, TRIGGERS, Trigger

_ORIGIN = "built_from"
_TRAINING = "training"


@dataclass(frozen=True)
class ProductionTables:
    """The tables of a Redshift database.

    Whether somebody has run dbt by hand cannot be seen here: Redshift tells nobody
    when a table was written last.
    """

    production: Production

    def origin(self) -> Origin | None:
        """What they were built from; None where that is not known."""
        schema = self.production.raw_schema
        with self.production.session() as session:
            known = session.tables(schema)
            if _ORIGIN not in known:
                return None
            found = session.rows(
                "select ledger_sequence, ledger_sha256, project_sha256 "
                f'from "{schema}".{_ORIGIN}'
            )
            if not found:
                return None
            noted = (
                session.rows(f'select state from "{schema}".{_TRAINING}')
                if _TRAINING in known
                else []
            )
        training = Training(noted[0][0]) if noted else Training.UNKNOWN
        return Origin(Inputs(*found[0]), training)

    def remember(self, inputs: Inputs, training: Training) -> None:
        """Note what every row of them comes from."""
        schema = self.production.raw_schema
        with self.production.session() as session, session.transaction():
            _forget(session, schema)
            session.execute(
                f'insert into "{schema}".{_ORIGIN} values (%s, %s, %s)', astuple(inputs)
            )
            session.execute(
                f'insert into "{schema}".{_TRAINING} values (%s)', (training.value,)
            )

    def forget(self) -> None:
        """Note that nothing is known of them."""
        with self.production.session() as session, session.transaction():
            _forget(session, self.production.raw_schema)

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


def _forget(session: Session, schema: str) -> None:
    session.execute(
        f'create table if not exists "{schema}".{_ORIGIN} ('
        "ledger_sequence integer, ledger_sha256 varchar(64), "
        "project_sha256 varchar(64)) diststyle all"
    )
    session.execute(
        f'create table if not exists "{schema}".{_TRAINING} ('
        "state varchar(16)) diststyle all"
    )
    session.execute(f'delete from "{schema}".{_ORIGIN}')
    session.execute(f'delete from "{schema}".{_TRAINING}')
