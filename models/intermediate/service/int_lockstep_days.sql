{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='activity_date',
    )
}}

with

events as (

    select * from {{ ref('int_classified_events') }}

),

former_places as (

    select
        activity_date,
        current_file_seq
    from {{ ref('int_event_versions') }}

),

latest_file as (

    select max(built_through_file_seq) as file_seq
    from events

),

{% if is_incremental() %}

    built as (

        select coalesce(max(built_through_file_seq), 0) as file_seq
        from {{ this }}

    ),

{% endif %}

touched as (

    select events.activity_date
    from events
    {% if is_incremental() %}
        inner join built
            on events.built_through_file_seq > built.file_seq
    {% endif %}

    union

    select former_places.activity_date
    from former_places
    {% if is_incremental() %}
        inner join built
            on former_places.current_file_seq > built.file_seq
    {% endif %}

),

looked_at as (

    select events.*
    from events
    inner join touched
        on events.activity_date = touched.activity_date
    where
        events.table_name = 'listening_events'
        and not events.is_repeat

),

pairs as (

    {{ lockstep_pairs('looked_at') }}

),

-- Two users meet once a day by chance, and most pairs do. The row of nobody says that
-- the day was looked at, and takes the place of pairs that are no more.
int_lockstep_days as (

    select
        pairs.activity_date,
        pairs.user_key,
        pairs.partner_key,
        pairs.plays,
        latest_file.file_seq as built_through_file_seq
    from pairs
    cross join latest_file
    where pairs.plays >= 2

    union all

    select
        touched.activity_date,
        -1 as user_key,
        -1 as partner_key,
        0 as plays,
        latest_file.file_seq as built_through_file_seq
    from touched
    cross join latest_file

)

select * from int_lockstep_days
