with

users as (

    select * from {{ ref('int_service_users') }}

),

streaming_users as (

    select * from {{ ref('int_streaming_users') }}

),

user_days as (

    select * from {{ ref('int_user_days') }}

),

top_artists as (

    select * from {{ ref('int_user_top_artists') }}

),

last_day as (

    select last_played_date as activity_date
    from {{ ref('int_service_window') }}

),

-- A clock that runs ahead makes nobody active.
activity as (

    select
        user_days.user_key,
        min(user_days.activity_date) as first_active_date,
        max(case
            when user_days.activity_date <= last_day.activity_date
                then user_days.activity_date
        end) as last_active_date,
        count(*) as active_days,
        cast(sum(user_days.sessions) as bigint) as sessions,
        {{ added_up_plays() }}
    from user_days
    cross join last_day
    group by user_days.user_key

),

-- Users who never played, and players whom no users file tells of, are users too; who
-- only pays is none.
user_engagement as (

    select
        streaming_users.user_key,

        streaming_users.country,
        users.plan,
        users.age_band,
        users.user_key is not null as is_known_user,

        users.registration_date,
        {{ dbt.datediff('users.registration_date', 'last_day.activity_date', 'day') }}
            as tenure_days,
        activity.first_active_date,
        activity.last_active_date,
        {{ dbt.datediff(
            'activity.last_active_date', 'last_day.activity_date', 'day'
        ) }} as days_since_active,
        coalesce(activity.active_days, 0) as active_days,

        coalesce(activity.sessions, 0) as sessions,
        coalesce(activity.plays, 0) as plays,
        coalesce(activity.streams, 0) as streams,
        coalesce(activity.listened_ms, 0) as listened_ms,

        coalesce(activity.skips, 0) as skips,
        coalesce(activity.skip_known_plays, 0) as skip_known_plays,
        {{ share_columns(
            'skip_share', 'activity.skips', 'activity.skip_known_plays'
        ) }},

        coalesce(activity.completes, 0) as completes,
        coalesce(activity.completion_known_plays, 0) as completion_known_plays,
        {{ share_columns(
            'completion_share', 'activity.completes', 'activity.completion_known_plays'
        ) }},

        top_artists.artist_name_key as top_artist_name_key,
        top_artists.artist_name as top_artist_name,
        top_artists.plays as top_artist_plays

    from streaming_users
    cross join last_day
    left join users
        on streaming_users.user_key = users.user_key
    left join activity
        on streaming_users.user_key = activity.user_key
    left join top_artists
        on streaming_users.user_key = top_artists.user_key
    where
        streaming_users.is_in_users_file
        or activity.user_key is not null

)

select * from user_engagement
