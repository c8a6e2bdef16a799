-- Incremental tables add what is new to what they hold. After the lake was swapped for
-- another, or taken back to an earlier state, or with names read by another
-- `artist_matching`, what they hold is wrong and `--full-refresh` is needed
-- (`music-warehouse build` sees to it by itself). Failing rows are files that the
-- tables hold and the lake does not.
select
    built_files.file_seq,
    built_files.file_sha256,
    built_files.artist_matching
from {{ ref('int_built_files') }} as built_files
left join {{ ref('stg_deliveries__files') }} as files
    on
        built_files.file_seq = files.file_seq
        and built_files.file_sha256 = files.file_sha256
        and files.state = 'loaded'
where
    files.file_seq is null
    or built_files.artist_matching != '{{ var("artist_matching") }}'
