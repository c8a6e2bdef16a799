"""The questions the command line answers, from published marts only."""

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb

from music_warehouse.errors import UserError
from music_warehouse.names import normalise_name
from music_warehouse.paths import DataFolder
from music_warehouse.publish import current_version
from music_warehouse.publish.versions import damaged

Row = tuple[Any, ...]

_USER_SHARE = (
    "% of a user: mean share of a user's plays, "
    "in small countries pulled towards the world's."
)
_RANKED = (
    "Ranked: countries with enough users (var min_country_users) "
    "and listeners (min_pair_listeners)."
)
_CHANCE = (
    "Where bounds (from, to) overlap, the difference may be chance. "
    "The published vectors are the shipped method's."
)


@dataclass(frozen=True)
class Answer:
    """A heading, a table, and how to read its figures."""

    heading: str
    columns: tuple[str, ...]
    rows: list[Row]
    notes: tuple[str, ...] = ()


def artists_in(data: DataFolder, country: str, limit: int) -> Answer:
    """The artists played most in a country, given by name or ISO code."""
    with published_marts(data) as marts:
        code, name = _country(marts, country)
        rows = marts.execute(
            """
            select
                rank,
                artist_name,
                total_playcount::bigint,
                artist_rank_in_country.listeners,
                country_users
            from artist_rank_in_country
            inner join agg_artist_country using (country, artist_key)
            where country = ?
            order by row_no
            limit ?
            """,
            [code, limit],
        ).fetchall()
    if not rows:
        raise UserError(f"Nobody from {name} is among the listeners.")
    return Answer(
        f"Artists by plays in {name}, of {rows[0][-1]} users",
        ("rank", "artist", "plays", "listeners"),
        [row[:-1] for row in rows],
    )


def countries_of(data: DataFolder, artist: str, limit: int) -> Answer:
    """The countries in which an artist is most popular, by its mean share of a
    user's plays (shrunk). Countries and pairs with too few users come last, without
    a rank and with the reason, those with most users first."""
    with published_marts(data) as marts:
        key, name = _artist(marts, artist)
        rows = marts.execute(
            """
            select
                headline_rank,
                country_name,
                100 * user_mean_share_eb,
                100 * normalized_popularity,
                total_playcount::bigint,
                country_rank_per_artist.listeners,
                country_users,
                case
                    when headline_rank is not null then null
                    when country = 'ZZ' then 'country unknown'
                    when not is_eligible_country then 'too few users'
                    else 'too few listeners'
                end
            from country_rank_per_artist
            inner join agg_artist_country using (country, artist_key)
            inner join dim_countries using (country)
            where artist_key = ?
            order by
                headline_rank nulls last,
                country = 'ZZ',
                country_users desc,
                user_mean_share_eb desc,
                row_no
            limit ?
            """,
            [key, limit],
        ).fetchall()
    columns: tuple[str, ...] = (
        *("rank", "country", "% of a user", "% of plays", "plays"),
        *("listeners", "of users", "no rank because"),
    )
    notes = [_USER_SHARE]
    if all(reason is None for *_, reason in rows):
        columns, rows = columns[:-1], [row[:-1] for row in rows]
    else:
        notes.append(_RANKED)
    heading = f"Countries where {name} is most popular"
    return Answer(heading, columns, rows, tuple(notes))


def similar_to(data: DataFolder, artist: str, limit: int) -> Answer:
    """The artists nearest to an artist by taste; of 10 listeners and more, both."""
    with published_marts(data) as marts:
        key, name = _artist(marts, artist)
        rows = marts.execute(
            """
            select rank, neighbor_artist_name, cosine, shared_listeners, lift
            from artist_neighbors
            where artist_key = ?
            order by row_no
            limit ?
            """,
            [key, limit],
        ).fetchall()
    if not rows:
        raise UserError(f"{name} has too few listeners to say who is near.")
    return Answer(
        f"Artists near to {name}",
        ("rank", "artist", "cosine", "shared listeners", "lift"),
        rows,
    )


def embedding_quality(data: DataFolder) -> Answer:
    """How often each method finds the artist that was hidden from it, best first."""
    with published_marts(data) as marts:
        rows = marts.execute(
            """
            select
                method || case when is_shipped then ' (shipped)' else '' end,
                max(case when metric = 'hr_at_10' then 100 * value end) as hit_rate,
                max(case when metric = 'hr_at_10' then 100 * value_lo end),
                max(case when metric = 'hr_at_10' then 100 * value_hi end),
                max(case when metric = 'ndcg_at_10' then value end),
                max(case when metric = 'hr_at_50' then 100 * value end),
                max(case when metric = 'coverage' then 100 * value end),
                max(users),
                max(artists)
            from embedding_evaluation
            group by method, is_shipped
            order by hit_rate desc, method
            """
        ).fetchall()
    users, artists = rows[0][-2:]
    if not users:
        raise UserError(
            "Nothing is evaluated: no listener has played so many artists that one can "
            "be hidden."
        )
    return Answer(
        f"One artist hidden of each of {users} users, looked for among {artists}",
        ("method", "% in top 10", "from", "to", "NDCG@10", "% in top 50", "% covered"),
        [row[:-2] for row in rows],
        (_CHANCE,),
    )


@contextmanager
def published_marts(data: DataFolder) -> Iterator[duckdb.DuckDBPyConnection]:
    """The marts that readers see, as the same version until they are closed.

    Raises UserError where nothing is published or its files are damaged.
    """
    folder = current_version(data)
    try:
        with duckdb.connect(str(folder / "marts.duckdb"), read_only=True) as marts:
            yield marts
    except (duckdb.IOException, duckdb.CatalogException) as error:
        raise damaged(folder) from error


def _country(marts: duckdb.DuckDBPyConnection, given: str) -> tuple[str, str]:
    wanted = _wanted(given, "country")
    found = marts.execute(
        """
        select country, country_name
        from dim_country_names
        inner join dim_countries using (country)
        where match_name = ?
        """,
        [wanted],
    ).fetchone()
    if found is not None:
        return str(found[0]), str(found[1])
    near = marts.execute(
        """
        select country_name
        from dim_countries
        order by jaro_winkler_similarity(lower(country_name), ?) desc, country_name
        limit 3
        """,
        [wanted],
    ).fetchall()
    raise UserError(f'No country is called "{given}"; near: {_listed(near)}.')


def _artist(marts: duckdb.DuckDBPyConnection, given: str) -> tuple[int, str]:
    """The artist of that name; of several, the one that most lists name. Where none
    has it, the one artist whose name differs in accents and punctuation alone."""
    wanted = _wanted(given, "artist")
    artists = marts.execute(
        "select artist_key, artist_name from dim_artists"
    ).fetchall()
    found = {key: name for key, name in artists if normalise_name(name) == wanted}
    if found:
        most_heard = marts.execute(
            """
            select artist_key
            from country_rank_per_artist
            where artist_key in (select unnest(?))
            group by artist_key
            order by sum(listeners) desc, artist_key
            limit 1
            """,
            [list(found)],
        ).fetchone()
        key = most_heard[0] if most_heard else min(found)
        return key, found[key]
    bare = _bare(given)
    alike = [(key, name) for key, name in artists if bare and _bare(name) == bare]
    if len(alike) == 1:
        return alike[0]
    near = marts.execute(
        """
        select artist_name
        from dim_artists
        order by jaro_winkler_similarity(lower(artist_name), ?) desc, artist_key
        limit 3
        """,
        [wanted],
    ).fetchall()
    told = f"near: {_listed(near)}" if near else "there are no artists yet"
    raise UserError(f'No artist is called "{given}"; {told}.')


def _wanted(given: str, what: str) -> str:
    wanted = normalise_name(given)
    if not wanted:
        raise UserError(f"The name of the {what} is blank.")
    return wanted


def _bare(name: str) -> str:
    """A name's letters and digits, without case and accents: "Jay-Z" gives "jayz"."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return "".join(character for character in decomposed if character.isalnum())


def _listed(names: list[Row]) -> str:
    return ", ".join(name for (name,) in names)
