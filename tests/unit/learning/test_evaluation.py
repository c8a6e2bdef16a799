import numpy as np
import pytest
import scipy.sparse as sp

from music_warehouse.learning.baselines import (
    ease,
    item_cosine,
    popularity,
    popularity_in_country,
)
from music_warehouse.learning.evaluation import embedding_evaluation
from music_warehouse.learning.held_out import (
    EvaluationParameters,
    HeldOut,
    hold_out,
)
from music_warehouse.learning.interactions import UNKNOWN_COUNTRY, Interactions
from music_warehouse.learning.metrics import Rankings, measure, rank_hidden
from music_warehouse.learning.svd import SvdParameters

from .conftest import interactions_of

PLAYS = sp.csr_matrix(
    np.array([[9, 1, 0, 0], [1, 1, 1, 0], [0, 0, 4, 1], [1, 0, 0, 0], [3, 0, 0, 7]])
).astype(float)
ALL = np.arange(5)
QUICK = EvaluationParameters(bootstraps=50)


def test_one_artist_of_every_user_is_hidden_and_all_else_is_kept(
    six_genres: Interactions,
) -> None:
    task = hold_out(six_genres, EvaluationParameters(min_listeners=1))
    users = np.arange(task.users)

    assert task.playcounts.nnz == six_genres.playcounts.nnz - task.users
    assert np.all(np.asarray(task.playcounts[users, task.hidden]) == 0)
    assert np.all(np.diff(np.bincount(task.playcounts.indices)) <= 0)


def test_rare_artists_and_users_with_one_artist_are_no_part_of_the_task() -> None:
    rows = [(user, artist, 1) for user in range(6) for artist in (1, 2)]
    rows += [(7, 1, 1), (8, 1, 1), (8, 3, 1)]

    task = hold_out(interactions_of(rows), EvaluationParameters())

    assert (task.users, task.artists) == (6, 2)


def test_a_validation_split_never_sees_what_the_test_hides(
    six_genres: Interactions,
) -> None:
    everything = EvaluationParameters(min_listeners=1)
    test = hold_out(six_genres, everything)
    validation = hold_out(six_genres, everything, validation=1)

    assert validation.playcounts.nnz == test.playcounts.nnz - test.users
    assert sorted(np.diff(validation.playcounts.indptr).tolist()) == sorted(
        (np.diff(test.playcounts.indptr) - 1).tolist()
    )


def test_the_seed_limits_and_draws_the_users(six_genres: Interactions) -> None:
    few = EvaluationParameters(most_users=50, min_listeners=1)

    one, again = hold_out(six_genres, few), hold_out(six_genres, few)

    assert one.users == 50
    assert np.array_equal(one.hidden, again.hidden)


def test_positions_skip_known_artists_and_ties_go_to_the_lower_column() -> None:
    task = HeldOut(PLAYS, np.array([3, 3, 1, 2, 2]), np.zeros(5, np.int32))
    fixed = np.array([5.0, 5.0, 1.0, 1.0])

    rankings = rank_hidden(task, lambda users: np.tile(fixed, (len(users), 1)))

    assert rankings.position.tolist() == [1, 0, 1, 1, 1]
    assert rankings.top.tolist() == [
        [2, 3, -1, -1],
        [3, -1, -1, -1],
        [0, 1, -1, -1],
        [1, 2, 3, -1],
        [1, 2, -1, -1],
    ]


def test_metrics_are_those_computed_by_hand() -> None:
    top = np.array([[0, 1], [1, 2], [0, 1], [2, 0]])
    rankings = Rankings(np.array([0, 9, 10, 50]), top)

    found = {metric.name: metric for metric in measure(rankings, 6, 200, 1)}

    assert found["hr_at_10"].value == 0.5
    assert found["hr_at_50"].value == 0.75
    assert found["ndcg_at_10"].value == pytest.approx((1 + 1 / np.log2(11)) / 4)
    assert found["coverage"].value == 0.5
    assert all(metric.low <= metric.value <= metric.high for metric in found.values())


def test_the_bounds_hold_the_binomial_interval() -> None:
    position = np.where(np.arange(4_000) % 4 == 0, 0, 99)
    rankings = Rankings(position, np.zeros((4_000, 1), np.int64))

    hit_rate = measure(rankings, 10, 1_000, 1)[0]

    # 0.25 ± 1.96 · sqrt(.25 · .75 / 4000), within the error of 1,000 draws
    assert hit_rate.low == pytest.approx(0.25 - 0.0134, abs=0.0015)
    assert hit_rate.high == pytest.approx(0.25 + 0.0134, abs=0.0015)


def test_popularity_is_the_number_of_listeners() -> None:
    assert popularity(PLAYS)(ALL[:1]).tolist() == [[4, 2, 2, 2]]


def test_popularity_in_a_country_falls_back_on_the_world() -> None:
    country = np.array([4, 4, 9, UNKNOWN_COUNTRY, 9], np.int32)

    scores = popularity_in_country(PLAYS, country)(ALL)

    assert np.allclose(scores[0], [2 + 0.8, 2 + 0.4, 1 + 0.4, 0.4])
    assert np.allclose(scores[4], [1 + 0.8, 0.4, 1 + 0.4, 2 + 0.4])
    assert np.allclose(scores[3], [0.8, 0.4, 0.4, 0.4])


def test_item_cosine_sums_the_cosines_of_the_users_artists() -> None:
    heard = (PLAYS.toarray() > 0).astype(float)
    unit = heard / np.linalg.norm(heard, axis=0)

    assert np.allclose(item_cosine(PLAYS)(ALL), heard @ (unit.T @ unit))


def test_ease_is_the_closed_form_of_its_paper() -> None:
    heard = (PLAYS.toarray() > 0).astype(float)
    inverse = np.linalg.inv(heard.T @ heard + 2.0 * np.eye(4))
    weights = inverse / -np.diag(inverse)
    np.fill_diagonal(weights, 0)

    scores = ease(PLAYS, 4, ridge=2.0, playcount_slope=0.0)(ALL)

    assert np.allclose(scores, heard @ weights, atol=1e-5)


def test_artists_beyond_the_limit_of_ease_come_last() -> None:
    scores = ease(PLAYS, 3, ridge=2.0, playcount_slope=0.0)(ALL)

    assert np.all(np.isneginf(scores[:, 3]))
    assert np.all(np.isfinite(scores[:, :3]))


def test_the_embedding_beats_popularity_on_planted_taste(
    six_genres: Interactions,
) -> None:
    table = embedding_evaluation(six_genres, {"svd": SvdParameters()}, QUICK)
    value = {(row["method"], row["metric"]): row["value"] for row in table.to_pylist()}

    assert table.num_rows == 5 * 4
    assert value["svd", "hr_at_10"] > value["popularity_in_country", "hr_at_10"] + 0.05
    assert value["svd", "coverage"] > value["popularity", "coverage"]
    assert all(
        row["value_lo"] <= row["value"] <= row["value_hi"] for row in table.to_pylist()
    )


def test_an_empty_source_is_evaluated_without_users() -> None:
    table = embedding_evaluation(interactions_of([]), {"svd": SvdParameters()}, QUICK)

    assert table.num_rows == 5 * 4
    assert set(table["users"].to_pylist()) == {0}
