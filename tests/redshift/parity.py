"""The same marts on two engines, row for row."""

from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow.fs import S3FileSystem

from tests.redshift.engine import Engine, tell

BUCKET = "warehouse"
TOLERANCE = 1e-9


def marts(engine: Engine) -> dict[str, str]:
    """The relation of every mart there is, by the mart's name."""
    return {
        node["name"]: f"{node['schema']}.{node['alias']}"
        for node in engine.manifest()["nodes"].values()
        if node["resource_type"] == "model" and "marts" in node["fqn"]
    }


def from_duckdb(database: Path, relation: str) -> pa.Table:
    """All rows of a relation in a DuckDB file."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.table(relation).to_arrow_table()


def from_redshift(environment: dict[str, str], relation: str) -> pa.Table:
    """All rows of a relation, unloaded to S3 and read from there."""
    prefix = f"parity/{relation}/"
    tell(
        environment,
        f"unload ('select * from {relation}') to 's3://{BUCKET}/{prefix}'"
        " iam_role default format as parquet cleanpath",
    )
    files = S3FileSystem(
        endpoint_override=environment["AWS_ENDPOINT_URL_S3"],
        region=environment["AWS_DEFAULT_REGION"],
        access_key=environment["AWS_ACCESS_KEY_ID"],
        secret_key=environment["AWS_SECRET_ACCESS_KEY"],
    )
    return pq.read_table(f"{BUCKET}/{prefix}", filesystem=files)


def differences(expected: pa.Table, found: pa.Table) -> list[str]:
    """What differs, in words; nothing where the tables hold the same rows.

    Numbers with a fraction may differ by 1e-9 of themselves, or of one.
    """
    if expected.column_names != found.column_names:
        return [f"columns {found.column_names}, not {expected.column_names}"]
    if expected.num_rows != found.num_rows:
        return [f"{found.num_rows} rows, not {expected.num_rows}"]
    fractions = [f.name for f in expected.schema if pa.types.is_floating(f.type)]
    keys = [name for name in expected.column_names if name not in fractions]
    order = [(name, "ascending") for name in [*keys, *fractions]]
    expected = expected.sort_by(order)
    found = found.cast(expected.schema).sort_by(order)
    told = []
    for name in expected.column_names:
        same = _same(expected[name], found[name], name in fractions)
        if not same.all():
            row = int(np.argmin(same))
            told.append(
                f"{name}: {int((~same).sum())} of {len(same)} values, as"
                f" {found[name][row]} for {expected[name][row]} in"
                f" {expected.slice(row, 1).to_pylist()[0]}"
            )
    return told


def _same(
    expected: pa.ChunkedArray, found: pa.ChunkedArray, is_fraction: bool
) -> np.ndarray:
    both_missing = pc.and_(pc.is_null(expected), pc.is_null(found)).to_numpy()
    if is_fraction:
        one_missing = pc.xor(pc.is_null(expected), pc.is_null(found)).to_numpy()
        close = np.isclose(
            found.to_numpy(),
            expected.to_numpy(),
            rtol=TOLERANCE,
            atol=TOLERANCE,
            equal_nan=True,
        )
        return (close & ~one_missing) | both_missing
    equal = pc.fill_null(pc.equal(expected, found), False).to_numpy()
    return equal | both_missing
