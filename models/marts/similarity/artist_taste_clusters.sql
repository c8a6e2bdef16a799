with

clusters as (

    select * from {{ ref('stg_python__artist_taste_clusters') }}

),

artists as (

    select
        artist_key,
        artist_name
    from {{ ref('dim_artists') }}

),

artist_taste_clusters as (

    select
        clusters.artist_key,
        artists.artist_name,

        case when clusters.is_stable then clusters.taste_cluster end as taste_cluster,
        case
            when clusters.is_stable then clusters.centrality_rank
        end as centrality_rank,

        case when clusters.is_stable then clusters.cosine end as cosine,
        clusters.taste_clusters,
        clusters.silhouette,
        clusters.median_ari,

        clusters.is_stable

    from clusters
    inner join artists
        on clusters.artist_key = artists.artist_key

)

select * from artist_taste_clusters
