"""Landed files: what lies there, and the sensor that sees new ones."""

import json
from typing import Any

import dagster as dg

from music_warehouse.contracts import load_contracts
from music_warehouse.errors import UserError
from music_warehouse.ingest import read_ledger
from orchestration.lib.environment import Environment
from orchestration.lib.landing import (
    landed_files,
    news,
    without_names,
)

SENSOR_SECONDS = 5


def landing_keys() -> dict[str, dg.AssetKey]:
    """The asset of each source's landed files."""
    sources = {contract.source for contract in load_contracts().values()}
    return {source: dg.AssetKey(["landing", source]) for source in sorted(sources)}


def landing(environment: Environment, on_news: Any) -> dg.Definitions:
    """The landed files, and a sensor that starts the job `on_news` for new ones."""
    return dg.Definitions(
        assets=[
            dg.AssetSpec(
                key,
                group_name="landing",
                kinds={"file"},
                description=f"Delivered files of {source}, as they came.",
            )
            for source, key in landing_keys().items()
        ],
        sensors=[_sensor(environment, on_news)],
    )


def _sensor(environment: Environment, on_news: Any) -> dg.SensorDefinition:
    @dg.sensor(
        name="landed_files_sensor",
        job=on_news,
        minimum_interval_seconds=SENSOR_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Takes new files into the lake, builds, tests and publishes.",
    )
    def sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        data = environment.data
        try:
            files = landed_files(data)
            known = json.loads(context.cursor or "[]")
            found = news(files, read_ledger(data), known=known)
        except UserError as error:
            told = without_names(str(error), data.landing)
            return dg.SensorResult(skip_reason=told)
        cursor = json.dumps(sorted(found.known))
        under_way = context.instance.get_runs_count(
            dg.RunsFilter(job_name=on_news.name, statuses=UNFINISHED)
        )
        if not found.ready or under_way:
            told = (
                f"{len(files)} files have landed: {len(found.ready)} are new, "
                f"{len(found.arriving)} are still being written"
                + (
                    ", and a run that takes files in is under way."
                    if under_way
                    else "."
                )
            )
            return dg.SensorResult(skip_reason=told, cursor=cursor)
        tags = {"new_files": str(len(found.ready))}
        return dg.SensorResult(
            run_requests=[dg.RunRequest(run_key=found.key, tags=tags)], cursor=cursor
        )

    return sensor


UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]
