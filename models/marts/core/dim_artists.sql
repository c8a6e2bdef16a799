with

names as (

    select * from {{ ref('int_artist_names') }}

),

credits as (

    select * from {{ ref('int_artist_credits') }}

),

-- The spelling that most lists use names the artist. A joint credit counts for the
-- artists in it but never names one.
spellings as (

    select
        names.*,
        row_number() over (
            partition by names.artist_key
            order by names.row_count desc, names.artist_name_key
        ) as preference

    from names
    inner join credits
        on
            names.artist_name_key = credits.artist_name_key
            and credits.credit_count = 1

),

dim_artists as (

    select
        artist_key,

        max(case when preference = 1 then artist_name end) as artist_name,
        max(case when preference = 1 then mbid end) as mbid,

        cast(count(*) as integer) as spellings,

        bool_or(is_in_top_artists) as is_in_top_artists,
        bool_or(is_in_top_tracks) as is_in_top_tracks,
        bool_or(is_in_top_albums) as is_in_top_albums

    from spellings
    group by artist_key

)

select * from dim_artists
