"""One build of production: load, dbt on Redshift, publication."""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import astuple
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from music_warehouse.build import TARGET_VARIABLE, Project, dbt_executable
from music_warehouse.errors import UserError
from music_warehouse.paths import DataFolder
from music_warehouse.production.connection import Production, Session
from music_warehouse.production.load import load
from music_warehouse.production.publication import (
    NEXT,
    PUBLICATION,
    PUBLISHED,
    PublicationReport,
    find_publication,
    publish,
)
from music_warehouse.production.s3_lake import S3Folder, read_s3_ledger
from music_warehouse.publish import Inputs
from music_warehouse.publish.build_record import BuildRecord
from music_warehouse.publish.inputs import continues, inputs_of
from music_warehouse.unsettled import would_be_stopped

DBT_TARGET = "prod"
_ORIGIN = "built_from"


def target_folder(project: Project) -> Path:
    """dbt's target folder for production: apart from the local one, so that neither
    takes the other's results for its own."""
    return project.target / DBT_TARGET


def build(
    production: Production,
    lake: S3Folder,
    data: DataFolder,
    project: Project,
    variables: Mapping[str, Any],
    full_refresh: bool = False,
    force: bool = False,
) -> PublicationReport:
    """Load what is new, run `dbt build --target prod`, and publish when green.

    Where neither the deliveries nor the project nor its vars have changed since what
    is published, dbt does not run, unless by `force` or `full_refresh`. Where the
    project or its vars have changed since the tables were built, they are built from
    nothing. A build that fails leaves what readers see.
    """
    data.root.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(data.root / ".production.lock", timeout=0):
            load(production, lake)
            entries = read_s3_ledger(lake)
            inputs = inputs_of(entries, project.root, variables)
            with production.session() as session:
                former = find_publication(session)
                is_wanted = (
                    force
                    or full_refresh
                    or would_be_stopped(entries, project.root, variables)
                )
                if former and former.inputs == inputs and not is_wanted:
                    marts = len(session.tables(PUBLISHED) - {PUBLICATION})
                    return PublicationReport(former, marts, is_new=False)
                origin = _find_origin(session, production.raw_schema)
                if (
                    full_refresh
                    or origin is None
                    or origin.project_sha256 != inputs.project_sha256
                    or not continues(entries, origin)
                ):
                    full_refresh = True
                    _note_origin(session, production.raw_schema, None)
                else:
                    # A build that fails half-way leaves rows of these deliveries.
                    _note_origin(session, production.raw_schema, inputs)
                # Marts of a build that was never published.
                session.execute(f"drop schema if exists {NEXT} cascade")
            unit_tested = (
                former is not None
                and former.project_sha256 == inputs.project_sha256
                and not full_refresh
            )
            _run_dbt(project, variables, full_refresh, unit_tested)
            with production.session() as session:
                _note_origin(session, production.raw_schema, inputs)
            return publish(production, target_folder(project), inputs, unit_tested)
    except Timeout as error:
        raise UserError(
            "Another build of production is under way: try again when it has ended."
        ) from error


def _run_dbt(
    project: Project,
    variables: Mapping[str, Any],
    full_refresh: bool,
    unit_tested: bool,
) -> None:
    command = [str(dbt_executable()), "build", "--target", DBT_TARGET]
    if unit_tested:
        command += ["--exclude-resource-type", "unit_test"]
    if full_refresh:
        command.append("--full-refresh")
    command += ["--vars", json.dumps({**variables, "marts_schema": NEXT})]
    target = target_folder(project)
    results = target / "run_results.json"
    results.unlink(missing_ok=True)
    environment = {**os.environ, "DO_NOT_TRACK": "1", TARGET_VARIABLE: str(target)}
    ended = subprocess.run(command, cwd=project.root, env=environment)
    if ended.returncode == 0:
        return
    told = "dbt stopped before it built anything, for the reason above"
    if results.is_file():
        told = BuildRecord.read(target).what_failed() or told
    raise UserError(f"The build failed: {told}. Readers go on seeing what they saw.")


def _find_origin(session: Session, schema: str) -> Inputs | None:
    """What the tables of Redshift were built from, where that is known."""
    if _ORIGIN not in session.tables(schema):
        return None
    found = session.rows(
        "select ledger_sequence, ledger_sha256, project_sha256 "
        f'from "{schema}".{_ORIGIN}'
    )
    return Inputs(*found[0]) if found else None


def _note_origin(session: Session, schema: str, inputs: Inputs | None) -> None:
    """Note what every row of the tables comes from; None where that is not known."""
    with session.transaction():
        session.execute(
            f'create table if not exists "{schema}".{_ORIGIN} ('
            "ledger_sequence integer, ledger_sha256 varchar(64), "
            "project_sha256 varchar(64)) diststyle all"
        )
        session.execute(f'delete from "{schema}".{_ORIGIN}')
        if inputs is not None:
            session.execute(
                f'insert into "{schema}".{_ORIGIN} values (%s, %s, %s)', astuple(inputs)
            )
