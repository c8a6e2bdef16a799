with

aliases as (

    select * from {{ ref('country_aliases') }}

),

dim_country_names as (

    select
        cast(match_name as varchar(480)) as match_name,
        cast(country_code as varchar(2)) as country
    from aliases

)

select * from dim_country_names
