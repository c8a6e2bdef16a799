with

weeks as (

    select * from {{ ref('int_stream_evidence_weeks') }}
    where plays > 0

),

partners as (

    select * from {{ ref('int_lockstep_partners') }}

),

track_totals as (

    select * from {{ ref('int_track_totals') }}

),

service_window as (

    select * from {{ ref('int_service_window') }}

),

-- An attack of a week is diluted by months of listening on the same account: what
-- counts is the day, or the week, that shows most. The lower bound keeps a week of few
-- plays from showing anything.
users as (

    select
        user_key,

        cast(sum(active_days) as bigint) as active_days,
        cast(sum(plays) as bigint) as plays,
        cast(sum(listened_ms) as bigint) as listened_ms,

        max(most_plays_of_a_track) as most_plays_of_a_track,
        max(most_listened_ms) as most_listened_ms,
        max(effective_hours) as effective_hours,
        max({{ wilson_bound('threshold_plays', 'plays', -1) }}) as threshold_share_lo,
        max(case
            when listened_ms >= 3600000
                then overlapped_ms / cast(listened_ms as double precision)
        end) as overlap_share

    from weeks
    group by user_key

),

-- How often two plays at random are of the same track, and in one minute of the time
-- that is observed.
chances as (

    select
        sum(cast(plays as double precision) * plays) as squared_plays,
        sum(cast(plays as double precision)) as plays
    from track_totals

),

spans as (

    select
        cast(1440 as double precision) * (
            1
            + {{ dbt.datediff('first_played_date', 'last_played_date', 'day') }}
        ) as minutes
    from service_window

),

int_stream_evidence as (

    select
        users.user_key,

        users.active_days,
        users.plays,
        users.listened_ms,

        users.most_plays_of_a_track,
        cast(users.most_listened_ms as double precision) / 3600000 as most_hours,
        users.threshold_share_lo,
        users.effective_hours,
        users.overlap_share,

        partners.partner_key as lockstep_partner_key,
        coalesce(partners.plays, 0) as lockstep_plays,
        users.plays * cast(partner_users.plays as double precision)
        * chances.squared_plays / nullif(chances.plays * chances.plays, 0)
        / spans.minutes as lockstep_plays_by_chance

    from users
    left join partners
        on users.user_key = partners.user_key
    left join users as partner_users
        on partners.partner_key = partner_users.user_key
    cross join chances
    cross join spans

)

select * from int_stream_evidence
