"""Ingestion: landed files become the lake's tables, with checks of its own."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator

from music_warehouse.ingest import ingest_paths, read_ledger
from music_warehouse.ingest.report import IngestReport
from music_warehouse.project_vars import declared_vars, max_reject_share
from music_warehouse.unsettled import unsettled, why
from orchestration.defs.landing import landing_keys
from orchestration.lib.environment import ROOT, Environment
from orchestration.lib.failures import told_in_a_sentence
from orchestration.lib.lake_tables import rows_of, unreconciled
from orchestration.lib.landing import landed_files, news, without_names

POOL = "warehouse"
"""What only one run at a time may do: write to the lake or the warehouse."""


def lake(environment: Environment, manifest: Mapping[str, Any]) -> dg.Definitions:
    """The lake's tables under the keys of dbt's sources, and checks of the ledger."""
    translator = DagsterDbtTranslator()
    tables = {
        translator.get_asset_key(source): source
        for source in manifest["sources"].values()
    }
    [ledger] = [key for key, source in tables.items() if source["name"] == "ledger"]
    return dg.Definitions(
        assets=[_tables(environment, tables)],
        asset_checks=[
            _rejects_are_few(environment, ledger),
            _lines_add_up(environment, ledger),
        ],
    )


def _tables(
    environment: Environment, tables: Mapping[dg.AssetKey, Mapping[str, Any]]
) -> dg.AssetsDefinition:
    landed = landing_keys()

    @dg.multi_asset(
        name="ingest",
        specs=[
            dg.AssetSpec(
                key,
                # A table of one source is made from its files, the others from all.
                deps=[landed[source["source_name"]]]
                if source["source_name"] in landed
                else list(landed.values()),
                group_name="lake",
                kinds={"python", "parquet"},
                description=source["description"],
                metadata={"dagster/table_name": f"lake.{source['name']}"},
            )
            for key, source in tables.items()
        ],
        can_subset=True,
        pool=POOL,
    )
    def ingest(
        context: dg.AssetExecutionContext,
    ) -> Iterator[dg.MaterializeResult | dg.AssetObservation]:
        """Take in every landed file that the ledger does not know, of any table."""
        data = environment.data
        with told_in_a_sentence(partial(without_names, landing=data.landing)):
            files = landed_files(data)
            new = news(files, read_ledger(data)).ready
            report = (
                ingest_paths([file.path for file in new], data)
                if new
                else IngestReport()
            )
            environment.after_ingest(data)
        states = [file.state for file in report.files]
        context.log.info(f"{len(states)} new files.")
        for source, key in landed.items():
            own = [file for file in files if file.source == source]
            yield dg.AssetObservation(
                asset_key=key,
                metadata={
                    "files": len(own),
                    "bytes": sum(file.size for file in own),
                    "new files": sum(file.source == source for file in new),
                },
            )
        for key in context.selected_asset_keys:
            yield dg.MaterializeResult(
                asset_key=key,
                metadata={
                    "dagster/row_count": rows_of(data.lake, tables[key]["name"]) or 0,
                    **{state: states.count(state) for state in sorted(set(states))},
                    "files": [file.file_seq for file in report.files],
                    "rows loaded": sum(file.rows_loaded for file in report.files),
                    "rows rejected": sum(file.rows_rejected for file in report.files),
                },
            )

    return ingest


def _rejects_are_few(
    environment: Environment, ledger: dg.AssetKey
) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=ledger,
        name="rejects_are_few",
        description="No file has more rejected rows than max_reject_share, unless "
        "somebody has let it pass.",
    )
    def rejects_are_few() -> dg.AssetCheckResult:
        settings = declared_vars(ROOT)
        files = unsettled(read_ledger(environment.data), settings)
        return dg.AssetCheckResult(
            passed=not files,
            metadata={
                "max_reject_share": max_reject_share(settings),
                **{
                    f"file {file.file_seq}, {file.source}.{file.table_name}": why(file)
                    for file in files
                },
            },
        )

    return rejects_are_few


def _lines_add_up(
    environment: Environment, ledger: dg.AssetKey
) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=ledger,
        name="lines_add_up",
        description="Every line of every file is a header, blank, loaded or accounted "
        "for otherwise, and the lake and the rejects have as many rows as that.",
    )
    def lines_add_up() -> dg.AssetCheckResult:
        entries = read_ledger(environment.data)
        wrong = unreconciled(environment.data.lake, entries)
        return dg.AssetCheckResult(
            passed=not wrong,
            metadata={
                "files": len(entries),
                "lines": sum(entry.line_count for entry in entries),
                "files that do not add up": wrong,
            },
        )

    return lines_add_up
