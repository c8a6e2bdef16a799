"""What runs as one, and when it runs by itself. Every run begins from the start."""

from typing import Any, TypeAlias

import dagster as dg

from orchestration.defs.publication import PUBLISHED
from orchestration.lib.environment import Environment

FROM_THE_START = {
    # Only of runs whose process was lost: see `retry_on_asset_or_op_failure`.
    "dagster/max_retries": "2",
    "dagster/retry_strategy": "ALL_STEPS",
}
TIME_ZONE = "UTC"

Job: TypeAlias = Any
"""What `define_asset_job` makes, of which Dagster exports no name."""

_CHECK = "equals_full_refresh"


def jobs(environment: Environment) -> dict[str, Job]:
    """The jobs, by name."""
    everything = dg.AssetSelection.all()
    whole = (
        everything - dg.AssetSelection.checks(dg.AssetCheckKey(PUBLISHED, _CHECK))
        if environment.can_rebuild_beside
        else everything
    )
    weekly = {} if environment.can_rebuild_beside else {"full_refresh": True}
    return {
        job.name: job
        for job in (
            _job(
                "build_and_publish",
                whole,
                "From landed files to published marts: ingest, build, test, publish.",
            ),
            _job(
                "train_build_and_publish",
                whole,
                "The same, and the Python models are trained, due or not.",
                retrain=True,
            ),
            _job(
                "full_refresh",
                everything,
                "The same, and then every table is built from nothing beside it, and "
                "compared."
                if environment.can_rebuild_beside
                else "The same, with every table built from nothing.",
                **weekly,
            ),
        )
    }


def schedules(
    jobs: dict[str, Job],
) -> list[dg.ScheduleDefinition]:
    """When what runs by itself."""
    return [
        _schedule("daily", "30 3 * * 1-6", jobs["build_and_publish"]),
        _schedule("weekly", "30 3 * * 0", jobs["full_refresh"]),
    ]


def _job(
    name: str, selection: dg.AssetSelection, description: str, **config: bool
) -> Job:
    return dg.define_asset_job(
        name,
        selection,
        description=description,
        config={"ops": {"dbt": {"config": config}}} if config else None,
        tags=FROM_THE_START,
    )


def _schedule(name: str, cron: str, job: Job) -> dg.ScheduleDefinition:
    return dg.ScheduleDefinition(
        name=name,
        job=job,
        cron_schedule=cron,
        execution_timezone=TIME_ZONE,
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
