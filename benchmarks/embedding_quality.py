"""How good the embedding is on real lists, next to the obvious alternatives.

    python -m benchmarks.embedding_quality ../shared/data/real/artists_hetrec_1892
    python -m benchmarks.embedding_quality ../shared/data/real/listening_lastfm_1000

The folder holds `user_artists.dat` (HetRec 2011) or `user_top_artists.csv` with
`users.csv`. One artist of every user is hidden and looked for in the full catalogue
of artists with at least five listeners.
"""

import argparse
import sys
import time
from pathlib import Path

import duckdb
import pyarrow as pa

from benchmarks.deliveries import print_each_line
from music_warehouse.errors import UserError
from music_warehouse.learning.embeddings import EmbeddingParameters
from music_warehouse.learning.evaluation import embedding_evaluation
from music_warehouse.learning.held_out import EvaluationParameters
from music_warehouse.learning.interactions import Interactions, read_interactions
from music_warehouse.learning.svd import SvdParameters
from music_warehouse.learning.word2vec import Word2VecParameters

_HETREC = """
    select "userID" as user_key, "artistID" as artist_key, weight as playcount
    from read_csv(?, delim = '\t', header = true)
"""
_LISTS = """
    select
        lists.user_id as user_key,
        lower(lists.artist_name) as artist_key,
        lists.playcount,
        users.country
    from read_csv(?) as lists
    left join read_csv(?) as users on users.user_id = lists.user_id
"""


def read_folder(folder: Path) -> Interactions:
    """The interactions of a folder in one of the two shapes."""
    database = duckdb.connect()
    weights, lists = folder / "user_artists.dat", folder / "user_top_artists.csv"
    if weights.exists():
        return read_interactions(database.sql(_HETREC, params=[str(weights)]))
    if lists.exists():
        files = [str(lists), str(folder / "users.csv")]
        return read_interactions(database.sql(_LISTS, params=files))
    raise UserError(f"{folder} holds neither {weights.name} nor {lists.name}.")


def print_table(table: pa.Table) -> None:
    """One line a method, one column a metric, with the 95 % bounds."""
    rows = table.to_pylist()
    metrics = list(dict.fromkeys(row["metric"] for row in rows))
    print(f"{'method':22}" + "".join(f"{metric:>22}" for metric in metrics))
    for method in dict.fromkeys(row["method"] for row in rows):
        cells = [
            f"{row['value']:.3f} [{row['value_lo']:.3f}, {row['value_hi']:.3f}]"
            for row in rows
            if row["method"] == method
        ]
        print(f"{method:22}" + "".join(f"{cell:>22}" for cell in cells))


def main() -> None:
    """Read the command line and print the table."""
    print_each_line()
    reader = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    reader.add_argument("folder", type=Path)
    reader.add_argument(
        "--validation",
        type=int,
        default=0,
        help="a validation split, from 1, for tuning; 0 is the test",
    )
    reader.add_argument("--seed", type=int, default=EvaluationParameters().seed)
    reader.add_argument("--word2vec", action="store_true", help="slow: minutes")
    wanted = reader.parse_args()
    embeddings: dict[str, EmbeddingParameters] = {"svd": SvdParameters()}
    if wanted.word2vec:
        embeddings["word2vec"] = Word2VecParameters()
    interactions = read_folder(wanted.folder)
    started = time.perf_counter()
    parameters = EvaluationParameters(seed=wanted.seed)
    table = embedding_evaluation(
        interactions, embeddings, parameters, wanted.validation
    )
    seconds = time.perf_counter() - started
    users, artists = table["users"][0], table["artists"][0]
    split = f"validation {wanted.validation}" if wanted.validation else "test"
    print(f"{split}: {users} users × {artists} artists, {seconds:.0f} s")
    print_table(table)


if __name__ == "__main__":
    try:
        main()
    except UserError as error:
        sys.exit(str(error))
