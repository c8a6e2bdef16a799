"""The command line: reads the words, calls the package, prints what came of it."""

import sys
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import yaml
from typer.exceptions import Abort, TyperException

import music_warehouse
from music_warehouse import ask
from music_warehouse.errors import UserError
from music_warehouse.generate import generate
from music_warehouse.paths import DataFolder

# The heavy packages are imported by the commands that use them, so that
# `--help` answers at once.
if TYPE_CHECKING:
    from music_warehouse.table_build import Wanted

app = typer.Typer(
    name="music-warehouse",
    help="Listening data in, tested and published marts out. Everything lives in "
    "one data folder: MUSIC_WAREHOUSE_DATA, else `data` in the working directory.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command()(generate)
app.add_typer(ask.app, name="ask")


class Target(StrEnum):
    """Which warehouse: DuckDB in the data folder, or Redshift."""

    LOCAL = "local"
    PROD = "prod"


TargetOption = Annotated[Target, typer.Option(help="DuckDB here, or Redshift.")]
LakeOption = Annotated[
    str | None,
    typer.Option(
        metavar="s3://BUCKET/PREFIX",
        envvar="MUSIC_WAREHOUSE_LAKE",
        help="The copy of the lake that Redshift loads from.",
    ),
]


def main() -> None:
    """Run the command line; a user's mistake ends in one sentence and status 1."""
    try:
        status = app(prog_name="music-warehouse", standalone_mode=False)
    except UserError as error:
        _fail(str(error), 1)
    except TyperException as error:
        _fail(f"{error.format_message().rstrip('.')}. Try --help.", 2)
    except (Abort, KeyboardInterrupt):
        _fail("Stopped.", 130)
    except OSError as error:
        # A full disk, a folder without permission: the machine's, not a defect.
        if error.filename is None and error.strerror is None:
            raise
        named = f" ({error.filename})" if error.filename else ""
        _fail(f"{error.strerror}{named}.", 1)
    else:
        sys.exit(status)


def _listed(paths: Iterable[Path]) -> str:
    return ", ".join(str(path) for path in paths)


def _fail(sentence: str, status: int) -> None:
    print(f"music-warehouse: {sentence}", file=sys.stderr)
    sys.exit(status)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"music-warehouse {music_warehouse.__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def options(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_print_version,
            is_eager=True,
            help="Print the version.",
        ),
    ] = False,
) -> None:
    """Options before any command."""
    ask.help_alone(context)


@app.command()
def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders.")],
    declared: Annotated[
        str | None,
        typer.Option(
            "--as",
            metavar="SOURCE.TABLE",
            help="What the files are (listening.users), where no folder tells.",
        ),
    ] = None,
    lake: LakeOption = None,
) -> None:
    """Take deliveries into the lake.

    Every line is loaded or rejected with a reason; none is lost.
    """
    from music_warehouse.ingest import ingest_paths, read_ledger
    from music_warehouse.project_vars import declared_vars
    from music_warehouse.reports import print_ingest, told_refused
    from music_warehouse.unsettled import unsettled, way_out

    data, settings = DataFolder.from_environment(), declared_vars(Path.cwd())
    report = ingest_paths(paths, data, declared)
    print_ingest(report, data, settings)
    if lake is not None:
        from music_warehouse.production.s3_lake import S3Folder, mirror

        with S3Folder(lake) as there:
            mirrored = mirror(data, there)
        again = f", {mirrored.rewritten} written anew" if mirrored.rewritten else ""
        print(f"{lake}: {mirrored.deliveries} deliveries added{again}.")
    if not report.files:
        raise UserError(f"There is nothing to take in {_listed(paths)}.")
    if refused := [file for file in report.files if file.state == "rejected"]:
        numbers = {file.file_seq for file in refused}
        stopping = unsettled(read_ledger(data), settings)
        stops = any(entry.file_seq in numbers for entry in stopping)
        raise UserError(
            told_refused(refused) + (f" {way_out(stopping, settings)}" if stops else "")
        )


@app.command()
def load(
    target: Annotated[
        Target, typer.Option(help="Redshift alone: DuckDB reads the lake itself.")
    ] = Target.PROD,
    lake: LakeOption = None,
) -> None:
    """Copy what is new in the lake on S3 into Redshift."""
    from music_warehouse.production.connection import Production
    from music_warehouse.production.load import load as load_new
    from music_warehouse.production.s3_lake import S3Folder

    if target is Target.LOCAL:
        raise UserError("DuckDB reads the lake where it is: there is nothing to load.")
    production = Production.from_environment()
    with S3Folder(_required(lake)) as there:
        loaded = load_new(production, there)
    again = f"; {loaded.rewritten} deliveries anew" if loaded.rewritten else ""
    print(f"Loaded: {loaded.deliveries} deliveries, {loaded.rows:,} rows{again}.")


@app.command()
def build(
    target: TargetOption = Target.LOCAL,
    full_refresh: Annotated[
        bool, typer.Option("--full-refresh", help="Build every table from nothing.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Build though nothing has changed.")
    ] = False,
    retrain: Annotated[
        bool, typer.Option("--retrain", help="Train the Python models, due or not.")
    ] = False,
    variables: Annotated[
        str, typer.Option("--vars", metavar="YAML", help="dbt vars, as dbt takes them.")
    ] = "{}",
    lake: LakeOption = None,
) -> None:
    """Build and test with dbt, then publish when green.

    On Redshift what is new in the lake is loaded first.
    """
    from music_warehouse.build import build as build_and_publish
    from music_warehouse.dbt_process import Project
    from music_warehouse.privacy import journal
    from music_warehouse.project_vars import require_known
    from music_warehouse.reports import print_publication, print_unfinished_erasures
    from music_warehouse.table_build import Wanted

    given = _variables(variables)
    require_known(given, Project.here().root)
    wanted = Wanted(full_refresh, force, retrain)
    if target is Target.PROD:
        _build_production(_required(lake), given, wanted)
        return
    data = DataFolder.from_environment()
    report = build_and_publish(data, Project.here(), given, wanted)
    if not report.is_new:
        print("Nothing is new: neither deliveries nor the project have changed.")
    print_publication(report)
    print_unfinished_erasures(journal.unfinished(data))


def _build_production(lake: str, variables: dict[str, Any], wanted: "Wanted") -> None:
    from music_warehouse.dbt_process import Project
    from music_warehouse.production.build import build as build_and_publish
    from music_warehouse.production.connection import Production
    from music_warehouse.production.s3_lake import S3Folder
    from music_warehouse.reports import print_production

    production = Production.from_environment()
    with S3Folder(lake) as there:
        report = build_and_publish(
            production,
            there,
            DataFolder.from_environment(),
            Project.here(),
            variables,
            wanted,
        )
    if not report.is_new:
        print("Nothing is new: neither deliveries nor the project have changed.")
    print_production(report)


@app.command()
def publish(target: TargetOption = Target.LOCAL) -> None:
    """Publish the last `dbt build`, if it was whole and green."""
    from music_warehouse.dbt_process import Project
    from music_warehouse.publish import publish as publish_marts
    from music_warehouse.reports import print_production, print_publication

    project = Project.here()
    if target is Target.PROD:
        from music_warehouse.production.build import target_folder
        from music_warehouse.production.build_lock import sole_build
        from music_warehouse.production.connection import Production
        from music_warehouse.production.publication import publish as publish_schema

        production = Production.from_environment()
        with sole_build(production, DataFolder.from_environment()) as lease:
            published = publish_schema(production, target_folder(project), lease)
        if not published.is_new:
            print("The last build is published already.")
        print_production(published)
        return
    report = publish_marts(DataFolder.from_environment(), project.target, project.root)
    if not report.is_new:
        print("The last build is published already.")
    print_publication(report)


@app.command()
def erase(
    user_id: Annotated[str, typer.Argument(help="As the deliveries have it.")],
    in_advance: Annotated[
        bool,
        typer.Option("--in-advance", help="Keep out somebody who never came yet."),
    ] = False,
    variables: Annotated[
        str, typer.Option("--vars", metavar="YAML", help="dbt vars, as build has them.")
    ] = "{}",
) -> None:
    """Erase a person of the streaming service, for good.

    From the lake, the landed files, the vault and, by building anew, from the warehouse
    and what is published; later deliveries bring nothing of the person back.
    """
    from music_warehouse.build import build as build_and_publish
    from music_warehouse.dbt_process import Project
    from music_warehouse.privacy.erasure import erase as erase_person
    from music_warehouse.project_vars import require_known
    from music_warehouse.reports import print_erasure
    from music_warehouse.table_build import Wanted

    given = _variables(variables)
    data = DataFolder.from_environment()
    project = Project.here()
    require_known(given, project.root)

    def rebuild() -> None:
        try:
            build_and_publish(data, project, given, Wanted(full_refresh=True))
        except UserError as error:
            raise UserError(
                f"{error} The erasure is unfinished, and former versions hold the "
                "person: run it again, with --vars as your builds have them."
            ) from error

    report = erase_person(data, user_id, rebuild, [project.target], in_advance)
    print_erasure(report)
    if report.left:
        raise UserError(
            f"Something of the person may still be in {_listed(report.left)}: look "
            "there, then run the same again."
        )


@app.command()
def status() -> None:
    """Show what landed, what is rejected, what is published."""
    from music_warehouse.project_vars import declared_vars
    from music_warehouse.reports import print_status
    from music_warehouse.status import read_status

    settings = declared_vars(Path.cwd())
    print_status(read_status(DataFolder.from_environment(), settings))


def _required(lake: str | None) -> str:
    if lake is None:
        raise UserError(
            "Redshift loads from S3: name the lake by --lake s3://bucket/prefix, or by "
            "MUSIC_WAREHOUSE_LAKE."
        )
    return lake


def _variables(text: str) -> dict[str, Any]:
    try:
        given = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise UserError(f"--vars {text} is not YAML.") from error
    if not isinstance(given, dict):
        raise UserError(f"--vars {text} is no mapping of names to values.")
    return given
