-- Keys are 60 bits of a hash: among a million names two share one by chance once in
-- 2.3 million builds. Names and MusicBrainz ids are keys of one column, `artist_key`,
-- so they must not meet each other either. Read at the source, where the hashed text
-- is. Keys of names as delivered are `int_artist_names`' own: its key test covers them.
with

spellings as (

    select * from {{ source('names', 'artist_spellings') }}

),

hashed as (

    select
        match_key as hash_key,
        match_name as text
    from spellings

    union all

    select
        mbid_key as hash_key,
        'mbid:' || mbid as text
    from spellings
    where mbid is not null

)

select
    hash_key,
    min(text) as first_text,
    max(text) as last_text
from hashed
group by hash_key
having min(text) != max(text)
