"""The data folder, as its environment variable names it."""

from pathlib import Path

import pytest

from music_warehouse.errors import UserError
from music_warehouse.paths import DATA_VARIABLE, DataFolder


@pytest.mark.parametrize("character", list("'\"*?[]{}"))
def test_a_path_that_duckdb_would_misread_is_a_users_mistake(
    monkeypatch: pytest.MonkeyPatch, character: str
) -> None:
    monkeypatch.setenv(DATA_VARIABLE, f"/music{character}data")
    with pytest.raises(UserError, match="must not contain") as raised:
        DataFolder.from_environment()
    assert str(raised.value).endswith(f"contain {character}.")


@pytest.mark.parametrize("path", ["/music data/lake-1.0_(new)", "Müsik", "data"])
def test_other_paths_are_taken_as_they_are(
    monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setenv(DATA_VARIABLE, path)
    assert DataFolder.from_environment().root == Path(path)
