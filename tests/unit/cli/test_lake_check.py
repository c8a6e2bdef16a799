"""A lake that has lost what was derived from a delivery is told."""

import pytest

from music_warehouse.errors import UserError
from music_warehouse.ingest import ingest_paths, read_ledger
from music_warehouse.lake_check import require_intact


@pytest.mark.parametrize("folder", ["artist_spellings", "artist_credit_parts"])
def test_missing_names_of_a_delivery_are_told(data, tmp_path, folder):
    delivery = tmp_path / "user_top_artists.csv"
    delivery.write_text("user_id,rank,artist_name,playcount,mbid\n1,1,Drake,7,\n")
    ingest_paths([delivery], data, "listening.user_top_artists")
    require_intact(data.lake, read_ledger(data))
    (data.lake / "names" / folder / "000001.parquet").unlink()

    with pytest.raises(UserError, match=rf"names/{folder}/000001.parquet is missing"):
        require_intact(data.lake, read_ledger(data))
