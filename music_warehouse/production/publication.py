"""Publication on Redshift: tested marts take the readers' place in one transaction.

dbt builds the marts in a schema of their own beside the published one. When all is
green, schemas are renamed: what readers query changes from one set of tables to the
other at the commit, for all of them at once.
"""

from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

from music_warehouse.errors import UserError
from music_warehouse.production.build_lock import Lease
from music_warehouse.production.connection import Production, Session
from music_warehouse.production.raw_ledger import loaded_entries
from music_warehouse.publish import Inputs
from music_warehouse.publish.build_record import BuildRecord
from music_warehouse.publish.finished_build import Runs, find_finished
from music_warehouse.publish.inputs import continues

PUBLISHED, NEXT, FORMER = "marts", "marts_next", "marts_former"
PUBLICATION = "publication"


@dataclass(frozen=True)
class Publication:
    """The one row of the table `publication` in the published schema: which run of
    dbt built it and from what. `published_at` is UTC, in ISO 8601; what the run was
    built from is empty where that is not known."""

    invocation_id: str
    published_at: str
    dbt_version: str
    ledger_sequence: int | None = None
    ledger_sha256: str | None = None
    project_sha256: str | None = None

    @property
    def inputs(self) -> Inputs | None:
        """What the marts were built from."""
        known = (self.ledger_sequence, self.ledger_sha256, self.project_sha256)
        sequence, ledger, project = known
        if sequence is None or ledger is None or project is None:
            return None
        return Inputs(sequence, ledger, project)

    def has_definitions_of(self, inputs: Inputs | None) -> bool:
        """Whether it was built by the same project, vars and engines."""
        return inputs is not None and self.project_sha256 == inputs.project_sha256


@dataclass(frozen=True)
class PublicationReport:
    """What readers see now; `is_new` unless they had seen it before."""

    publication: Publication
    marts: int
    is_new: bool


def find_publication(session: Session, schema: str = PUBLISHED) -> Publication | None:
    """What is published, or was in another schema; None where nothing is."""
    if PUBLICATION not in session.tables(schema):
        return None
    columns = ", ".join(column.name for column in fields(Publication))
    [row] = session.rows(f"select {columns} from {schema}.{PUBLICATION}")
    return Publication(*row)


def sign(production: Production, target: Path, lease: Lease | None = None) -> None:
    """Note beside the next marts which run of dbt has built and tested them.

    Another build makes them anew, and then they are not those that this one tested.
    """
    record = BuildRecord.read(target)
    with production.session() as session, session.transaction():
        _require_held(session, lease)
        _write_down(session, Publication(record.invocation_id, "", record.dbt_version))


def publish(
    production: Production, target: Path, lease: Lease | None = None
) -> PublicationReport:
    """Publish the marts of dbt's last run for production, if it was whole and green.

    `target` is dbt's target folder of that run; what it was built from is as
    `music-warehouse build --target prod` has noted it. Where a `lease` is given, it
    must be held at the moment of the swap. A refusal is a UserError and leaves what
    readers see; so does a kill at any moment.
    """
    record = BuildRecord.read(target)
    inputs, runs = find_finished(target, record) or (None, Runs())
    if runs.first is not None:
        record = record.after(runs.first)
    marts = {mart.name for mart in record.marts()}
    schemas = {
        node["schema"]
        for node in record.manifest["nodes"].values()
        if node["resource_type"] == "model" and node["access"] == "public"
    }
    with production.session() as session:
        current = find_publication(session)
        is_published = current and current.invocation_id == record.invocation_id
        record.require_whole_and_green(
            unit_tested=bool(current and current.has_definitions_of(inputs)),
            trained_before=runs.is_trained_before or bool(is_published),
            untouched=runs.untouched,
        )
        if current and current.invocation_id == record.invocation_id:
            drop_former_of_other_deliveries(session, production.raw_schema)
            return PublicationReport(current, len(marts), is_new=False)
        if schemas != {NEXT}:
            raise UserError(
                f"The last dbt build wrote its marts to {', '.join(sorted(schemas))}, "
                f"not beside the published ones: run `music-warehouse build --target "
                "prod`."
            )
        if missing := marts - session.tables(NEXT):
            raise UserError(
                f"The schema {NEXT} lacks {len(missing)} marts of the last dbt build, "
                f"{min(missing)} for one: run `music-warehouse build --target prod`."
            )
        publication = Publication(
            record.invocation_id,
            datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            record.dbt_version,
            *(astuple(inputs) if inputs else ()),
        )
        with session.transaction():
            _require_held(session, lease)
            _require_signed(session, record.invocation_id)
        # Not with the swap: it waits for whoever still reads there.
        session.execute(f"drop schema if exists {FORMER} cascade")
        with session.transaction():
            _require_held(session, lease)
            _require_signed(session, record.invocation_id)
            _write_down(session, publication)
            _let_read(session, production.reader_role)
            if session.has_schema(PUBLISHED):
                _let_read_no_more(session, production.reader_role)
                session.execute(f"alter schema {PUBLISHED} rename to {FORMER}")
            session.execute(f"alter schema {NEXT} rename to {PUBLISHED}")
        drop_former_of_other_deliveries(session, production.raw_schema)
    return PublicationReport(publication, len(marts), is_new=True)


def drop_former_of_other_deliveries(session: Session, raw_schema: str) -> None:
    """Drop the former marts, unless every delivery that they were built from is as it
    was: after an erasure they are the last to have the person."""
    if not session.has_schema(FORMER):
        return
    former = find_publication(session, FORMER)
    loaded = loaded_entries(session, raw_schema)
    if former and former.inputs and continues(loaded, former.inputs):
        return
    session.execute(f"drop schema if exists {FORMER} cascade")


def _require_held(session: Session, lease: Lease | None) -> None:
    if lease is not None:
        lease.require_held(session)


def _require_signed(session: Session, invocation_id: str) -> None:
    signed = []
    if PUBLICATION in session.tables(NEXT):
        signed = session.rows(f"select invocation_id from {NEXT}.{PUBLICATION}")
    if signed != [(invocation_id,)]:
        raise UserError(
            f"The marts in {NEXT} are not those that the last dbt build here has "
            "tested: run `music-warehouse build --target prod`."
        )


def _write_down(session: Session, publication: Publication) -> None:
    session.execute(f"drop table if exists {NEXT}.{PUBLICATION}")
    session.execute(
        f"create table {NEXT}.{PUBLICATION} ("
        "invocation_id varchar(64), published_at varchar(32), dbt_version varchar(32), "
        "ledger_sequence integer, ledger_sha256 varchar(64), project_sha256 varchar(64)"
        ") diststyle all"
    )
    values = astuple(publication)
    session.execute(
        f"insert into {NEXT}.{PUBLICATION} values ({', '.join(['%s'] * len(values))})",
        values,
    )


def _let_read(session: Session, role: str | None) -> None:
    if role is None:
        return
    session.execute(f'grant usage on schema {NEXT} to role "{role}"')
    session.execute(f'grant select on all tables in schema {NEXT} to role "{role}"')


def _let_read_no_more(session: Session, role: str | None) -> None:
    # Grants stay with a schema that is renamed.
    if role is not None:
        session.execute(f'revoke usage on schema {PUBLISHED} from role "{role}"')
