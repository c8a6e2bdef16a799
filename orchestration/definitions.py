"""Everything that Dagster knows of the warehouse."""

import dagster as dg

from orchestration.defs.jobs import jobs, schedules
from orchestration.defs.lake import lake
from orchestration.defs.landing import landing
from orchestration.defs.publication import publication
from orchestration.defs.warehouse import warehouse
from orchestration.lib.environment import Environment
from orchestration.lib.manifest import read_manifest


def definitions_of(environment: Environment) -> dg.Definitions:
    """The same graph on every engine."""
    manifest = read_manifest(environment)
    dbt = warehouse(environment, manifest)
    runs = jobs(environment)
    return dg.Definitions.merge(
        landing(environment, on_news=runs["build_and_publish"]),
        lake(environment, manifest),
        dg.Definitions(assets=[dbt]),
        publication(environment, manifest, dbt),
        dg.Definitions(
            jobs=runs.values(),
            schedules=schedules(runs),
            # A process per step would import everything anew for each.
            executor=dg.in_process_executor,
        ),
    )


defs = definitions_of(Environment.from_variables())
