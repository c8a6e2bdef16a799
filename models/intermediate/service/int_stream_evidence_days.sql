{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key=['user_key', 'activity_date'],
    )
}}

with

events as (

    select * from {{ ref('int_classified_events') }}

),

-- Of their own: what is read once is read no further than it is asked for.
latest_file as (

    select max(built_through_file_seq) as file_seq
    from {{ ref('int_classified_events') }}

),

-- What is referred to below, in words that dbt sees before it knows what there is:
-- depends_on: {{ ref('int_event_states') }} and {{ ref('int_built_files') }}
{% if is_incremental() %}

    changes as (

        {{ event_changes(
            ref('int_event_states'), ref('int_built_files'), this
        ) }}

    ),

    recorded_changes as (

        select *
        from changes
        where event_key >= 0

    ),

    changed_days as (

        {{ changed_keys('recorded_changes', ['user_key', 'activity_date'], [
            'event_key', 'track_key', 'started_at', 'ended_at',
            'play_duration_ms', 'is_repeat'
        ]) }}

    ),

{% endif %}
-- What the service recorded itself, whose ids are not negative: a listener's own export
-- tells of the same plays a second time, and would overlap with all of them.
looked_at as (

    select *
    from events
    where event_key >= 0
    {% if is_incremental() %}
        and exists (
            select 1
            from changed_days
            where
                events.user_key = changed_days.user_key
                and events.activity_date = changed_days.activity_date
        )
    {% endif %}

),

days as (

    {{ stream_evidence('looked_at') }}

),

-- Where an event was and is no more, nothing is left to suspect: a row of zeros takes
-- the place of the former one.
int_stream_evidence_days as (

    select
        days.*,
        latest_file.file_seq as built_through_file_seq
    from days
    cross join latest_file

    {% if is_incremental() %}

        union all

        select
            changed_days.user_key,
            changed_days.activity_date,
            {{ ([0] * 6) | join(', ') }},
            latest_file.file_seq as built_through_file_seq
        from changed_days
        cross join latest_file
        left join days
            on
                changed_days.user_key = days.user_key
                and changed_days.activity_date = days.activity_date
        where days.user_key is null

    {% endif %}

)

select * from int_stream_evidence_days
