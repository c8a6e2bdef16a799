{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key=['user_key', 'track_key'],
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
        track_key,
        {{ counted_plays('weight') }}
    from changes
    where track_key is not null
    group by user_key, track_key

),

-- Where an event was and is no more, zeros are left.
int_user_track_totals as (

    select
        changed.user_key,
        changed.track_key,

        {{ brought_up_to_date('changed', [
            'plays', 'streams', 'skips', 'skip_known_plays', 'completes',
            'completion_known_plays', 'listened_ms'
        ]) }},

        latest_file.file_seq as built_through_file_seq

    from changed
    cross join latest_file
    {% if is_incremental() %}
        left join {{ this }} as former
            on
                changed.user_key = former.user_key
                and changed.track_key = former.track_key
    {% endif %}

)

select * from int_user_track_totals
