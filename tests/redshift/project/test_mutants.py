"""Edits that break Redshift: the gate, the stand-in or parity sees each of them."""

import pytest
import redshift_connector

from tests.redshift.engine import tell
from tests.redshift.gate import check_sql
from tests.redshift.parity import differences, from_duckdb, from_redshift, marts
from tests.redshift.project.conftest import History

REFUSED = {"gate", "stand-in"}
MUTANTS = [
    (
        "artist_rank_in_country",
        "rows between unbounded preceding and current row",
        "",
        REFUSED,
    ),
    ("dim_artists", "count(*) as", "count(*) filter (where true) as", REFUSED),
    ("artist_reach", "coalesce(homes", "ifnull(homes", REFUSED),
    ("country_profiles", "left join agreement", "semi join agreement", REFUSED),
    ("dim_dates", "dateadd(", "date_add(", REFUSED),
    ("dim_users", "as varchar(16)", "as text", {"gate"}),
    (
        "dim_users",
        "'listening' as varchar(16)",
        "'listening' as varchar(8)",
        {"parity"},
    ),
    (
        "agg_artist_country",
        "listeners / cast(country_users as double precision)",
        "listeners / country_users",
        {"gate", "parity"},
    ),
    (
        "agg_artist_country",
        "cast(pairs.user_share_billionths as double precision) / 1e9",
        "pairs.user_share_billionths / 1e9",
        REFUSED,
    ),
]


@pytest.mark.parametrize(("mart", "written", "mutated", "catchers"), MUTANTS)
def test_a_mutant_is_caught(
    mart: str,
    written: str,
    mutated: str,
    catchers: set[str],
    second_build: History,
) -> None:
    nodes = second_build.redshift.manifest()["nodes"]
    sql = nodes[f"model.music_warehouse.{mart}"]["compiled_code"]
    assert written in sql
    assert caught_by(sql.replace(written, mutated), mart, second_build) == catchers


def caught_by(sql: str, mart: str, history: History) -> set[str]:
    """Who objects to this SQL for a mart."""
    caught = {"gate"} if check_sql(sql) else set()
    environment, table = history.redshift.environment, f"mutants.{mart}"
    tell(
        environment,
        "create schema if not exists mutants",
        f"drop table if exists {table}",
    )
    try:
        tell(environment, f"create table {table} as ({sql})")
    except redshift_connector.Error:
        return {*caught, "stand-in"}
    expected = from_duckdb(
        history.duckdb.data / "warehouse.duckdb", marts(history.duckdb)[mart]
    )
    if differences(expected, from_redshift(environment, table)):
        caught.add("parity")
    return caught
