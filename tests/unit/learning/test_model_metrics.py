import pytest

from music_warehouse.learning.model_metrics import Metric, metrics_table, proportion


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        # Brown, Cai and DasGupta (2001) print Wilson's bounds to three places.
        (0, 10, 0.0, 0.278),
        (10, 10, 0.722, 1.0),
        (5, 10, 0.237, 0.763),
    ],
)
def test_bounds_of_a_share_are_wilsons(
    successes: int, trials: int, low: float, high: float
) -> None:
    share = proportion("model", "metric", "split", successes, trials, seed=1)

    assert share.value == successes / trials
    assert share.value_lo == pytest.approx(low, abs=5e-4)
    assert share.value_hi == pytest.approx(high, abs=5e-4)
    assert share.observations == trials


def test_a_share_of_nothing_has_a_reason_and_no_value() -> None:
    share = proportion("model", "metric", "split", 0, 0, seed=1)

    assert (share.value, share.value_lo, share.value_hi) == (None, None, None)
    assert share.reason == "there is nothing to take a share of"


def test_metrics_become_rows_of_six_places() -> None:
    table = metrics_table(
        [
            Metric("a", "b", "c", 1 / 3, -1e-9, 2 / 3, 3, 7),
            Metric("a", "d", "c", None, None, None, 0, 7, reason="why"),
        ]
    )

    first, second = table.to_pylist()
    assert (first["value"], first["value_lo"]) == (0.333333, 0.0)
    assert str(first["value_lo"]) == "0.0"
    assert (second["value"], second["reason"]) == (None, "why")
    assert "scikit-learn" in first["versions"]
