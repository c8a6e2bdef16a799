-- Of the names in use, that is: credits of names that every listener's later lists have
-- dropped stay where they are, since an incremental model only rewrites.
{{ config(group='core') }}

with

names as (

    select artist_name_key
    from {{ ref('int_artist_names') }}

),

credits as (

    select * from {{ ref('int_artist_credits') }}

),

artists as (

    select artist_key
    from {{ ref('dim_artists') }}

)

select
    names.artist_name_key,
    credits.artist_key
from names
left join credits
    on names.artist_name_key = credits.artist_name_key
left join artists
    on credits.artist_key = artists.artist_key
where artists.artist_key is null
