"""What deliveries leave as it is: tables made from others into which nothing came.

A service's day adds nothing to half a million listening histories. What is left alone
is as the last build made it and its tests passed it.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from music_warehouse.ingest.ledger import DUPLICATE, LOADED, REJECTED, LedgerEntry

UNMOVED_BY = "unmoved_by"
"""The key in a model's `meta` under which it names parents whose news alone changes
nothing in it: those that only tell it which of its other parents' rows are new, or
which count."""

_EVERY_DELIVERY = "deliveries.ledger"
_REJECTS = "deliveries.rejects"
_NAMES = ("names.artist_spellings", "names.artist_credit_parts")


def arrived_in(entries: Sequence[LedgerEntry], after: int) -> frozenset[str]:
    """The tables of the lake, as `source.table`, to which the deliveries after that
    one may have added something."""
    found = {_EVERY_DELIVERY}
    for entry in entries:
        if entry.file_seq <= after or entry.state == DUPLICATE:
            continue
        if entry.state == REJECTED or entry.rows_rejected:
            found.add(_REJECTS)
        if entry.state == LOADED:
            found |= {f"{entry.source}.{entry.table_name}", *_NAMES}
    return frozenset(found)


def untouched_by(
    arrived: Collection[str], manifest: Mapping[str, Any]
) -> dict[str, str]:
    """The models, seeds and data tests of dbt's manifest that need not run for what has
    `arrived` in those tables: their paths, as dbt selects by them, by unique id.

    What reads the lake itself is always made: views hold the path by which they do, and
    a data folder may have been moved. News of the ledger is none to it where it only
    asks the ledger how far another table of the lake counts. What reads nothing that
    dbt knows of may read anything, seeds excepted.
    """
    sources, nodes = manifest["sources"], manifest["nodes"]
    known: dict[str, bool] = {}

    def of_the_lake(unique_id: str) -> list[str]:
        read = manifest["parent_map"].get(unique_id, [])
        return [each for each in read if each in sources]

    def is_touched(unique_id: str) -> bool:
        if unique_id not in known:
            read = moved_by(unique_id)
            is_blind = not read and nodes[unique_id]["resource_type"] != "seed"
            known[unique_id] = is_blind or any(map(is_touched, read))
        return known[unique_id]

    def moved_by(unique_id: str) -> list[str]:
        """The parents whose news are news here."""
        node = nodes[unique_id]
        if node["resource_type"] == "model" and of_the_lake(unique_id):
            return of_the_lake(unique_id)
        unmoved = node["config"].get("meta", {}).get(UNMOVED_BY, [])
        read = manifest["parent_map"].get(unique_id, [])
        return [each for each in read if each.split(".")[2] not in unmoved]

    for unique_id, source in sources.items():
        known[unique_id] = f"{source['source_name']}.{source['name']}" in arrived
    return {
        unique_id: ".".join(node["fqn"])
        for unique_id, node in nodes.items()
        if node["resource_type"] in ("model", "seed", "test")
        and not of_the_lake(unique_id)
        and not is_touched(unique_id)
    }
