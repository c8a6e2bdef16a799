with

exported_plays as (

    select * from {{ ref('stg_service__streaming_history') }}

),

aliases as (

    select * from {{ ref('country_aliases') }}

),

delivered as (

    select
        *,
        row_number() over (
            partition by event_key
            order by file_seq desc, line_number desc
        ) as place
    from exported_plays

),

counted as (

    select
        delivered.user_key,
        aliases.country_code as country,
        count(*) as plays
    from delivered
    inner join aliases
        on delivered.country_match_name = aliases.match_name
    where
        delivered.place = 1
        and aliases.country_code != 'ZZ'
    group by delivered.user_key, aliases.country_code

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
