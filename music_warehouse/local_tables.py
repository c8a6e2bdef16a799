"""The tables of the DuckDB warehouse.

What they were built from is remembered in a file beside the warehouse, together with
when the warehouse was written then: somebody who runs dbt by hand is noticed.
"""

import json
import os
import re
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from music_warehouse.errors import UserError
from music_warehouse.origin import Origin, Training
from music_warehouse.paths import DataFolder
from music_warehouse.publish import Inputs
from music_warehouse.retraining import TRIGGERS, Trigger, triggers_of

_HOLDER = re.compile(r"PID \d+")
# What a build of a full-sized warehouse takes, twice over.
_PATIENCE_SECONDS = 600.0


@dataclass(frozen=True)
class LocalTables:
    """The tables of a data folder's warehouse."""

    data: DataFolder

    def wait_for_writer(self, patience: float = _PATIENCE_SECONDS) -> None:
        """Return when no other process writes to the warehouse: the dbt of a build that
        was killed goes on to its end. UserError after `patience` seconds."""
        ending, told = time.monotonic() + patience, False
        while (reason := self._locked()) is not None:
            if time.monotonic() >= ending:
                raise UserError(
                    f"{self.data.warehouse} is being written by another process "
                    f"({reason}): try again when it has ended."
                )
            if not told:
                print(f"Waiting for another process ({reason}).", flush=True)
                told = True
            time.sleep(0.5)

    def _locked(self) -> str | None:
        """Who holds the warehouse for writing, as DuckDB says; None where nobody."""
        if not self.data.warehouse.is_file():
            return None
        try:
            duckdb.connect(str(self.data.warehouse), read_only=True).close()
        except duckdb.IOException as error:
            found = _HOLDER.search(str(error))
            # A damaged file is for dbt to tell.
            return found.group() if found else None
        return None

    def origin(self) -> Origin | None:
        """What they were built from; None where that is not known."""
        try:
            noted = json.loads(self._file.read_text(encoding="utf-8"))
            inputs, trained = (
                Inputs(**noted["inputs"]),
                noted["trained_in_warehouse_of"],
            )
        except (FileNotFoundError, ValueError, TypeError, KeyError):
            return None
        if trained is None:
            return Origin(inputs, Training.BEGUN)
        is_untouched = trained == self._written()
        return Origin(inputs, Training.ENDED if is_untouched else Training.UNKNOWN)

    def remember(self, inputs: Inputs, training: Training) -> None:
        """Note what every row of them comes from, and that the Python models' tables,
        if they are of one training, are so as they are now."""
        beside = self._file.with_name(self._file.name + ".tmp")
        trained = {
            Training.ENDED: self._written(),
            Training.BEGUN: None,
            # A time at which no warehouse was written.
            Training.UNKNOWN: 0,
        }
        noted = {
            "inputs": asdict(inputs),
            "trained_in_warehouse_of": trained[training],
        }
        beside.write_text(json.dumps(noted) + "\n", encoding="utf-8")
        os.replace(beside, self._file)

    def forget(self) -> None:
        """Note that nothing is known of them."""
        self._file.unlink(missing_ok=True)

    def triggers(self) -> list[Trigger] | None:
        """The triggers as the warehouse has them; None where it has no such table."""
        if not self.data.warehouse.is_file():
            return None
        with duckdb.connect(str(self.data.warehouse), read_only=True) as warehouse:
            try:
                return triggers_of(warehouse.table(f"marts.{TRIGGERS}"))
            except duckdb.CatalogException:
                return None

    def rows(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]] | None:
        """The columns and rows of a query; None where it cannot be answered (it needs
        an extension, or the warehouse is open elsewhere)."""
        try:
            with duckdb.connect(str(self.data.warehouse), read_only=True) as warehouse:
                warehouse.execute(sql)
                columns = [column[0] for column in warehouse.description or []]
                return columns, warehouse.fetchall()
        except duckdb.Error:
            return None

    @property
    def _file(self) -> Path:
        return self.data.warehouse.with_suffix(".built_from")

    def _written(self) -> int | None:
        """When the warehouse was written last, in nanoseconds since 1970."""
        warehouse = self.data.warehouse
        log = warehouse.with_name(warehouse.name + ".wal")
        files = [file for file in (warehouse, log) if file.exists()]
        return max((file.stat().st_mtime_ns for file in files), default=None)
