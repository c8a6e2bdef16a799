"""Where everything lives: one data folder, chosen by one environment variable."""

import os
from dataclasses import dataclass
from pathlib import Path

from music_warehouse.errors import UserError

_NOT_IN_PATHS = "'\"*?[]{}"
DATA_VARIABLE = "MUSIC_WAREHOUSE_DATA"


@dataclass(frozen=True)
class DataFolder:
    """The data folder and the fixed names inside it."""

    root: Path

    @classmethod
    def from_environment(cls) -> "DataFolder":
        """Read MUSIC_WAREHOUSE_DATA; without it the folder is `data` in the
        working directory, the same default that `profiles.yml` and the dbt
        sources use.

        Raises UserError for a path that DuckDB would read as a pattern, or that
        would end a quoted text in SQL.
        """
        path = os.environ.get(DATA_VARIABLE, "data")
        unusable = [character for character in _NOT_IN_PATHS if character in path]
        if unusable:
            raise UserError(
                f"{DATA_VARIABLE} is {path}, but the path of the data folder must "
                f"not contain {' '.join(unusable)}."
            )
        return cls(Path(path))

    @property
    def landing(self) -> Path:
        """Delivered files, as they came."""
        return self.root / "landing"

    @property
    def lake(self) -> Path:
        """Typed Parquet, the ledger of deliveries and the rejected rows."""
        return self.root / "lake"

    @property
    def warehouse(self) -> Path:
        """The DuckDB file that dbt builds in; readers never open it."""
        return self.root / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        """Versions of the marts that passed every test, and `current`."""
        return self.root / "published"

    @property
    def privacy(self) -> Path:
        """The local key, the vault of card tokens and the list of erased people."""
        return self.root / "privacy"
