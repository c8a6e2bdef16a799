"""`music-warehouse ask`: questions to the published marts."""

from typing import Annotated

import typer

from music_warehouse.paths import DataFolder

# What answers is imported by the commands that use it: `--help` answers at once.

app = typer.Typer(help="Answer a question from the published marts.")

Limit = Annotated[int, typer.Option(min=1, help="How many rows to show.")]
Country = Annotated[str, typer.Argument(help="A name or an ISO 3166-1 code.")]
Artist = Annotated[str, typer.Argument(help="A name; accents and case do not matter.")]


@app.callback(invoke_without_command=True)
def help_alone(context: typer.Context) -> None:
    """Without a question, say which there are."""
    if context.invoked_subcommand is None:
        print(context.get_help())


@app.command("artists-in")
def artists_in(country: Country, limit: Limit = 10) -> None:
    """The artists played most in a country."""
    from music_warehouse import questions
    from music_warehouse.reports import print_answer

    print_answer(questions.artists_in(DataFolder.from_environment(), country, limit))


@app.command("countries-of")
def countries_of(artist: Artist, limit: Limit = 10) -> None:
    """The countries in which an artist is most popular."""
    from music_warehouse import questions
    from music_warehouse.reports import print_answer

    print_answer(questions.countries_of(DataFolder.from_environment(), artist, limit))


@app.command("similar-to")
def similar_to(artist: Artist, limit: Limit = 10) -> None:
    """The artists nearest to an artist by taste."""
    from music_warehouse import questions
    from music_warehouse.reports import print_answer

    print_answer(questions.similar_to(DataFolder.from_environment(), artist, limit))


@app.command("embedding-quality")
def embedding_quality() -> None:
    """How well the vectors find hidden artists."""
    from music_warehouse import questions
    from music_warehouse.reports import print_answer

    print_answer(questions.embedding_quality(DataFolder.from_environment()))


@app.command("service-summary")
def service_summary(limit: Limit = 5) -> None:
    """The streaming service: activity, revenue, churn, anomalies."""
    from music_warehouse import service_questions
    from music_warehouse.reports import print_answer

    answers = service_questions.service_summary(DataFolder.from_environment(), limit)
    for place, answer in enumerate(answers):
        if place:
            typer.echo()
        print_answer(answer)
