-- The shipped embedding finds hidden artists at least as well as what is popular in the
-- listener's country, and as EASE less two of its standard errors: its bounds lie 2 ·
-- 1.96 of them apart. Below `evaluation_min_users` (1,000) listeners two standard errors
-- are more than a tenth of the value, and who is drawn decides: nothing is asserted.
{{ config(group='similarity') }}

with

hit_rates as (

    select * from {{ ref('embedding_evaluation') }}
    where
        metric = 'hr_at_10'
        and users >= {{ var('evaluation_min_users') }}

),

rivals as (

    select
        method,
        value - case
            when method = 'ease' then 2 * (value_hi - value_lo) / (2 * 1.96) else 0
        end as least_value
    from hit_rates
    where method in ('popularity_in_country', 'ease')

)

select
    hit_rates.method,
    hit_rates.value,
    rivals.method as rival,
    rivals.least_value
from hit_rates
inner join rivals
    on hit_rates.value < rivals.least_value
where hit_rates.is_shipped
