with

neighbors as (

    select * from {{ ref('stg_python__artist_neighbors') }}

),

artists as (

    select
        artist_key,
        artist_name
    from {{ ref('dim_artists') }}

),

artist_neighbors as (

    select
        neighbors.artist_key,
        artists.artist_name,
        neighbors.neighbor_artist_key,
        neighbor_artists.artist_name as neighbor_artist_name,

        neighbors.rank,
        neighbors.row_no,

        neighbors.cosine,
        neighbors.shared_listeners,
        neighbors.listeners,
        neighbors.neighbor_listeners,
        neighbors.lift,

        neighbors.is_mutual

    from neighbors
    inner join artists
        on neighbors.artist_key = artists.artist_key
    inner join artists as neighbor_artists
        on neighbors.neighbor_artist_key = neighbor_artists.artist_key

)

select * from artist_neighbors
