with

exported_plays as (

    select * from {{ ref('stg_service__streaming_history') }}

),

aliases as (

    select * from {{ ref('country_aliases') }}

),

counted as (

    select
        exported_plays.user_key,
        aliases.country_code as country,
        count(distinct exported_plays.event_key) as plays
    from exported_plays
    inner join aliases
        on exported_plays.country_match_name = aliases.match_name
    where aliases.country_code != 'ZZ'
    group by exported_plays.user_key, aliases.country_code

),

ranked as (

    select
        *,
        row_number() over (
            partition by user_key
            order by plays desc, country
        ) as place
    from counted

),

-- Where a listener has played most is where the listener is taken to be.
int_exported_countries as (

    select
        user_key,
        cast(country as varchar(2)) as country,
        plays
    from ranked
    where place = 1

)

select * from int_exported_countries
