"""The synthetic sample, as a newcomer sees it after `make build`."""

import hashlib
import re

from tests.end_to_end.conftest import SIMILARITY, rows_in


def test_the_questions_are_answered(sample):
    artists = sample.run("ask", "artists-in", "Germany", "--limit", "2").splitlines()
    assert artists[0].startswith("Artists by plays in Germany, of ")
    assert artists[1].split() == ["rank", "artist", "plays", "listeners"]
    assert [line.split()[0] for line in artists[2:]] == ["1", "2"]

    _, first, *_ = re.split(r"\s{2,}", artists[2].strip())
    countries = sample.run("ask", "countries-of", first)
    assert "of users" in countries.splitlines()[1]
    assert "too few " in countries

    assert "Artists near to" in sample.run("ask", "similar-to", "Drake")
    assert "svd (shipped)" in sample.run("ask", "embedding-quality")


def test_the_status_accounts_for_every_row(sample):
    status = sample.run("status")

    assert "The published version holds every delivery." in status
    lines = status.splitlines()
    start = next(n for n, line in enumerate(lines) if "of them replaced" in line)
    header, *files = lines[start : start + 5]
    assert "of them replaced" in header
    for line in files:
        _, _, _, rows, loaded, replaced, rejected, repeated, state = line.split()
        assert (rows, replaced, rejected, repeated) == (loaded, "0", "0", "0")
        assert state == "loaded"


def test_published_tables_are_described_in_the_database(sample):
    undescribed = sample.published().sql(
        "select table_name, column_name from duckdb_columns() "
        "where not internal and comment is null"
    )
    assert undescribed.fetchall() == []


def test_two_builds_of_the_same_deliveries_publish_the_same_bytes(sample):
    hashes = []
    for words in ([], ["build", "--full-refresh"]):
        if words:
            sample.run(*words)
        published = (sample.data / "published" / "current").resolve()
        hashes.append(
            {
                name: hashlib.sha256(
                    (published / f"{name}.parquet").read_bytes()
                ).hexdigest()
                for name in SIMILARITY
            }
        )
    rows = rows_in(sample.published())
    assert rows["user_embeddings"] > 1_000
    assert rows["artist_neighbors"] > 1_000
    evaluated = sample.published().sql("select min(users) from embedding_evaluation")
    assert evaluated.fetchall()[0][0] >= 1_000
    assert len(list((sample.data / "published" / "versions").iterdir())) == 2

    assert hashes[0] == hashes[1]
