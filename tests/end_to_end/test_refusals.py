"""What keeps a build from being published: files refused as a whole, another lake."""

import shutil

import pytest

HEADER = "user_id,rank,artist_name,playcount,mbid\n"

CHECKS = ("assert_reject_share_is_publishable", "assert_tables_continue_this_lake")


@pytest.fixture
def deliver(warehouse, tmp_path):
    """Land a file of top artists and ingest it."""

    def deliver(name, content):
        path = tmp_path / "landing" / "listening" / "user_top_artists" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        return warehouse.attempt("ingest", str(path))

    return deliver


@pytest.fixture
def build(warehouse):
    """Build what the checks of this subject read, and run them."""

    def build(*words):
        return warehouse.attempt(
            "build",
            *("--select", *(f"+{check}" for check in CHECKS)),
            *("--exclude", "test_type:generic", "test_type:unit"),
            *("--indirect-selection", "cautious"),
            *words,
            program="dbt",
        )

    return build


def failed(ended):
    return {check for check in CHECKS if f"Failure in test {check}" in ended.stdout}


def test_a_file_refused_as_a_whole_stops_publication_until_settled(deliver, build):
    assert deliver("good.csv", HEADER + "1,1,ABBA,5,\n").returncode == 0
    refused = deliver("bad.csv", "user,place\n1,1\n")
    assert refused.returncode == 1
    assert "`music-warehouse build --vars '{accepted_files: [2]}'`" in refused.stderr

    assert failed(build()) == {"assert_reject_share_is_publishable"}

    # The same bytes again are the same file: it need not be accepted twice.
    assert deliver("bad.csv", "user,place\n1,1\n").returncode == 1
    assert build("--vars", "{accepted_files: [2]}").returncode == 0

    # Another file, mended, settles nothing; the refused one, mended, does.
    deliver("other.csv", HEADER + "2,1,ABBA,5,\n")
    assert failed(build()) == {"assert_reject_share_is_publishable"}
    deliver("bad.csv", HEADER + "3,1,ABBA,5,\n")
    assert build().returncode == 0


def test_another_lake_needs_a_full_refresh_before_it_is_published(
    warehouse, deliver, build
):
    deliver("a.csv", HEADER + "1,1,ABBA,5,\n")
    assert build().returncode == 0
    deliver("b.csv", HEADER + "2,1,ABBA,5,\n")
    assert build().returncode == 0

    shutil.rmtree(warehouse.data / "lake")
    deliver("other.csv", HEADER + "3,1,Blur,5,\n")
    assert failed(build()) == {"assert_tables_continue_this_lake"}
    publish = warehouse.attempt("publish")
    assert publish.returncode == 1
    assert "not green, assert_tables_continue_this_lake (fail)" in publish.stderr

    assert build("--full-refresh").returncode == 0


def test_a_data_folder_that_is_not_there_is_told_in_a_sentence(warehouse):
    ended = warehouse.attempt("debug", "--connection", program="dbt")

    assert ended.returncode == 1
    told = f"There is no data folder {warehouse.data} (MUSIC_WAREHOUSE_DATA)"
    assert told in ended.stdout
    assert "Traceback" not in ended.stdout + ended.stderr
