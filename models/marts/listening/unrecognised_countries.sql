with

unrecognised as (

    select
        'listening' as domain,
        country_as_delivered
    from {{ ref('int_delivered_countries') }}
    where country = 'ZZ'

    union all

    select
        'service' as domain,
        country_as_delivered
    from {{ ref('int_service_users') }}
    where country = 'ZZ'

),

-- A line that has slipped by a column may bring a mail address.
spellings as (

    select
        domain,
        case
            when position('@' in country_as_delivered) > 0 then '***@***'
            else country_as_delivered
        end as country_as_delivered
    from unrecognised
    where country_as_delivered is not null

),

counted as (

    select
        domain,
        country_as_delivered,
        count(*) as users
    from spellings
    group by domain, country_as_delivered

),

judged as (

    select
        *,
        domain = 'service' and {{ is_small_cell('users') }} as is_suppressed
    from counted

),

unrecognised_countries as (

    select
        cast(domain as varchar(16)) as domain,
        country_as_delivered,
        {{ unless_suppressed(['users']) }},
        is_suppressed
    from judged

)

select * from unrecognised_countries
