"""Rows for which a data test failed, for the eye."""

from music_warehouse.origin import Tables
from music_warehouse.publish.build_record import BuildRecord
from music_warehouse.tables import print_table

_SHOWN = 3


def print_failing_rows(record: BuildRecord | None, tables: Tables) -> None:
    """Print some rows of the first data test that failed in this run, if one did.

    The test's SQL runs again, on the tables as the run has left them. What cannot be
    read so is left out: dbt has named the test, and that is what the build failed for.
    """
    failed = record.failed_tests() if record else {}
    for name, sql in list(failed.items())[:1]:
        # The line end closes a comment that the SQL may end with.
        found = tables.rows(f"select * from (\n{sql}\n) as failing limit {_SHOWN}")
        if found is None:
            return
        print(f"\nRows for which {name} failed, {_SHOWN} at most:")
        print_table(*found)
        print(flush=True)
