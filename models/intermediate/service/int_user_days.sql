with

totals as (

    select * from {{ ref('int_user_day_totals') }}

),

exported as (

    select * from {{ ref('int_exported_user_days') }}

),

-- A listener's export tells of the service's own plays a second time, under other keys.
days as (

    select
        totals.user_key,
        totals.activity_date,

        {{ less_uncounted('totals', 'exported', [
            'plays', 'streams', 'skips', 'skip_known_plays', 'completes',
            'completion_known_plays', 'listened_ms', 'sessions'
        ], 'exported.is_recorded') }},

        coalesce(exported.is_recorded, true) as is_recorded

    from totals
    left join exported
        on
            totals.user_key = exported.user_key
            and totals.activity_date = exported.activity_date

),

int_user_days as (

    select * from days
    where plays > 0

)

select * from int_user_days
