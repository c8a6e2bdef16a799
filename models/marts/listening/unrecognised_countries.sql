with

users as (

    select * from {{ ref('int_delivered_countries') }}

),

-- A line that has slipped by a column may bring a mail address.
spellings as (

    select
        case
            when position('@' in country_as_delivered) > 0 then '***@***'
            else country_as_delivered
        end as country_as_delivered
    from users
    where
        country = 'ZZ'
        and country_as_delivered is not null

),

unrecognised_countries as (

    select
        country_as_delivered,
        count(*) as users
    from spellings
    group by country_as_delivered

)

select * from unrecognised_countries
