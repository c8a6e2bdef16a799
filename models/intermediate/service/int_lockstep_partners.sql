with

lockstep_days as (

    select * from {{ ref('int_lockstep_days') }}
    where plays > 0

),

partners as (

    select
        user_key,
        partner_key,
        plays
    from lockstep_days

    union all

    select
        partner_key as user_key,
        user_key as partner_key,
        plays
    from lockstep_days

),

pairs as (

    select
        user_key,
        partner_key,
        cast(sum(plays) as bigint) as plays
    from partners
    group by user_key, partner_key

),

ranked_pairs as (

    select
        *,
        row_number() over (
            partition by user_key
            order by plays desc, partner_key
        ) as place
    from pairs

),

-- Two who play the same may share a room. What nobody's household explains is a third
-- account in step: the second of a user's partners counts.
int_lockstep_partners as (

    select
        user_key,
        partner_key,
        plays
    from ranked_pairs
    where place = 2

)

select * from int_lockstep_partners
