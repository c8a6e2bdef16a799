"""Publication: the tested marts become what readers see."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import dagster as dg

from music_warehouse.production.publication import PublicationReport
from music_warehouse.publish import PublishReport
from orchestration.defs.lake import POOL
from orchestration.lib.environment import Environment
from orchestration.lib.failures import told_in_a_sentence
from orchestration.lib.full_refresh import compared_marts, differing_marts
from orchestration.lib.selection import public_models

PUBLISHED = dg.AssetKey("published_marts")
FRESH_FOR = timedelta(hours=26)
"""A day, and time for a build."""


def publication(
    environment: Environment,
    manifest: Mapping[str, Any],
    dbt: dg.AssetsDefinition,
) -> dg.Definitions:
    """The published marts, and where an engine can do so, their comparison with what a
    build from nothing makes of the same lake."""
    checks = (
        [_equals_full_refresh(environment, manifest)]
        if environment.can_rebuild_beside
        else []
    )
    return dg.Definitions(
        assets=[_published(environment, manifest, dbt)], asset_checks=checks
    )


def told_of(report: PublishReport | PublicationReport) -> dict[str, Any]:
    """What a publication has come to, for the eye."""
    if isinstance(report, PublicationReport):
        published = report.publication
        return {
            "published at": published.published_at,
            "marts": report.marts,
            "deliveries up to": published.ledger_sequence or "unknown",
            "is new": report.is_new,
        }
    version = report.version
    rows = "\n".join(f"| {name} | {m.rows:,} |" for name, m in version.marts.items())
    return {
        "version": version.id,
        "published at": version.published_at,
        "marts": len(version.marts),
        "deliveries up to": version.inputs.ledger_sequence
        if version.inputs
        else "unknown",
        "is new": report.is_new,
        "dagster/row_count": sum(mart.rows for mart in version.marts.values()),
        "rows": dg.MetadataValue.md(f"| mart | rows |\n|---|---:|\n{rows}"),
    }


def _published(
    environment: Environment, manifest: Mapping[str, Any], dbt: dg.AssetsDefinition
) -> dg.AssetsDefinition:
    specs = {
        str(spec.metadata["dagster_dbt/unique_id"]): spec.key for spec in dbt.specs
    }

    @dg.asset(
        key=PUBLISHED,
        deps=[specs[unique_id] for unique_id in public_models(manifest)],
        group_name="published",
        kinds=set(environment.kinds),
        owners=_owners(manifest),
        description="Every mart, as one version: what readers see. It changes when "
        "all of them are built and every test has passed, and never half.",
        freshness_policy=dg.FreshnessPolicy.time_window(fail_window=FRESH_FOR),
        pool=POOL,
    )
    def published_marts() -> dg.MaterializeResult:
        with (
            told_in_a_sentence(),
            environment.build() as engine,
            engine.alone() as build,
        ):
            return dg.MaterializeResult(metadata=told_of(build.publish()))

    return published_marts


def _owners(manifest: Mapping[str, Any]) -> list[str]:
    """Whoever owns the groups that have published models."""
    groups = {manifest["nodes"][each]["group"] for each in public_models(manifest)}
    found = {
        group["owner"]["email"]
        for group in manifest["groups"].values()
        if group["name"] in groups
    }
    return sorted(found)


def _equals_full_refresh(
    environment: Environment, manifest: Mapping[str, Any]
) -> dg.AssetChecksDefinition:
    marts = compared_marts(manifest)

    @dg.asset_check(
        asset=PUBLISHED,
        name="equals_full_refresh",
        description="Every table built from nothing has the rows that were built "
        "delivery by delivery; what depends on a training is left out.",
        pool=POOL,
    )
    def equals_full_refresh() -> dg.AssetCheckResult:
        with told_in_a_sentence():
            found = differing_marts(environment, marts)
        return dg.AssetCheckResult(
            passed=not found,
            metadata={"marts compared": len(marts), "marts that differ": found},
        )

    return equals_full_refresh
