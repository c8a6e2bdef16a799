with

current_files as (

    select * from {{ ref('int_current_files') }}

),

-- A file that later ones have replaced for every listener says nothing any more: a
-- wrong id goes with the delivery that brought it.
spellings as (

    select spellings.*
    from {{ ref('stg_names__artist_spellings') }} as spellings
    inner join current_files
        on spellings.file_seq = current_files.file_seq

),

ledger as (

    select max(last_file_seq) as last_file_seq
    from current_files

),

mbid_evidence as (

    select
        match_key,
        mbid_key,
        mbid,
        sum(row_count) as row_count

    from spellings
    where mbid_key is not null
    group by match_key, mbid_key, mbid

),

-- A name that came with several ids is taken for the artist it mostly means, so
-- that two artists who share a name do not pull their other spellings together.
ranked_mbids as (

    select
        *,
        row_number() over (
            partition by match_key
            order by row_count desc, mbid_key
        ) as preference

    from mbid_evidence

),

names as (

    select
        artist_name_key,
        match_key,
        artist_name,

        cast(sum(row_count) as bigint) as row_count,

        max(case when table_name = 'user_top_artists' then 1 else 0 end) as top_artists,
        max(case when table_name = 'user_top_tracks' then 1 else 0 end) as top_tracks,
        max(case when table_name = 'user_top_albums' then 1 else 0 end) as top_albums

    from spellings
    group by artist_name_key, match_key, artist_name

),

int_artist_names as (

    select
        names.artist_name_key,
        names.match_key,
        case
            when '{{ var("artist_matching") }}' = 'exact' then names.artist_name_key
            else coalesce(ranked_mbids.mbid_key, names.match_key)
        end as artist_key,

        names.artist_name,
        ranked_mbids.mbid,

        names.row_count,

        names.top_artists = 1 as is_in_top_artists,
        names.top_tracks = 1 as is_in_top_tracks,
        names.top_albums = 1 as is_in_top_albums,

        ledger.last_file_seq as built_through_file_seq

    from names
    cross join ledger
    left join ranked_mbids
        on
            names.match_key = ranked_mbids.match_key
            and ranked_mbids.preference = 1

)

select * from int_artist_names
