"""Taste as vectors, built through dbt: cold starts and wrong variables."""

import csv
from pathlib import Path

import duckdb
import pytest

from tests.end_to_end.conftest import Warehouse, rows_in

HEADERS = {
    "users": ("user_id", "country", "total_scrobbles"),
    "user_top_artists": ("user_id", "rank", "artist_name", "playcount", "mbid"),
}
# What is made of lists of listening, and the tests of nothing else: the service has
# delivered nothing.
OF_LISTENING = (
    *("--select", "+group:listening", "+group:similarity"),
    *("--indirect-selection", "cautious"),
)


def deliver(folder: Path, **rows: list[tuple]) -> Path:
    """Files of these rows, by table; a table without rows has its header only."""
    for table, header in HEADERS.items():
        path = folder / "listening" / table / "delivery.csv"
        path.parent.mkdir(parents=True)
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([header, *rows.get(table, [])])
    return folder


def lists(users: int, artists: int) -> list[tuple]:
    """Every user lists every artist, in an order of the user's own."""
    return [
        (user, rank, f"Artist {(user + rank) % artists}", 100 - rank, "")
        for user in range(1, users + 1)
        for rank in range(1, artists + 1)
    ]


def built(
    warehouse: Warehouse, landing: Path, *words: str
) -> duckdb.DuckDBPyConnection:
    """Ingest, and build everything with every data test; the marts."""
    warehouse.run("ingest", str(landing))
    without = ("--exclude-resource-type", "unit_test")
    warehouse.run("build", *without, *words, program="dbt")
    database = duckdb.connect(str(warehouse.data / "warehouse.duckdb"), read_only=True)
    database.execute("use marts")
    return database


def test_a_source_of_headers_alone_gives_empty_tables_and_an_evaluation_of_nobody(
    warehouse, tmp_path
):
    marts = built(warehouse, deliver(tmp_path / "landing"))

    rows = rows_in(marts)
    assert rows.pop("embedding_evaluation") > 0
    assert set(rows.values()) == {0}
    assert marts.execute(
        "select distinct users from embedding_evaluation"
    ).fetchall() == [(0,)]


def test_one_listener_of_one_artist_has_the_artists_vector(warehouse, tmp_path):
    """A second listener has listed an artist without having played it: no vector."""
    landing = deliver(
        tmp_path / "landing",
        users=[(1, "Germany", 10)],
        user_top_artists=[(1, 1, "Alone", 10, ""), (2, 1, "Never", 0, "")],
    )
    marts = built(warehouse, landing, *OF_LISTENING)

    (user,) = marts.execute(
        "select user_key, columns('dim_.*') from user_embeddings"
    ).fetchall()
    (artist,) = marts.execute(
        "select columns('dim_.*') from artist_embeddings"
    ).fetchall()
    assert user == (1, *artist)
    assert marts.execute(
        "select user_key, taste_cluster, is_stable from user_taste_clusters"
    ).fetchall() == [(1, None, False)]
    rows = rows_in(marts)
    assert rows["artist_neighbors"] == rows["similar_users"] == 0
    assert rows["artist_taste_cluster_profiles"] == 0


@pytest.mark.parametrize("method", ["svd", "word2vec"])
def test_fewer_artists_than_dimensions_have_all_their_neighbours(
    warehouse, tmp_path, method
):
    landing = deliver(tmp_path / "landing", user_top_artists=lists(30, artists=12))
    marts = built(
        warehouse,
        landing,
        *("--select", "+group:similarity", "--indirect-selection", "cautious"),
        *("--vars", f"{{embedding_method: {method}}}"),
    )

    rows = rows_in(marts)
    assert rows["artist_embeddings"] == 12
    assert rows["artist_neighbors"] == 12 * 11
    assert rows["similar_users"] == 30 * 25
    assert marts.execute(
        "select distinct method from embedding_evaluation where is_shipped"
    ).fetchall() == [(method,)]
    ((first, last),) = marts.execute(
        "select max(abs(dim_01)), max(abs(dim_50)) from artist_embeddings"
    ).fetchall()
    assert first > 0
    assert (last == 0) == (method == "svd")


@pytest.mark.parametrize(
    ("command", "variable", "told"),
    [
        (
            ("build", "--select", "+py_artist_embeddings"),
            "{embedding_method: pca}",
            "The embedding method is `svd` or `word2vec`",
        ),
        (
            ("compile", "--select", "artist_embeddings"),
            "{embedding_dimensions: 51}",
            "embedding_dimensions is at most 50",
        ),
    ],
)
def test_a_wrong_variable_is_told_in_a_sentence(
    warehouse, tmp_path, command, variable, told
):
    warehouse.run("ingest", str(deliver(tmp_path / "landing")))
    ended = warehouse.attempt(*command, "--vars", variable, program="dbt")

    assert ended.returncode != 0
    assert told in ended.stdout
