"""The profile of production."""

from pathlib import Path

import yaml

PROFILES = Path(__file__).parents[2] / "profiles.yml"


def test_no_statement_of_production_has_a_time_limit() -> None:
    """redshift_connector takes `connect_timeout` for every read of the socket, so that
    each statement that takes longer would fail."""
    outputs = yaml.safe_load(PROFILES.read_text("utf-8"))["music_warehouse"]["outputs"]

    assert outputs["prod"]["type"] == "redshiftpy"
    assert "connect_timeout" not in outputs["prod"]
