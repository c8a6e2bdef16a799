select
    cast(1 as integer) as id,
    cast(true as boolean) as flag,
    cast(-32768 as smallint) as small,
    cast(9223372036854775807 as bigint) as big,
    cast('12345678901234.5678' as decimal(18, 4)) as exact,
    cast('-1234567890123456789012345678.0123456789' as decimal(38, 10)) as wide,
    cast(0.1 as double precision) as ratio,
    cast('2024-02-29' as date) as day,
    cast('2024-02-29 23:59:59.999999' as timestamp) as moment,
    cast('2024-02-29 23:59:59.999999+05:30' as timestamptz) as zoned,
    cast('Ωß 𝄞 🎧 it''s "quoted",' || chr(10) as varchar(64)) as name

union all

select
    cast(2 as integer) as id,
    cast(false as boolean) as flag,
    cast(0 as smallint) as small,
    cast(-9223372036854775807 as bigint) as big,
    cast('-0.0001' as decimal(18, 4)) as exact,
    cast('0.0000000001' as decimal(38, 10)) as wide,
    cast('NaN' as double precision) as ratio,
    cast('1900-01-01' as date) as day,
    cast('1900-01-01 00:00:00' as timestamp) as moment,
    cast('1969-12-31 23:00:00-01:00' as timestamptz) as zoned,
    cast('' as varchar(64)) as name

union all

select
    cast(3 as integer) as id,
    cast(null as boolean) as flag,
    cast(null as smallint) as small,
    cast(null as bigint) as big,
    cast(null as decimal(18, 4)) as exact,
    cast(null as decimal(38, 10)) as wide,
    cast(null as double precision) as ratio,
    cast(null as date) as day,
    cast(null as timestamp) as moment,
    cast(null as timestamptz) as zoned,
    cast(null as varchar(64)) as name
