with

countries as (

    select * from {{ ref('countries') }}

),

dim_countries as (

    select
        country_code as country,

        alpha3 as country_alpha3,
        country_name,
        region,
        subregion,

        country_code != 'ZZ' as is_known

    from countries

)

select * from dim_countries
