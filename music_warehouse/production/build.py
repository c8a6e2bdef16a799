"""One build of production: load, dbt on Redshift, publication."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from music_warehouse.build import print_now
from music_warehouse.dbt_orders import BuildFailed, Orders, carry_out
from music_warehouse.dbt_process import Project, in_a_process
from music_warehouse.errors import UserError
from music_warehouse.failing_rows import print_failing_rows
from music_warehouse.ingest.ledger import LedgerEntry, read_ledger
from music_warehouse.origin import Training
from music_warehouse.paths import DataFolder
from music_warehouse.production.build_lock import Lease, sole_build
from music_warehouse.production.connection import Production
from music_warehouse.production.load import load
from music_warehouse.production.publication import (
    NEXT,
    PUBLICATION,
    PUBLISHED,
    Publication,
    PublicationReport,
    drop_former_of_other_deliveries,
    find_publication,
    publish,
    sign,
)
from music_warehouse.production.s3_lake import (
    S3Folder,
    begins_with,
    changed,
    read_s3_ledger,
)
from music_warehouse.production.tables import ProductionTables
from music_warehouse.publish import Inputs
from music_warehouse.publish.inputs import continues, inputs_of
from music_warehouse.table_build import TableBuild, Tell, Wanted
from music_warehouse.unsettled import would_be_stopped

DBT_TARGET = "prod"


def target_folder(project: Project) -> Path:
    """dbt's target folder for production: apart from the local one, so that neither
    takes the other's results for its own."""
    return project.target / DBT_TARGET


@dataclass(frozen=True)
class ProductionBuild:
    """A build of production, in the parts of which it is made; `data` has the lock of
    this machine, `lease` is the right to publish."""

    production: Production
    lake: S3Folder
    data: DataFolder
    project: Project
    variables: Mapping[str, Any]
    lease: Lease | None = None

    @property
    def tables(self) -> ProductionTables:
        """The tables that it writes."""
        return ProductionTables(self.production, self.lease)

    @contextmanager
    def alone(self) -> Iterator["ProductionBuild"]:
        """Be the only build of production there is; UserError where another is."""
        with sole_build(self.production, self.data) as lease:
            yield replace(self, lease=lease)

    def orders(self, wanted: Wanted, tell: Tell) -> Orders[PublicationReport | None]:
        """Load what is new, then ask for the runs of dbt that bring the tables up to
        date.

        Where neither the deliveries nor the project nor its vars have changed since
        what is published, dbt does not run, unless it is `wanted`: the report is then
        of what is published already. Where the project or its vars have changed since
        the tables were built, they are built from nothing.
        """
        root = self.project.root
        entries = read_s3_ledger(self.lake)
        self._require_erased(entries)
        load(self.production, self.lake)
        entries = read_s3_ledger(self.lake)
        inputs = inputs_of(entries, root, self.variables)
        origin = self.tables.origin()
        with self.production.session() as session:
            former = find_publication(session)
            is_stopped = would_be_stopped(entries, root, self.variables)
            was_cut_off = origin is not None and origin.training is Training.BEGUN
            is_wanted = wanted or is_stopped or was_cut_off
            if former and former.inputs == inputs and not is_wanted:
                marts = len(session.tables(PUBLISHED) - {PUBLICATION})
                drop_former_of_other_deliveries(session, self.production.raw_schema)
                return PublicationReport(former, marts, is_new=False)
            # Marts of a build that was never published.
            session.execute(f"drop schema if exists {NEXT} cascade")
        is_continued = (
            origin is not None
            and origin.inputs.project_sha256 == inputs.project_sha256
            and continues(entries, origin.inputs)
        )
        try:
            yield from self._tables_from(
                entries, inputs, wanted, is_continued, former
            ).orders(tell)
        except BuildFailed:
            if self.lease is not None:
                self.lease.require_kept()
            raise
        sign(self.production, target_folder(self.project), self.lease)
        return None

    def _require_erased(self, entries: Sequence[LedgerEntry]) -> None:
        """UserError where an erasure of this data folder has not reached S3."""
        here = read_ledger(self.data)
        if begins_with(here, entries) and changed(here, entries):
            raise UserError(
                f"{self.lake.address} still has a person who was erased here: run "
                f"`music-warehouse ingest PATH --lake {self.lake.address}` with any "
                "delivery, then this again."
            )

    def _tables_from(
        self,
        entries: Sequence[LedgerEntry],
        inputs: Inputs,
        wanted: Wanted,
        is_continued: bool,
        former: Publication | None,
    ) -> TableBuild:
        return TableBuild(
            Project(self.project.root, target_folder(self.project)),
            self.tables,
            entries,
            inputs,
            {**self.variables, "marts_schema": NEXT},
            full_refresh=wanted.full_refresh or not is_continued,
            retrain=wanted.retrain,
            unit_tested=bool(former and former.has_definitions_of(inputs)),
            readers="Readers go on seeing what they saw.",
            words=("--target", DBT_TARGET),
            stop=self.lease.lost if self.lease is not None else None,
        )

    def part(self, selection: Sequence[str], trains: bool) -> Orders[None]:
        """Refused: a mart built alone would have to be built among what readers see."""
        raise UserError(
            "Production is built as a whole: select every table, or none of them."
        )

    def publish(self) -> PublicationReport:
        """Publish what the last build has built."""
        return publish(self.production, target_folder(self.project), self.lease)


def build(
    production: Production,
    lake: S3Folder,
    data: DataFolder,
    project: Project,
    variables: Mapping[str, Any],
    wanted: Wanted | None = None,
) -> PublicationReport:
    """Load what is new, run `dbt build --target prod`, and publish when green.

    A build that fails leaves what readers see.
    """
    there = ProductionBuild(production, lake, data, project, variables)
    with there.alone() as sole:
        try:
            published = carry_out(
                sole.orders(wanted or Wanted(), print_now), in_a_process(project)
            )
        except BuildFailed as failed:
            print_failing_rows(failed.record, sole.tables)
            raise
        return published or sole.publish()
