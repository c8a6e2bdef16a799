"""Whether two published versions hold the same rows."""

from pathlib import Path

import duckdb


def differing_marts(one: Path, other: Path) -> list[str]:
    """The names of the marts whose rows differ between two version folders, those
    that only one of them holds included. Rows count as often as they occur."""
    names = {path.name for folder in (one, other) for path in folder.glob("*.parquet")}
    return sorted(
        name.removesuffix(".parquet")
        for name in names
        if not _same_rows(one / name, other / name)
    )


def _same_rows(one: Path, other: Path) -> bool:
    if not (one.exists() and other.exists()):
        return False
    [differences] = duckdb.sql(
        f"""
        select count(*) from (
            (from '{one}' except all from '{other}')
            union all
            (from '{other}' except all from '{one}')
        )
        """
    ).fetchall()
    return differences == (0,)
