with

-- A user's rows of one file stand or fall together, so that 25 million rows are
-- counted once and 500,000 users compared.
user_files as (

    select
        1 as table_number,
        user_key,
        file_seq,
        count(*) as row_count
    from {{ ref('stg_listening__users') }}
    group by user_key, file_seq

    union all

    select
        2 as table_number,
        user_key,
        file_seq,
        count(*) as row_count
    from {{ ref('stg_listening__user_top_artists') }}
    group by user_key, file_seq

    union all

    select
        3 as table_number,
        user_key,
        file_seq,
        count(*) as row_count
    from {{ ref('stg_listening__user_top_tracks') }}
    group by user_key, file_seq

    union all

    select
        4 as table_number,
        user_key,
        file_seq,
        count(*) as row_count
    from {{ ref('stg_listening__user_top_albums') }}
    group by user_key, file_seq

),

latest_files as (

    select
        table_number,
        user_key,
        max(file_seq) as file_seq
    from user_files
    group by table_number, user_key
    having min(file_seq) < max(file_seq)

),

int_file_rows as (

    select
        user_files.file_seq,

        cast(sum(user_files.row_count) as bigint) as rows_in_lake,
        cast(sum(
            case
                when user_files.file_seq < latest_files.file_seq
                    then user_files.row_count
                else 0
            end
        ) as bigint) as rows_replaced

    from user_files
    left join latest_files
        on
            user_files.table_number = latest_files.table_number
            and user_files.user_key = latest_files.user_key
    group by user_files.file_seq

)

select * from int_file_rows
