{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key=['user_key', 'activity_date'],
    )
}}

with

-- Of its own: what is read once is read no further than it is asked for.
latest_file as (

    select max(built_through_file_seq) as file_seq
    from {{ ref('int_event_states') }}

),

changes as (

    {{ event_changes(
        ref('int_event_states'), ref('int_built_files'), this
    ) }}

),

changed as (

    select
        user_key,
        activity_date,
        {{ counted_plays('weight') }},
        {{ counted_events('begins_session', 'weight') }} as sessions
    from changes
    group by user_key, activity_date

),

{% if is_incremental() %}

    -- Few days are as late as what has come: else the engine gathers all of them.
    former as (

        select *
        from {{ this }}
        where activity_date >= (select min(changed.activity_date) from changed)

    ),

{% endif %}

-- Where an event was and is no more, zeros are left.
int_user_day_totals as (

    select
        changed.user_key,
        changed.activity_date,

        {{ brought_up_to_date('changed', [
            'plays', 'streams', 'skips', 'skip_known_plays', 'completes',
            'completion_known_plays', 'listened_ms', 'sessions'
        ]) }},

        latest_file.file_seq as built_through_file_seq

    from changed
    cross join latest_file
    {% if is_incremental() %}
        left join former
            on
                changed.user_key = former.user_key
                and changed.activity_date = former.activity_date
    {% endif %}

)

select * from int_user_day_totals
