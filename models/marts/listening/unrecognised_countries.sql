with

users as (

    select * from {{ ref('int_delivered_countries') }}

),

unrecognised_countries as (

    select
        country_as_delivered,
        count(*) as users
    from users
    where
        country = 'ZZ'
        and country_as_delivered is not null
    group by country_as_delivered

)

select * from unrecognised_countries
