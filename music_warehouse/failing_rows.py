"""Rows for which a data test failed, for the eye."""

from pathlib import Path

import duckdb

from music_warehouse.publish.build_record import BuildRecord
from music_warehouse.tables import print_table

_SHOWN = 3


def print_failing_rows(record: BuildRecord, warehouse: Path) -> None:
    """Print some rows of the first data test that failed in this run, if one did.

    The test's SQL runs again, on the warehouse as the run has left it. What cannot
    be read so (a test that needs an extension, a warehouse that is open elsewhere) is
    left out: dbt has named the test, and that is what the build failed for.
    """
    for name, sql in list(record.failed_tests().items())[:1]:
        try:
            with duckdb.connect(str(warehouse), read_only=True) as tables:
                # The line end closes a comment that the SQL may end with.
                tables.execute(f"select * from (\n{sql}\n) limit {_SHOWN}")
                columns = [column[0] for column in tables.description or []]
                rows = tables.fetchall()
        except duckdb.Error:
            return
        print(f"\nRows for which {name} failed, {_SHOWN} at most:")
        print_table(columns, rows)
        print(flush=True)
