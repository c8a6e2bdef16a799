"""What dbt says while it runs, as Dagster understands it."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import closing

import dagster as dg
from dagster_dbt import DbtCliInvocation
from dagster_dbt.core.dbt_event_iterator import DbtDagsterEventType as DbtEvent
from dagster_dbt.core.dbt_event_iterator import DbtEventIterator
from dbt.adapters.duckdb.connections import DuckDBConnectionManager

from music_warehouse.dbt_orders import BuildFailed, DbtOrder, Orders

Event = dg.MaterializeResult | dg.AssetCheckResult | dg.AssetObservation
Key = dg.AssetKey | dg.AssetCheckKey


def follow(
    orders: Orders[object],
    run: Callable[[DbtOrder], DbtCliInvocation],
    may_change: Collection[dg.AssetKey] = (),
    publication: str | None = None,
    left_alone: Mapping[dg.AssetKey, Event] | None = None,
) -> Iterator[Event]:
    """Have every order run, and yield what each node of it came to, with what is to
    be said of its `publication`, if anything. `left_alone` is what is said of assets
    that a build may leave as they are, and has.

    Dagster takes one result per asset and run, a build may give two: what is said of
    the assets in `may_change` is held back until the build is over, and the last word
    counts. A build that fails says all it knows first.
    """
    held: dict[Key, Event] = {}
    with closing(orders):
        try:
            order = next(orders)
            while True:
                invocation = run(order)
                for event in results_of(invocation, publication):
                    key = _key_of(event)
                    if key is not None and event.asset_key in may_change:
                        # To the end: it may be made from what came in between.
                        held.pop(key, None)
                        held[key] = event
                    else:
                        yield event
                order = orders.send(invocation.process.wait() == 0)
        except StopIteration:
            for asset, event in (left_alone or {}).items():
                if asset not in held:
                    yield event
            yield from held.values()
        except BuildFailed as failed:
            yield from held.values()
            # A test that fails, fails again.
            raise dg.Failure(str(failed), allow_retries=False) from failed


def results_of(
    invocation: DbtCliInvocation, publication: str | None = None
) -> Iterator[Event]:
    """What each node came to, with the rows and columns of its table.

    Columns are traced through SQL that reads other models: Python has none, and the
    lake's tables are files, of which dbt's adapter knows no columns.
    """
    said = list(invocation.stream().fetch_row_counts())
    traced = [event for event in said if _is_traced(event, invocation)]
    columns = DbtEventIterator(iter(traced), invocation).fetch_column_metadata()
    with_columns = {_unique_id_of(event): event for event in columns}
    # In dbt's own order: Dagster wants nothing before what it is made from.
    yield from results(
        (
            with_columns.get(_unique_id_of(event), event)
            if isinstance(event, dg.AssetMaterialization)
            else event
            for event in said
        ),
        publication,
    )
    _let_go_of(invocation)


def _is_traced(event: DbtEvent, invocation: DbtCliInvocation) -> bool:
    node = invocation.manifest["nodes"].get(_unique_id_of(event), {})
    return (
        isinstance(event, dg.AssetMaterialization)
        and node.get("resource_type") == "model"
        and node["language"] == "sql"
        and not any(
            above.startswith("source.") for above in node["depends_on"]["nodes"]
        )
    )


def _unique_id_of(event: DbtEvent) -> str:
    value = (event.metadata or {}).get("unique_id")
    return str(getattr(value, "value", value))


def _let_go_of(invocation: DbtCliInvocation) -> None:
    """Close the database: the next run of dbt, and whoever publishes, want it."""
    if invocation.adapter is not None:
        invocation.adapter.cleanup_connections()
        # dbt-duckdb keeps the file open beyond its connections.
        if isinstance(invocation.adapter.connections, DuckDBConnectionManager):
            DuckDBConnectionManager.close_all_connections()


def results(
    events: Iterable[DbtEvent], publication: str | None = None
) -> Iterator[Event]:
    """dagster-dbt's events of a run without context, as an asset's results."""
    told = {"publication": publication} if publication else {}
    for event in events:
        if isinstance(event, dg.AssetMaterialization):
            yield dg.MaterializeResult(
                asset_key=event.asset_key, metadata={**event.metadata, **told}
            )
        elif isinstance(event, dg.AssetCheckEvaluation):
            yield dg.AssetCheckResult(
                asset_key=event.asset_key,
                check_name=event.check_name,
                passed=event.passed,
                severity=event.severity,
                metadata=event.metadata,
            )
        elif isinstance(event, dg.AssetObservation):
            yield event


def _key_of(event: Event) -> Key | None:
    """What the result is of, of which there may be one in a run; None for a remark."""
    if isinstance(event, dg.AssetCheckResult):
        assert event.asset_key is not None and event.check_name is not None
        return dg.AssetCheckKey(event.asset_key, event.check_name)
    return event.asset_key if isinstance(event, dg.MaterializeResult) else None
