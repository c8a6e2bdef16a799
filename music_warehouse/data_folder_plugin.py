"""dbt-duckdb's plugin for the target `local`: see `profiles.yml`."""

from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.exceptions import DbtRuntimeError


class Plugin(BasePlugin):
    """Tells a missing data folder in one sentence. DuckDB tells it too, but when it
    opens the file, before any hook of the project runs, and as a traceback."""

    def update_connection_config(
        self, creds: DuckDBCredentials, config: dict[str, Any]
    ) -> None:
        """Called just before the database is opened; changes nothing."""
        folder = Path(creds.path).parent
        if not folder.is_dir():
            raise DbtRuntimeError(
                f"There is no data folder {folder} (MUSIC_WAREHOUSE_DATA): run "
                "`music-warehouse ingest PATH` first, or `make build` for a synthetic "
                "sample."
            )
