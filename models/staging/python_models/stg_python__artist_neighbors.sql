with

computed as (

    select * from {{ ref('py_artist_neighbors') }}

),

stg_python__artist_neighbors as (

    select
        cast(artist_key as bigint) as artist_key,
        cast(neighbor_artist_key as bigint) as neighbor_artist_key,

        cast(rank as integer) as rank,
        cast(row_no as integer) as row_no,

        cast(cosine as double precision) as cosine,
        cast(shared_listeners as bigint) as shared_listeners,
        cast(listeners as bigint) as listeners,
        cast(neighbor_listeners as bigint) as neighbor_listeners,
        cast(lift as double precision) as lift,

        cast(is_mutual as boolean) as is_mutual

    from computed

)

select * from stg_python__artist_neighbors
