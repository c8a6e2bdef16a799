with

shares as (

    select * from {{ ref('int_artist_shares') }}

),

concentration as (

    select * from {{ ref('int_country_concentration') }}

),

agreement as (

    select * from {{ ref('int_country_rank_agreement') }}

),

similarities as (

    select * from {{ ref('int_country_similarities') }}

),

divergences as (

    select
        country,
        {{ exact_sum('-1.0 * country_share * ln(country_share)') }} as entropy,
        0.5 + 0.5 * {{ exact_sum(
            jensen_shannon_term('country_share', 'world_share')
        ) }} as divergence
    from shares
    group by country

),

nearest as (

    select
        country,
        max(case when nearness = 1 then other_country end) as nearest_country_1,
        max(case when nearness = 2 then other_country end) as nearest_country_2,
        max(case when nearness = 3 then other_country end) as nearest_country_3,
        max(case when nearness = 4 then other_country end) as nearest_country_4,
        max(case when nearness = 5 then other_country end) as nearest_country_5,
        max(case when nearness = 1 then similarity end) as similarity_1,
        max(case when nearness = 2 then similarity end) as similarity_2,
        max(case when nearness = 3 then similarity end) as similarity_3,
        max(case when nearness = 4 then similarity end) as similarity_4,
        max(case when nearness = 5 then similarity end) as similarity_5
    from similarities
    where nearness <= 5
    group by country

),

country_profiles as (

    select
        concentration.country,

        concentration.users,
        concentration.playcount,
        concentration.artists,

        exp(divergences.entropy) as effective_artists,
        concentration.gini,
        concentration.top10_share,

        1.0 - divergences.divergence as mainstreaminess,
        agreement.kendall_tau_b,

        nearest.nearest_country_1,
        nearest.nearest_country_2,
        nearest.nearest_country_3,
        nearest.nearest_country_4,
        nearest.nearest_country_5,
        nearest.similarity_1 as nearest_similarity_1,
        nearest.similarity_2 as nearest_similarity_2,
        nearest.similarity_3 as nearest_similarity_3,
        nearest.similarity_4 as nearest_similarity_4,
        nearest.similarity_5 as nearest_similarity_5,

        concentration.users >= {{ var('min_country_users') }} as is_reliable

    from concentration
    left join divergences
        on concentration.country = divergences.country
    left join agreement
        on concentration.country = agreement.country
    left join nearest
        on concentration.country = nearest.country

)

select * from country_profiles
