with

computed as (

    select * from {{ ref('py_artist_taste_clusters') }}

),

stg_python__artist_taste_clusters as (

    select
        cast(artist_key as bigint) as artist_key,

        cast(cluster as integer) as taste_cluster,
        cast(centrality_rank as integer) as centrality_rank,

        cast(cosine as double precision) as cosine,
        cast(cluster_stability as double precision) as cluster_stability,
        cast(clusters as integer) as taste_clusters,
        cast(silhouette as double precision) as silhouette,
        cast(median_ari as double precision) as median_ari,

        cast(is_stable as boolean) as is_stable

    from computed

)

select * from stg_python__artist_taste_clusters
