with

top_pairs as (

    select
        country,
        artist_key,
        playcount,
        {{ is_eligible_country('country', 'country_users') }} as is_eligible
    from {{ ref('int_artist_country_plays') }}
    where
        country != 'ZZ'
        and playcount > 0
        and row_no_in_country <= {{ var('profile_top_artists') }}

),

countries as (

    select
        country,
        sum(playcount) as playcount
    from top_pairs
    group by country

),

shares as (

    select
        top_pairs.country,
        top_pairs.artist_key,
        top_pairs.is_eligible,
        top_pairs.playcount / cast(countries.playcount as double precision) as share
    from top_pairs
    inner join countries
        on top_pairs.country = countries.country

),

-- A country of few users is compared, but nobody's neighbour: its list is chance.
-- Over the artists that both list: with those terms and the two shares left over,
-- the divergence over the union is complete.
shared_artists as (

    select
        one.country,
        other.country as other_country,
        count(*) as shared_artists,
        {{ exact_sum(jensen_shannon_term('one.share', 'other.share')
            ~ ' - one.share') }} as terms
    from shares as one
    inner join shares as other
        on
            one.artist_key = other.artist_key
            and one.country != other.country
            and other.is_eligible
    group by one.country, other.country

),

int_country_similarities as (

    select
        country,
        other_country,

        shared_artists,
        -0.5 * terms as similarity,

        cast(row_number() over (
            partition by country
            order by terms, other_country
        ) as integer) as nearness

    from shared_artists

)

select * from int_country_similarities
