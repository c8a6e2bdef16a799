with

computed as (

    select * from {{ ref('py_user_taste_clusters') }}

),

stg_python__user_taste_clusters as (

    select
        cast(user_key as bigint) as user_key,

        cast(cluster as integer) as taste_cluster,

        cast(cosine as double precision) as cosine,
        cast(plays as bigint) as playcount,
        cast(cluster_plays as bigint) as cluster_playcount,
        cast(cluster_plays_share as double precision) as cluster_play_share

    from computed

)

select * from stg_python__user_taste_clusters
