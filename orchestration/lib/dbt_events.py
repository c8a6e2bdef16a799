"""What dbt says while it runs, as Dagster understands it."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field

import dagster as dg
from dagster_dbt import DbtCliInvocation
from dagster_dbt.core.dbt_event_iterator import DbtDagsterEventType as DbtEvent

from music_warehouse.dbt_orders import BuildFailed, DbtOrder, Orders
from music_warehouse.origin import Tables
from orchestration.lib.columns import Columns, unique_id_of

Event = dg.MaterializeResult | dg.AssetCheckResult | dg.AssetObservation
Key = dg.AssetKey | dg.AssetCheckKey

_ROWS = "dagster/row_count"


@dataclass(frozen=True)
class Telling:
    """How a build is told.

    Dagster takes one result per asset and run, a build may give two: what is said of
    the assets in `may_change` is held back until the build is over, and the last word
    counts. All else is told as it happens, once its `columns` are known; its rows
    follow when dbt has ended and others may read the `tables`. `publication` is to be
    said of every asset, if anything, `left_alone` of those that a build may leave as
    they are, and has.
    """

    columns: Columns
    tables: Tables
    may_change: Collection[dg.AssetKey] = ()
    publication: str | None = None
    left_alone: Mapping[dg.AssetKey, Event] = field(default_factory=dict)


def follow(
    orders: Orders[object],
    run: Callable[[DbtOrder], DbtCliInvocation],
    telling: Telling,
) -> Iterator[Event]:
    """Have every order run, and yield what each node of it came to. A build that fails
    says all it knows first."""
    held: dict[Key, Event] = {}
    with closing(orders):
        try:
            order = next(orders)
            while True:
                invocation = run(order)
                for event in _results_of(invocation, telling):
                    key = _key_of(event)
                    if key is not None and event.asset_key in telling.may_change:
                        # To the end: it may be made from what came in between.
                        held.pop(key, None)
                        held[key] = event
                    else:
                        yield event
                order = orders.send(invocation.process.wait() == 0)
        except StopIteration:
            for asset, event in telling.left_alone.items():
                if asset not in held:
                    yield event
            yield from held.values()
        except BuildFailed as failed:
            yield from held.values()
            # A test that fails, fails again.
            raise dg.Failure(str(failed), allow_retries=False) from failed


def _results_of(invocation: DbtCliInvocation, telling: Telling) -> Iterator[Event]:
    """What each node came to, in dbt's own order: Dagster wants nothing before what it
    is made from."""
    known = telling.columns.known()
    made: list[dg.AssetMaterialization] = []
    unknown: list[dg.AssetMaterialization] = []
    told: set[str] = set()
    for event in invocation.stream():
        if isinstance(event, dg.AssetMaterialization):
            made.append(event)
            unique_id = unique_id_of(event)
            if unique_id not in known:
                unknown.append(event)
            elif not unknown and event.asset_key not in telling.may_change:
                told.add(unique_id)
                yield _materialized(event, telling, known[unique_id])
        elif (result := _result(event)) is not None:
            yield result
    invocation.process.wait()

    known |= telling.columns.find(unknown, invocation)
    rows = _rows(invocation, telling.tables)
    for event in made:
        unique_id = unique_id_of(event)
        counted = {_ROWS: rows[unique_id]} if unique_id in rows else {}
        if unique_id not in told:
            columns = known.get(unique_id, {})
            yield _materialized(event, telling, {**columns, **counted})
        elif counted:
            yield dg.AssetObservation(event.asset_key, metadata=counted)


def _rows(invocation: DbtCliInvocation, tables: Tables) -> dict[str, int]:
    """The rows of every table that dbt has built; of none if they cannot be read."""
    file = invocation.target_path / "run_results.json"
    if not file.is_file():
        return {}
    results = json.loads(file.read_text(encoding="utf-8"))["results"]
    nodes = invocation.manifest["nodes"]
    counts = [
        f"select '{unique_id}', count(*) from {result['relation_name']}"
        for result in results
        if result["status"] == "success"
        and result["relation_name"]
        and (unique_id := result["unique_id"]) in nodes
        # A view would run its query.
        and nodes[unique_id]["config"]["materialized"] != "view"
    ]
    found = tables.rows(" union all ".join(counts)) if counts else None
    return {unique_id: int(count) for unique_id, count in found[1]} if found else {}


def _materialized(
    event: dg.AssetMaterialization, telling: Telling, known: Mapping[str, object]
) -> dg.MaterializeResult:
    told = {"publication": telling.publication} if telling.publication else {}
    return dg.MaterializeResult(
        asset_key=event.asset_key, metadata={**event.metadata, **known, **told}
    )


def _result(event: DbtEvent) -> Event | None:
    """dagster-dbt's event of a run without context, as an asset's result."""
    if isinstance(event, dg.AssetCheckEvaluation):
        return dg.AssetCheckResult(
            asset_key=event.asset_key,
            check_name=event.check_name,
            passed=event.passed,
            severity=event.severity,
            metadata=event.metadata,
        )
    return event if isinstance(event, dg.AssetObservation) else None


def _key_of(event: Event) -> Key | None:
    """What the result is of, of which there may be one in a run; None for a remark."""
    if isinstance(event, dg.AssetCheckResult):
        assert event.asset_key is not None and event.check_name is not None
        return dg.AssetCheckKey(event.asset_key, event.check_name)
    return event.asset_key if isinstance(event, dg.MaterializeResult) else None
