{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='artist_name_key',
    )
}}

with

names as (

    select * from {{ ref('int_artist_names') }}

),

parts as (

    select distinct
        artist_name_key,
        part_number,
        part_match_key
    from {{ ref('stg_names__artist_credit_parts') }}

),

latest_file as (

    select max(built_through_file_seq) as file_seq
    from {{ ref('int_artist_names') }}

),

-- An artist is known by a MusicBrainz id: "Simon & Garfunkel" stays whole.
known_artists as (

    select distinct
        match_key,
        artist_key
    from names
    where mbid is not null

),

joint_names as (

    select
        parts.artist_name_key,
        parts.part_number,
        known_artists.artist_key,
        count(*) over (partition by parts.artist_name_key) as part_count,
        count(known_artists.artist_key) over (
            partition by parts.artist_name_key
        ) as known_part_count

    from parts
    inner join names
        on parts.artist_name_key = names.artist_name_key
    left join known_artists
        on parts.part_match_key = known_artists.match_key
    where
        names.mbid is null
        and '{{ var("artist_matching") }}' = 'matched'

),

credits as (

    select
        artist_name_key,
        cast(part_number as integer) as credit_number,
        cast(part_count as integer) as credit_count,
        artist_key
    from joint_names
    where known_part_count = part_count

    union all

    select
        names.artist_name_key,
        1 as credit_number,
        1 as credit_count,
        names.artist_key
    from names
    left join joint_names
        on
            names.artist_name_key = joint_names.artist_name_key
            and joint_names.known_part_count = joint_names.part_count
    where joint_names.artist_name_key is null

),

{% if is_incremental() %}

-- A later delivery may say more about a name that was met before (its id, or that
-- of a part): the names whose credits changed, so that the users who listed them
-- are counted again.
    changed_names as (

        select distinct credits.artist_name_key
        from credits
        left join {{ this }} as former
            on
                credits.artist_name_key = former.artist_name_key
                and credits.credit_number = former.credit_number
                and credits.credit_count = former.credit_count
                and credits.artist_key = former.artist_key
        where former.artist_name_key is null

    ),

{% endif %}

int_artist_credits as (

    select
        credits.artist_name_key,
        credits.artist_key,

        credits.credit_number,
        credits.credit_count,

        latest_file.file_seq as credited_at_file_seq

    from credits
    {% if is_incremental() %}
        inner join changed_names
            on credits.artist_name_key = changed_names.artist_name_key
    {% endif %}
    cross join latest_file

)

select * from int_artist_credits
