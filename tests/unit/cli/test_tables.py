"""What is printed where no terminal is."""

from music_warehouse.tables import print_table


def test_columns_are_aligned_and_numbers_bare(capsys):
    print_table(("artist", "plays"), [("Sigur Rós", 1234567), ("Ö", 5), ("[b]x", None)])

    assert capsys.readouterr().out == (
        "artist       plays\nSigur Rós  1234567\nÖ                5\n[b]x\n"
    )


def test_numbers_stand_to_the_right(capsys):
    print_table(("rank", "share"), [(1, 0.5), (10, 0.25)])

    assert capsys.readouterr().out == "rank  share\n   1    0.5\n  10   0.25\n"
