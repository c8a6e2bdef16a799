"""Building and testing every table, in one run of dbt or in two, on either engine."""

import json
import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from music_warehouse.dbt_orders import BuildFailed, DbtOrder, Orders
from music_warehouse.dbt_process import Project
from music_warehouse.ingest.ledger import LedgerEntry
from music_warehouse.origin import Tables, Training
from music_warehouse.project_vars import declared_vars
from music_warehouse.publish import Inputs, Runs
from music_warehouse.publish.build_record import BuildRecord
from music_warehouse.publish.finished_build import note_finished
from music_warehouse.retraining import WHEN_DUE
from music_warehouse.unsettled import CHECK, unsettled, way_out

Tell = Callable[[str], None]

# Heeded by the macro `get_where_subquery`.
_TESTED_THROUGH = "DBT_TESTED_THROUGH"


@dataclass(frozen=True)
class Wanted:
    """What somebody asks of a build, whatever has changed: every table from nothing,
    a run though nothing has changed, Python models trained though not due."""

    full_refresh: bool = False
    force: bool = False
    retrain: bool = False

    def __bool__(self) -> bool:
        return self.full_refresh or self.force or self.retrain


@dataclass(frozen=True)
class TableBuild:
    """One build's tables, and what all of its runs of dbt have in common.

    `words` are given to every run, `entries` are the deliveries that it is made from,
    `unit_tested` says that the same definitions have passed their unit tests before,
    `tested_through` is the last delivery whose rows have passed the tests of their
    tables and lie there as they did then, `untouched` are the paths, by unique id, of
    nodes for which nothing has come since, `readers` tells what readers see if it
    fails, `stop` is set when it must end.
    """

    project: Project
    tables: Tables
    entries: Sequence[LedgerEntry]
    inputs: Inputs
    variables: Mapping[str, Any]
    full_refresh: bool
    retrain: bool
    unit_tested: bool
    readers: str
    tested_through: int = 0
    untouched: Mapping[str, str] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    stop: threading.Event | None = None

    def orders(self, tell: Tell) -> Orders[None]:
        """Ask for the runs of dbt; raise BuildFailed after one that did not end well.

        The Python models are left as they are until `retraining_triggers` says that
        they are due. What is noted before a run holds even if it ends half-way: its
        tables may have rows of these deliveries, its Python models may be of two
        trainings.
        """
        tables, inputs = self.tables, self.inputs
        if self.full_refresh:
            tables.forget()
        origin = tables.origin()
        may_keep = origin is not None and origin.training is Training.ENDED
        if self.retrain or not may_keep or tables.triggers() is None:
            if not self.full_refresh:
                tables.remember(inputs, Training.BEGUN)
            yield from self._run()
            self._end(Runs())
            return

        tables.remember(inputs, Training.ENDED)
        left_out = " ".join((WHEN_DUE, *self.untouched.values()))
        if self.untouched:
            tell(
                f"Nothing has come for {len(self.untouched)} tables and tests: they "
                "stay as they are."
            )
        try:
            # Without `empty` their tests would be left out with them.
            yield from self._run("--exclude", left_out, "--indirect-selection", "empty")
        finally:
            # Red or green, this run has not touched what is trained.
            tables.remember(inputs, Training.ENDED)
        due = [trigger for trigger in tables.triggers() or [] if trigger.is_due]
        if not due:
            tell("The Python models stay as they were trained: no trigger is due.")
            self._end(Runs(is_trained_before=True, untouched=[*self.untouched]))
            return
        tell(f"The Python models are trained anew: {'; '.join(map(str, due))}.")
        first = BuildRecord.read(self.project.target)
        tables.remember(inputs, Training.BEGUN)
        yield from replace(self, unit_tested=True)._run("--select", f"{WHEN_DUE}+")
        self._end(Runs(first, untouched=[*self.untouched]))

    def part(self, selection: Sequence[str], trains: bool) -> Orders[None]:
        """Ask for one run of dbt that builds what is selected and is no build of its
        own: nothing can be published from it.

        `trains` says that Python models are among the selected. They may then be of
        two trainings, and the next build trains all of them.
        """
        origin = self.tables.origin()
        training = origin.training if origin and not self.full_refresh else None
        if trains and training is not None:
            training = Training.BEGUN
        if training is not None:
            self.tables.remember(self.inputs, training)
        try:
            yield from replace(self, full_refresh=False)._run(*selection)
        finally:
            if training is not None:
                self.tables.remember(self.inputs, training)

    def _end(self, runs: Runs) -> None:
        self.tables.remember(self.inputs, Training.ENDED)
        note_finished(self.project.target, self.inputs, runs)

    def _run(self, *selection: str) -> Generator[DbtOrder, bool, None]:
        words = ["build", *self.words, *selection]
        if self.unit_tested:
            words += ["--exclude-resource-type", "unit_test"]
        if self.full_refresh:
            words.append("--full-refresh")
        if self.variables:
            words += ["--vars", json.dumps(self.variables, default=str)]
        begun = time.time()
        tested = {_TESTED_THROUGH: str(0 if self.full_refresh else self.tested_through)}
        if (yield DbtOrder(tuple(words), self.project.target, self.stop, tested)):
            return
        told, record = (
            "dbt stopped before it built anything, for the reason above",
            None,
        )
        if (self.project.target / "run_results.json").is_file():
            found = BuildRecord.read(self.project.target)
            failed = found.what_failed()
            if failed is not None and found.started_at >= begun:
                told, record = failed, found
        hint = self._way_out(record) if record else ""
        raise BuildFailed(f"The build failed: {told}. {self.readers}{hint}", record)

    def _way_out(self, record: BuildRecord) -> str:
        """What to do where rejected rows or files have stopped the build."""
        if CHECK not in record.failed_tests():
            return ""
        settings = {**declared_vars(self.project.root), **self.variables}
        files = unsettled(self.entries, settings)
        return f" {way_out(files, settings)}" if files else ""
