{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key=['user_key', 'week_start_date'],
    )
}}

with

days as (

    select
        *,
        cast({{ dbt.date_trunc('week', 'activity_date') }} as date) as week_start_date
    from {{ ref('int_stream_evidence_days') }}

),

latest_file as (

    select max(built_through_file_seq) as file_seq
    from {{ ref('int_stream_evidence_days') }}

),

{% if is_incremental() %}

    changed_weeks as (

        select distinct
            user_key,
            cast(
                {{ dbt.date_trunc('week', 'activity_date') }} as date
            ) as week_start_date
        from {{ ref('int_stream_evidence_days') }}
        where built_through_file_seq > {{ built_through(this) }}

    ),

{% endif %}

looked_at as (

    select *
    from days
    {% if is_incremental() %}
        where
            days.activity_date >= (
                select min(changed_weeks.week_start_date)
                from changed_weeks
            )
            and exists (
                select 1
                from changed_weeks
                where
                    days.user_key = changed_weeks.user_key
                    and days.week_start_date = changed_weeks.week_start_date
            )
    {% endif %}

),

-- A day without plays has a row of zeros, and so has a week of such days.
weeks as (

    select
        user_key,
        week_start_date,

        count(case when plays > 0 then 1 end) as active_days,
        cast(sum(plays) as bigint) as plays,
        cast(sum(threshold_plays) as bigint) as threshold_plays,
        cast(sum(listened_ms) as bigint) as listened_ms,
        cast(sum(overlapped_ms) as bigint) as overlapped_ms,

        max(most_plays_of_a_track) as most_plays_of_a_track,
        max(listened_ms) as most_listened_ms,
        -- The inverse of Simpson's index: 24 where every hour has as many plays.
        max(case
            when plays >= 24
                then cast(plays * plays as double precision) / squared_plays_of_hours
        end) as effective_hours

    from looked_at
    group by user_key, week_start_date

),

int_stream_evidence_weeks as (

    select
        weeks.*,
        latest_file.file_seq as built_through_file_seq
    from weeks
    cross join latest_file

)

select * from int_stream_evidence_weeks
