"""`python -m music_warehouse` is the command line."""

from music_warehouse.cli import main

main()
