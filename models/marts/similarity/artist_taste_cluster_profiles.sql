with

artists as (

    select * from {{ ref('artist_taste_clusters') }}
    where is_stable

),

countries as (

    select * from {{ ref('int_taste_cluster_countries') }}

),

artist_plays as (

    select
        artist_key,
        cast(sum(playcount) as bigint) as playcount
    from {{ ref('int_artist_country_plays') }}
    group by artist_key

),

stabilities as (

    select
        taste_cluster,
        max(cluster_stability) as cluster_stability
    from {{ ref('stg_python__artist_taste_clusters') }}
    group by taste_cluster

),

-- Up to three artists name a cluster; one of few artists may have fewer.
names as (

    select
        taste_cluster,
        max(case when centrality_rank = 1 then artist_name end)
        || coalesce(
            ', ' || max(case when centrality_rank = 2 then artist_name end), ''
        )
        || coalesce(
            ', ' || max(case when centrality_rank = 3 then artist_name end), ''
        ) as taste_cluster_name,
        max(median_ari) as median_ari
    from artists
    group by taste_cluster

),

sizes as (

    select
        artists.taste_cluster,
        count(*) as artists,
        cast(sum(artist_plays.playcount) as bigint) as playcount
    from artists
    inner join artist_plays
        on artists.artist_key = artist_plays.artist_key
    group by artists.taste_cluster

),

members as (

    select
        taste_cluster,
        count(*) as users
    from {{ ref('user_taste_clusters') }}
    group by taste_cluster

),

leading_countries as (

    select
        taste_cluster,
        count(*) as overrepresented_countries,
        max(case when row_no = 1 then country end) as country_1,
        max(case when row_no = 2 then country end) as country_2,
        max(case when row_no = 3 then country end) as country_3,
        max(case when row_no = 1 then lq_lo end) as country_lq_lo_1,
        max(case when row_no = 2 then lq_lo end) as country_lq_lo_2,
        max(case when row_no = 3 then lq_lo end) as country_lq_lo_3
    from countries
    group by taste_cluster

),

artist_taste_cluster_profiles as (

    select
        names.taste_cluster,
        names.taste_cluster_name,
        leading_countries.country_1,
        leading_countries.country_2,
        leading_countries.country_3,

        sizes.artists,
        sizes.playcount,
        coalesce(members.users, 0) as users,
        leading_countries.country_lq_lo_1,
        leading_countries.country_lq_lo_2,
        leading_countries.country_lq_lo_3,
        coalesce(
            leading_countries.overrepresented_countries, 0
        ) as overrepresented_countries,
        stabilities.cluster_stability,
        names.median_ari

    from names
    inner join sizes
        on names.taste_cluster = sizes.taste_cluster
    inner join stabilities
        on names.taste_cluster = stabilities.taste_cluster
    left join members
        on names.taste_cluster = members.taste_cluster
    left join leading_countries
        on names.taste_cluster = leading_countries.taste_cluster

)

select * from artist_taste_cluster_profiles
