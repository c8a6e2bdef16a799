"""What a user's days before a date say about leaving, as a matrix."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from music_warehouse.errors import UserError

THEMES: dict[str, tuple[str, ...]] = {
    "long_silence": ("days_since_play", "week_active_days"),
    "little_activity": ("active_days", "plays", "listened_hours", "sessions"),
    "falling_activity": ("plays_trend", "active_days_trend", "week_pace"),
    "skipping": ("skip_share", "skip_share_trend"),
    "incomplete_plays": ("complete_share",),
    "short_acquaintance": ("days_known",),
    "failed_payments": ("failed_payments",),
}
"""Features by what they are about. Those of a theme say nearly the same, so that only
together they can be a reason."""

FEATURES = tuple(feature for theme in THEMES.values() for feature in theme)

_COUNTS = (
    *("active_days", "plays", "skips", "skip_known_plays", "completes"),
    *("completion_known_plays", "listened_ms", "sessions", "former_active_days"),
    *("former_plays", "former_skips", "former_skip_known_plays", "week_active_days"),
    *("days_since_play", "days_known", "failed_payments"),
)
_MS_PER_HOUR = 3_600_000


@dataclass(frozen=True)
class UserDates:
    """Users at as-of dates, in the order of dates, then keys.

    `date` counts the dates from the first, 0; `features` has a column for each of
    FEATURES, NaN where it is not known; `churned` is NaN where nobody knows yet;
    `flagged` is a rule's verdict.
    """

    user_key: NDArray[np.int64]
    date: NDArray[np.int64]
    features: NDArray[np.float64]
    churned: NDArray[np.float64]
    flagged: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.user_key)

    def where(self, chosen: NDArray[np.bool_]) -> "UserDates":
        """The chosen rows."""
        return UserDates(
            self.user_key[chosen],
            self.date[chosen],
            self.features[chosen],
            self.churned[chosen],
            self.flagged[chosen],
        )

    def labelled_dates(self) -> list[int]:
        """The dates of which it is known who left, the latest last."""
        return sorted(set(self.date[~np.isnan(self.churned)].tolist()))

    def at(self, dates: list[int]) -> "UserDates":
        """The rows of some dates."""
        return self.where(np.isin(self.date, dates))


def user_dates(table: pa.Table) -> UserDates:
    """Users at dates from the columns of `int_churn_features`, in any order of rows.

    Raises UserError where a column is missing.
    """
    wanted = ("user_key", "as_of_date", "has_churned", "is_flagged_by_rule", *_COUNTS)
    missing = sorted(set(wanted) - set(table.column_names))
    if missing:
        raise UserError(f"Churn needs the column {missing[0]}, which is missing.")
    table = table.select(wanted).sort_by(
        [("as_of_date", "ascending"), ("user_key", "ascending")]
    )
    days = pc.cast(table["as_of_date"], pa.date32()).cast(pa.int32()).to_numpy()
    churned = table["has_churned"].cast(pa.int8()).cast(pa.float64())
    counts = {name: table[name].to_numpy().astype(np.float64) for name in _COUNTS}
    return UserDates(
        user_key=table["user_key"].to_numpy(),
        date=np.unique(days, return_inverse=True)[1].astype(np.int64),
        features=_features(counts),
        churned=pc.fill_null(churned, np.nan).to_numpy(),
        flagged=table["is_flagged_by_rule"].to_numpy(zero_copy_only=False).astype(bool)
        if table.num_rows
        else np.zeros(0, bool),
    )


def _features(counts: dict[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    skipped = _share(counts["skips"], counts["skip_known_plays"])
    former = _share(counts["former_skips"], counts["former_skip_known_plays"])
    derived = {
        **counts,
        "listened_hours": counts["listened_ms"] / _MS_PER_HOUR,
        # One play more on either side, so that a first month is no infinite rise.
        "plays_trend": np.log((counts["plays"] + 1) / (counts["former_plays"] + 1)),
        "active_days_trend": counts["active_days"] - counts["former_active_days"],
        "week_pace": 4 * counts["week_active_days"] - counts["active_days"],
        "skip_share": skipped,
        "skip_share_trend": skipped - former,
        "complete_share": _share(counts["completes"], counts["completion_known_plays"]),
    }
    return np.column_stack([derived[name] for name in FEATURES])


def _share(
    part: NDArray[np.float64], whole: NDArray[np.float64]
) -> NDArray[np.float64]:
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1), np.nan)
