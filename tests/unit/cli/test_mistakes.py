"""A user's mistake ends in one sentence on standard error, and a status of its own."""

import pytest


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (["frobnicate"], 2, "No such command 'frobnicate'. Try --help."),
        (["status", "--frob"], 2, "No such option: --frob. Try --help."),
        (["generate"], 2, "Missing option '--out'. Try --help."),
        (["ask", "artists-in"], 2, "Missing argument 'country'. Try --help."),
        (["build", "--vars", "[1"], 1, "--vars [1 is not YAML."),
        (["build", "--vars", "3"], 1, "--vars 3 is no mapping of names to values."),
        (["build"], 1, "There is no dbt project in "),
        (["publish"], 1, "There is no dbt project in "),
        (["ask", "artists-in", "Germany"], 1, "Nothing is published in "),
        (["ask", "countries-of", "Drake"], 1, "Nothing is published in "),
        (["ingest", "nowhere"], 1, "nowhere"),
    ],
)
def test_a_mistake_is_told_in_one_sentence(run, words, status, sentence):
    ended = run(*words)

    assert ended.status == status
    assert sentence in ended.err
    assert ended.err.startswith("music-warehouse: ")
    assert ended.err.count("\n") == 1
    assert ended.out == ""


def test_a_build_without_deliveries_says_what_to_run(run, tmp_path):
    (tmp_path / "dbt_project.yml").write_text("name: toy\n")

    ended = run("build")

    assert ended.status == 1
    assert "holds no deliveries: run `music-warehouse ingest PATH`" in ended.err
    assert ended.err.count("\n") == 1


def test_no_words_show_the_commands(run):
    ended = run()

    assert ended.status == 0
    for command in ("generate", "ingest", "build", "publish", "status", "ask"):
        assert f"  {command}" in ended.out


def test_the_version_is_told(run):
    assert run("--version").out == "music-warehouse 0.1.0\n"


def test_status_of_an_empty_folder_says_what_to_run(run):
    ended = run("status")

    assert ended.status == 0
    assert "run `music-warehouse ingest PATH`" in ended.out
    assert "run `music-warehouse build`" in ended.out


def test_of_several_refused_files_it_is_told_how_many_for_which_reason(run, tmp_path):
    folder = tmp_path / "listening" / "users"
    folder.mkdir(parents=True)
    (folder / "a.csv").write_text("name\nAnna\n")
    (folder / "b.csv").write_text("")
    (folder / "c.csv").write_text("name,id\nAnna,7\n")

    ended = run("ingest", tmp_path)

    assert ended.status == 1
    assert "3 files were refused (2 missing_columns, 1 empty_file); " in ended.err
    assert "a.csv could not be taken in: Columns missing: " in ended.err
    assert ended.err.count("\n") == 1
