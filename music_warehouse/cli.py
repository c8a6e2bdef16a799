"""The command line: reads the words, calls the package, prints what came of it."""

import sys
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import yaml
from typer.exceptions import Abort, TyperException

import music_warehouse
from music_warehouse.errors import UserError
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
ask = typer.Typer(help="Answer a question from the published marts.")
app.add_typer(ask, name="ask")

Limit = Annotated[int, typer.Option(min=1, help="How many rows to show.")]
Country = Annotated[str, typer.Argument(help="A name or an ISO 3166-1 code.")]
Artist = Annotated[str, typer.Argument(help="A name; accents and case do not matter.")]


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


class Domain(StrEnum):
    """What kind of deliveries to generate."""

    LISTENING = "listening"
    SERVICE = "service"
    ALL = "all"


class Format(StrEnum):
    """The file format of generated deliveries."""

    CSV = "csv"
    PARQUET = "parquet"


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


def _help_alone(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        print(context.get_help())


ask.callback(invoke_without_command=True)(_help_alone)


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
    _help_alone(context)


@app.command()
def generate(
    out: Annotated[Path, typer.Option(help="Where to write.", show_default=False)],
    domain: Annotated[
        Domain,
        typer.Option(
            help="Which deliveries; all: listening, and the service with a tenth of "
            "the users, but at least 200."
        ),
    ] = Domain.ALL,
    users: Annotated[int, typer.Option(min=1, help="How many users.")] = 20_000,
    seed: Annotated[int, typer.Option(help="The same seed, the same bytes.")] = 1,
    file_format: Annotated[
        Format, typer.Option("--format", help="The files' format.")
    ] = Format.CSV,
    first_user_id: Annotated[
        int,
        typer.Option(
            min=1,
            help="Above 1: more listening users for an earlier delivery, and nothing "
            "of the service.",
        ),
    ] = 1,
    days: Annotated[
        int, typer.Option(min=1, help="Service: how many days, until 2026-06-30.")
    ] = 180,
    from_day: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="Service: a later delivery of the same users, DAYS from here.",
        ),
    ] = None,
    plays_per_day: Annotated[
        float,
        typer.Option(help="Service: about how many plays a user has on a day of them."),
    ] = 5.0,
) -> None:
    """Write synthetic deliveries and, beside them, their truth."""
    from music_warehouse.synthetic.listening import generate_listening
    from music_warehouse.synthetic.service import generate_service

    if domain is not Domain.SERVICE and from_day is not None:
        raise UserError("--from-day is for --domain service.")
    if domain is Domain.SERVICE and first_user_id > 1:
        raise UserError("--first-user-id is for --domain listening.")
    if domain is not Domain.SERVICE:
        generate_listening(
            out, users, seed, file_format.value, first_user_id=first_user_id
        )
        print(f"Deliveries of {users} users are in {out}.")
    if domain is Domain.LISTENING or first_user_id > 1:
        return
    if domain is Domain.ALL:
        users = max(users // 10, min(users, 200))
    made = generate_service(
        out,
        users,
        seed,
        file_format.value,
        days=days,
        from_day=from_day and from_day.date(),
        plays_per_day=plays_per_day,
    )
    print(
        f"Deliveries of {made.rows['listening_events']:,} plays of {users} users of "
        f"the service, {made.first_day} to {made.last_day}, are in {out}."
    )


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
    from music_warehouse.reports import print_ingest
    from music_warehouse.unsettled import unsettled, way_out

    data, settings = DataFolder.from_environment(), declared_vars(Path.cwd())
    report = ingest_paths(paths, data, declared)
    print_ingest(report, data, settings)
    if lake is not None:
        from music_warehouse.production.s3_lake import S3Folder, mirror

        with S3Folder(lake) as there:
            mirrored = mirror(data, there)
        print(f"{lake}: {mirrored.deliveries} deliveries added.")
    if not report.files:
        raise UserError(f"There is nothing to take in {_listed(paths)}.")
    if refused := [file for file in report.files if file.state == "rejected"]:
        numbers = {file.file_seq for file in refused}
        stopping = [
            entry
            for entry in unsettled(read_ledger(data), settings)
            if entry.file_seq in numbers
        ]
        raise UserError(
            f"{_listed(file.path for file in refused)} could not be taken in: "
            f"{refused[0].detail or refused[0].reason}"
            + (f" {way_out(stopping, settings)}" if stopping else "")
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
    print(f"Loaded: {loaded.deliveries} deliveries, {loaded.rows:,} rows.")


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
    from music_warehouse.project_vars import require_known
    from music_warehouse.reports import print_publication
    from music_warehouse.table_build import Wanted

    given = _variables(variables)
    require_known(given, Project.here().root)
    wanted = Wanted(full_refresh, force, retrain)
    if target is Target.PROD:
        _build_production(_required(lake), given, wanted)
        return
    report = build_and_publish(
        DataFolder.from_environment(), Project.here(), given, wanted
    )
    if not report.is_new:
        print("Nothing is new: neither deliveries nor the project have changed.")
    print_publication(report)


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
    report = erase_person(
        data,
        user_id,
        lambda: build_and_publish(data, project, given, Wanted(full_refresh=True)),
        [project.target],
        in_advance,
    )
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


@ask.command("artists-in")
def artists_in(country: Country, limit: Limit = 10) -> None:
    """The artists played most in a country."""
    from music_warehouse import questions
    from music_warehouse.reports import print_answer

    print_answer(questions.artists_in(DataFolder.from_environment(), country, limit))


@ask.command("countries-of")
def countries_of(artist: Artist, limit: Limit = 10) -> None:
    """The countries in which an artist is most popular."""
    from music_warehouse import questions
    from music_warehouse.reports import print_answer

    print_answer(questions.countries_of(DataFolder.from_environment(), artist, limit))


@ask.command("similar-to")
def similar_to(artist: Artist, limit: Limit = 10) -> None:
    """The artists nearest to an artist by taste."""
    from music_warehouse import questions
    from music_warehouse.reports import print_answer

    print_answer(questions.similar_to(DataFolder.from_environment(), artist, limit))


@ask.command("embedding-quality")
def embedding_quality() -> None:
    """How well the vectors find hidden artists."""
    from music_warehouse import questions
    from music_warehouse.reports import print_answer

    print_answer(questions.embedding_quality(DataFolder.from_environment()))


@ask.command("service-summary")
def service_summary(limit: Limit = 5) -> None:
    """The streaming service: activity, revenue, churn, anomalies."""
    from music_warehouse import service_questions
    from music_warehouse.reports import print_answer

    answers = service_questions.service_summary(DataFolder.from_environment(), limit)
    for place, answer in enumerate(answers):
        if place:
            typer.echo()
        print_answer(answer)


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
