"""What is printed where no terminal is."""

from music_warehouse.tables import print_table


def test_columns_are_aligned_and_numbers_bare(capsys):
    print_table(("artist", "plays"), [("Sigur Rós", 1234567), ("Ö", 5), ("[b]x", None)])

    assert capsys.readouterr().out == (
        "artist       plays\nSigur Rós  1234567\nÖ                5\n[b]x\n"
    )


def test_numbers_stand_to_the_right(capsys):
    print_table(("rank", "share"), [(1, 0.5), (10, 0.25)])

    assert capsys.readouterr().out == "rank  share\n   1  0.500\n  10  0.250\n"


def test_a_column_has_the_decimals_its_largest_number_needs(capsys):
    print_table(
        ("tens", "hundreds", "zero", "none"),
        [(9.56, 100.0, 0.0, None), (24.25, 0.25, 0.0, 1.0)],
    )

    assert capsys.readouterr().out == (
        "tens  hundreds  zero  none\n 9.6     100.0   0.0\n24.2       0.2   0.0  1.00\n"
    )
