"""The yardstick: what a good engineer would write by hand in DuckDB for one job.

CSV in; typed Parquet and the brief's two tables out. No ledger, no rejects, no
artist matching, no tests, one rank per table.

    python -m benchmarks.handwritten LANDING OUT
"""

import sys
from pathlib import Path

import duckdb

_LISTS = {
    "user_id": "bigint",
    "rank": "integer",
    "artist_name": "varchar",
    "playcount": "bigint",
    "mbid": "varchar",
}


def run(landing: Path, out: Path) -> None:
    """Read `landing/listening`, write four Parquet files into `out`."""
    out.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(config={"threads": 2})
    connection.execute("set preserve_insertion_order = false")
    connection.read_csv(
        str(landing / "listening/users/users.csv"),
        dtype={"user_id": "bigint", "country": "varchar", "total_scrobbles": "bigint"},
    ).create("users")
    connection.read_csv(
        str(landing / "listening/user_top_artists/user_top_artists.csv"), dtype=_LISTS
    ).create("lists")
    # Joins and groupings on strings cost twice those on integers.
    connection.execute("""
        create table artists as
        select row_number() over () as artist_id, artist_name
        from (select distinct artist_name from lists)
    """)
    connection.execute("""
        create table plays as
        select lists.user_id, artists.artist_id, lists.playcount
        from lists inner join artists using (artist_name)
    """)
    connection.execute("""
        create table pairs as
        select
            coalesce(users.country, 'ZZ') as country,
            plays.artist_id,
            sum(plays.playcount)::double as total_playcount
        from plays left join users using (user_id)
        group by all
    """)
    connection.execute("""
        create table artist_rank_in_country as
        select
            country, artist_name, total_playcount,
            rank() over (
                partition by country order by total_playcount desc
            )::integer as rank
        from pairs inner join artists using (artist_id)
    """)
    connection.execute("""
        create table country_rank_per_artist as
        with shares as (
            select
                *,
                total_playcount
                / sum(total_playcount) over (partition by country) as popularity
            from pairs
        )
        select
            country, artist_name, total_playcount,
            popularity as normalized_popularity,
            rank() over (
                partition by artist_id order by popularity desc
            )::integer as rank
        from shares inner join artists using (artist_id)
    """)
    contract_tables = ("artist_rank_in_country", "country_rank_per_artist")
    for table in ("users", "lists", *contract_tables):
        connection.table(table).write_parquet(
            str(out / f"{table}.parquet"), compression="zstd"
        )


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]))
