with

users as (

    select clusters.*
    from {{ ref('stg_python__user_taste_clusters') }} as clusters
    inner join {{ ref('dim_users') }} as listeners
        on clusters.user_key = listeners.user_key
    where listeners.domain = 'listening'

),

-- One row: all artists are divided at once.
division as (

    select
        max(median_ari) as median_ari,
        bool_or(is_stable) as is_stable
    from {{ ref('stg_python__artist_taste_clusters') }}

),

user_taste_clusters as (

    select
        users.user_key,

        case when division.is_stable then users.taste_cluster end as taste_cluster,

        case when division.is_stable then users.cosine end as cosine,
        case
            when division.is_stable then users.cluster_playcount
        end as cluster_playcount,
        users.playcount,
        case
            when division.is_stable then users.cluster_play_share
        end as cluster_play_share,
        case
            when division.is_stable
                then {{ wilson_bound(
                    'users.cluster_playcount', 'users.playcount', -1
                ) }}
        end as cluster_play_share_lo,
        case
            when division.is_stable
                then {{ wilson_bound(
                    'users.cluster_playcount', 'users.playcount', 1
                ) }}
        end as cluster_play_share_hi,
        division.median_ari,

        users.playcount >= {{ var('min_taste_plays') }} as is_reliable,
        division.is_stable

    from users
    cross join division

)

select * from user_taste_clusters
