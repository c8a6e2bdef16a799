"""dbt: every model, seed and data test, from the lake to tested marts."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from importlib.metadata import version
from typing import Any

import dagster as dg
from dagster_dbt import (
    DagsterDbtTranslator,
    DagsterDbtTranslatorSettings,
    DbtCliInvocation,
    DbtCliResource,
    DbtProject,
    dbt_assets,
)
from dagster_dbt.asset_utils import DAGSTER_DBT_UNIQUE_ID_METADATA_KEY
from dbt.adapters.base.impl import BaseAdapter
from packaging.version import Version

from music_warehouse.dbt_orders import DbtOrder
from music_warehouse.dbt_process import (
    dbt_executable,
    end_when,
    ends_with_this_process,
)
from music_warehouse.table_build import Wanted
from orchestration.defs.lake import POOL
from orchestration.lib.columns import Columns
from orchestration.lib.dbt_events import Event, Telling, follow
from orchestration.lib.environment import ROOT, Environment
from orchestration.lib.failures import told_in_a_sentence
from orchestration.lib.manifest import parsed_version
from orchestration.lib.selection import (
    below,
    from_above,
    selection_of,
    trained_models,
    trains,
)


class BuildConfig(dg.Config):
    """What may be asked of a build of every table."""

    full_refresh: bool = False
    """Build every table from nothing."""
    retrain: bool = False
    """Train the Python models, due or not."""


class DbtHere(DbtCliResource):
    """The dbt of this environment. With an `adapter`, which takes seconds to make,
    Dagster may ask the database itself when dbt has ended."""

    adapter: bool = True

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> BaseAdapter | None:
        return super()._initialize_dbt_core_adapter(args) if self.adapter else None

    @cached_property
    def _cli_version(self) -> Version:
        # dagster-dbt asks `dbt --version`, which asks PyPI for the newest.
        return Version(version("dbt-core"))


class Translator(DagsterDbtTranslator):
    """The names that dbt has, in groups: seeds, which have none in dbt, are reference
    tables."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The dbt group."""
        if dbt_resource_props["resource_type"] == "seed":
            return "reference"
        return super().get_group_name(dbt_resource_props)

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """What dbt's documentation says, without the SQL below it."""
        return str(dbt_resource_props["description"])


def warehouse(
    environment: Environment, manifest: Mapping[str, Any]
) -> dg.AssetsDefinition:
    """Every model and seed as an asset, every data test as a check."""
    translator = Translator(
        DagsterDbtTranslatorSettings(enable_source_tests_as_checks=True)
    )
    project = DbtProject(
        ROOT, target_path=environment.parsed, target=environment.target
    )
    trained = [
        translator.get_asset_key(manifest["nodes"][unique_id])
        for unique_id in from_above(trained_models(manifest), manifest)
    ]
    may_change = {
        translator.get_asset_key(manifest["nodes"][unique_id])
        for unique_id in below(trained_models(manifest), manifest)
        if manifest["nodes"].get(unique_id, {}).get("resource_type") == "model"
    }

    columns = Columns(
        environment.home / "dbt" / environment.name / "columns.json",
        parsed_version(environment),
        manifest["nodes"],
    )

    @dbt_assets(
        manifest=manifest,
        project=project,
        dagster_dbt_translator=translator,
        name="dbt",
        pool=POOL,
    )
    def dbt(context: dg.AssetExecutionContext, config: BuildConfig) -> Iterator[Event]:
        """All of it: the same build as `music-warehouse build`, ready to be published.
        A part of it: dbt builds that part, and nothing can be published from it."""
        resource = DbtHere(
            project_dir=str(ROOT),
            profiles_dir=str(ROOT),
            dbt_executable=str(dbt_executable()),
            adapter=not manifest["nodes"].keys() <= columns.known().keys(),
        )

        def run(order: DbtOrder) -> DbtCliInvocation:
            os.environ.update({**ends_with_this_process(), **order.environment})
            invocation = resource.cli(
                list(order.arguments),
                manifest=manifest,
                dagster_dbt_translator=translator,
                target_path=order.target,
                raise_on_error=False,
            )
            end_when(order.stop, invocation.process)
            return invocation

        with (
            told_in_a_sentence(),
            environment.build() as engine,
            engine.alone() as build,
        ):
            if is_whole(context):
                wanted = Wanted(config.full_refresh, True, config.retrain)
                orders, note = build.orders(wanted, context.log.info), None
                left_alone = said_of_trained(trained, context.instance)
            else:
                chosen = chosen_nodes(context)
                orders = build.part(
                    selection_of(chosen, manifest), trains(chosen, manifest)
                )
                note = "built alone: readers see it with the next whole build"
                left_alone = {}
            telling = Telling(columns, build.tables, may_change, note, left_alone)
            yield from follow(orders, run, telling)

    return dbt


def said_of_trained(
    assets: Iterable[dg.AssetKey], instance: dg.DagsterInstance
) -> dict[dg.AssetKey, Event]:
    """What is said of models that a build leaves as they were trained. Dagster hears
    of their tables here, where it has never seen them made."""
    told = "left as it was trained: no trigger is due"
    return {
        key: dg.AssetObservation(key, metadata={"training": told})
        if instance.get_latest_materialization_event(key)
        else dg.MaterializeResult(asset_key=key, metadata={"training": told})
        for key in assets
    }


def is_whole(context: dg.AssetExecutionContext) -> bool:
    """Whether every asset and every check of dbt is to be made."""
    definition = context.assets_def
    return (
        definition.keys_by_output_name == definition.node_keys_by_output_name
        and definition.check_specs_by_output_name
        == definition.node_check_specs_by_output_name
    )


def chosen_nodes(context: dg.AssetExecutionContext) -> list[str]:
    """dbt's unique ids of the assets and checks that somebody has selected."""
    definition = context.assets_def
    assets = [definition.specs_by_key[key] for key in context.selected_asset_keys]
    checks = [
        spec
        for spec in definition.node_check_specs_by_output_name.values()
        if spec.key in context.selected_asset_check_keys
    ]
    return [
        str(spec.metadata[DAGSTER_DBT_UNIQUE_ID_METADATA_KEY])
        for spec in (*assets, *checks)
    ]
