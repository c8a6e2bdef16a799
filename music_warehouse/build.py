"""One build of the data folder: dbt from the lake to tested marts, then publication."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from filelock import FileLock, Timeout

from music_warehouse.dbt_orders import BuildFailed, Orders, carry_out
from music_warehouse.dbt_process import Project, in_a_process
from music_warehouse.errors import BusyError
from music_warehouse.failing_rows import print_failing_rows
from music_warehouse.ingest.lake import reading
from music_warehouse.ingest.ledger import LedgerEntry
from music_warehouse.lake_check import require_intact
from music_warehouse.local_tables import LocalTables
from music_warehouse.origin import Origin, Training
from music_warehouse.paths import DataFolder
from music_warehouse.publish import (
    Inputs,
    PublishReport,
    find_current,
    find_whole,
    is_as_published,
    publish,
)
from music_warehouse.publish.finished_build import manifest_of
from music_warehouse.publish.inputs import continues, read_inputs, require_deliveries
from music_warehouse.table_build import TableBuild, Tell, Wanted
from music_warehouse.unsettled import would_be_stopped
from music_warehouse.untouched import arrived_in, untouched_by


@dataclass(frozen=True)
class LocalBuild:
    """A build of a data folder, in the parts of which it is made."""

    data: DataFolder
    project: Project
    variables: Mapping[str, Any]

    @property
    def tables(self) -> LocalTables:
        """The tables that it writes."""
        return LocalTables(self.data)

    @contextmanager
    def alone(self) -> Iterator["LocalBuild"]:
        """Be the only build of the data folder; UserError where another is."""
        # Before a lock makes folders.
        require_deliveries(self.data)
        try:
            with FileLock(self.data.root / ".build.lock", timeout=0):
                self.tables.wait_for_writer()
                yield self
        except Timeout as error:
            raise BusyError(
                "Another build of this data folder is under way: "
                "try again when it has ended."
            ) from error

    def orders(self, wanted: Wanted, tell: Tell) -> Orders[PublishReport | None]:
        """Ask for the runs of dbt that bring the tables up to date; the lake is kept
        as it is until the last has ended.

        Where neither the deliveries nor the project nor its vars have changed since
        what is published, and its files are as they were published, nothing runs,
        unless it is `wanted`: the report is then of what is published already. Where
        the project or its vars have changed since the tables were built, the lake is
        not the one they were built from, or something else has written to them, they
        are built from nothing.
        Unit tests run with definitions that no published version has passed them with.
        """
        data, root = self.data, self.project.root
        with reading(data.lake):
            entries = require_deliveries(data)
            inputs = read_inputs(data, root, self.variables)
            former, origin = find_whole(data), self.tables.origin()
            # A file that the version was published with may be let pass no more.
            is_stopped = would_be_stopped(entries, root, self.variables)
            was_cut_off = origin is not None and origin.training is Training.BEGUN
            is_wanted = wanted or is_stopped or was_cut_off
            if former and former[1].inputs == inputs and not is_wanted:
                folder, version = former
                if is_as_published(folder, version):
                    return PublishReport(version, folder, is_new=False)
            if origin is not None and origin.training is Training.UNKNOWN:
                tell(
                    "The warehouse has been written to since a build of it last ended "
                    "(one was cut off, or it was something else): it is built from "
                    "nothing."
                )
            yield from self._tables_from(entries, inputs, wanted).orders(tell)
        return None

    def part(self, selection: Sequence[str], trains: bool) -> Orders[None]:
        """Ask for a run of dbt that builds a part, which publishes nothing; `trains`
        says that models are among it that are trained when due."""
        with reading(self.data.lake):
            entries = require_deliveries(self.data)
            inputs = read_inputs(self.data, self.project.root, self.variables)
            tables = self._tables_from(entries, inputs, Wanted())
            apart = Project(self.project.root, self.project.target / "part")
            yield from replace(tables, project=apart).part(selection, trains)

    def _tables_from(
        self, entries: Sequence[LedgerEntry], inputs: Inputs, wanted: Wanted
    ) -> TableBuild:
        require_intact(self.data.lake, entries)
        former, origin = find_whole(self.data), self.tables.origin()
        is_continued = (
            origin is not None
            # What something else has written may be of other definitions.
            and origin.training is not Training.UNKNOWN
            and origin.inputs.project_sha256 == inputs.project_sha256
            and continues(entries, origin.inputs)
        )
        tested_through = _tested_through(former and former[1].inputs, origin)
        manifest = manifest_of(self.project.target, inputs)
        untouched: Mapping[str, str] = {}
        if is_continued and tested_through and manifest and not wanted:
            untouched = untouched_by(arrived_in(entries, tested_through), manifest)
        return TableBuild(
            self.project,
            self.tables,
            entries,
            inputs,
            self.variables,
            full_refresh=wanted.full_refresh or not is_continued,
            retrain=wanted.retrain,
            unit_tested=bool(former and former[1].has_definitions_of(inputs)),
            readers=_what_readers_see(self.data),
            tested_through=tested_through,
            untouched=untouched,
        )

    def publish(self) -> PublishReport:
        """Publish what the last build has built."""
        return publish(self.data, self.project.target, self.project.root)


def build(
    data: DataFolder,
    project: Project,
    variables: Mapping[str, Any],
    wanted: Wanted | None = None,
) -> PublishReport:
    """Run `dbt build` and publish its marts; dbt prints what it does."""
    local = LocalBuild(data, project, variables)
    with local.alone():
        try:
            published = carry_out(
                local.orders(wanted or Wanted(), print_now), in_a_process(project)
            )
        except BuildFailed as failed:
            print_failing_rows(failed.record, local.tables)
            raise
        return published or local.publish()


def print_now(sentence: str) -> None:
    """Print between what processes print."""
    print(sentence, flush=True)


def _tested_through(published: Inputs | None, origin: Origin | None) -> int:
    """The last delivery of what is published, where nothing has written to the tables
    since: all their rows have passed the tests. Otherwise none of them may have."""
    if published is None or origin is None or origin.inputs != published:
        return 0
    return published.ledger_sequence if origin.training is Training.ENDED else 0


def _what_readers_see(data: DataFolder) -> str:
    former = find_current(data)
    if former is None:
        return "Nothing is published yet."
    return f"Readers go on seeing version {former.name}."
