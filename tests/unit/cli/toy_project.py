"""A dbt project of one mart, which tells of the deliveries in the ledger."""

from pathlib import Path

SETTINGS = """
name: toy
version: "1.0"
profile: toy
flags: {send_anonymous_usage_stats: false}
models: {toy: {+materialized: table, +access: public}}
vars: {most_loaded: 1000}
"""

PROFILES = """
toy:
  target: local
  outputs:
    local:
      type: duckdb
      path: "{{ env_var('MUSIC_WAREHOUSE_DATA') }}/warehouse.duckdb"
      schema: marts
"""

LEDGER = (
    "read_parquet('{{ env_var(\"MUSIC_WAREHOUSE_DATA\") }}/lake/ledger/ledger.parquet')"
)

DELIVERIES = f"""
select file_seq, rows_loaded
from {LEDGER}
where rows_loaded <= {{{{ var("most_loaded") }}}}
"""

FEW_ROWS = "select * from {{ ref('deliveries') }} where rows_loaded > 100"


def make(folder: Path) -> Path:
    """Write it; its test `few_rows` fails where a file has over 100 rows."""
    (folder / "models").mkdir()
    (folder / "tests").mkdir()
    (folder / "dbt_project.yml").write_text(SETTINGS)
    (folder / "profiles.yml").write_text(PROFILES)
    (folder / "tests" / "few_rows.sql").write_text(FEW_ROWS)
    add_model(folder, "deliveries", DELIVERIES, key="file_seq")
    return folder


def add_model(
    folder: Path, name: str, code: str, key: str, suffix: str = "sql"
) -> None:
    """Write a model whose column `key` is tested to be unique."""
    tests = f"columns: [{{name: {key}, data_tests: [unique]}}]"
    models = folder / "models"
    (models / f"{name}.{suffix}").write_text(code)
    (models / f"_{name}.yml").write_text(f"models: [{{name: {name}, {tests}}}]")
