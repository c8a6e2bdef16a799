-- 1e-9: up to some 100,000 quotients are added, each off by 1.1e-16 at most.
select
    country,
    sum(normalized_popularity) as popularity
from {{ ref('country_rank_per_artist') }}
where normalized_popularity is not null
group by country
having abs(sum(normalized_popularity) - 1) > 0.000000001
