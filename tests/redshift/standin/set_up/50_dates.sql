-- Dates and times. Parts have Redshift's abbreviations
-- (page r_Dateparts_for_datetime_functions).
create function redshift.date_unit(written text) returns text
language plpgsql immutable as $$
declare
    unit text := case
        when written in ('y', 'yr', 'yrs', 'year', 'years') then 'year'
        when written in ('qtr', 'qtrs', 'quarter', 'quarters') then 'quarter'
        when written in ('mon', 'mons', 'month', 'months') then 'month'
        when written in ('w', 'week', 'weeks') then 'week'
        when written in ('d', 'day', 'days') then 'day'
        when written in ('h', 'hr', 'hrs', 'hour', 'hours') then 'hour'
        when written in ('m', 'min', 'mins', 'minute', 'minutes') then 'minute'
        when written in ('s', 'sec', 'secs', 'second', 'seconds') then 'second'
        when written in ('ms', 'msec', 'msecs', 'msecond', 'mseconds', 'millisec',
            'millisecs', 'millisecon', 'millisecond', 'milliseconds') then 'millisecond'
        when written in ('dow', 'dayofweek', 'dw', 'weekday') then 'dow'
        when written in ('doy', 'dayofyear', 'dy', 'yearday') then 'doy'
        when written = 'epoch' then 'epoch'
    end;
begin
    if unit is null then
        raise exception '[stand-in limitation] the part % of a date', written;
    end if;
    return unit;
end $$;

create function redshift.getdate() returns timestamp language sql stable as $$
    select pg_catalog.date_trunc('second', statement_timestamp() at time zone 'utc')
$$;
create function redshift.sysdate_() returns timestamp language sql stable as $$
    select transaction_timestamp() at time zone 'utc'
$$;

create function redshift.dateadd(unit text, number bigint, moment timestamp)
returns timestamp language sql immutable as $$
    select case redshift.date_unit(unit)
        when 'quarter' then moment + 3 * number * interval '1 month'
        else moment + number * ('1 ' || redshift.date_unit(unit))::interval
    end
$$;
create function redshift.dateadd(unit text, number bigint, moment date)
returns timestamp language sql immutable as $$
    select redshift.dateadd(unit, number, moment::timestamp)
$$;

-- Boundaries crossed, not time passed. Where a week begins is not documented.
create function redshift.datediff(unit text, earlier timestamp, later timestamp)
returns bigint language plpgsql immutable as $$
declare
    part text := redshift.date_unit(unit);
    years bigint := pg_catalog.date_part('year', later)
        - pg_catalog.date_part('year', earlier);
begin
    return case part
        when 'year' then years
        when 'quarter' then years * 4 + pg_catalog.date_part('quarter', later)
            - pg_catalog.date_part('quarter', earlier)
        when 'month' then years * 12 + pg_catalog.date_part('month', later)
            - pg_catalog.date_part('month', earlier)
        when 'day' then later::date - earlier::date
        when 'hour' then (
            pg_catalog.date_part('epoch', pg_catalog.date_trunc('hour', later))
            - pg_catalog.date_part('epoch', pg_catalog.date_trunc('hour', earlier))
        ) / 3600
        when 'minute' then (
            pg_catalog.date_part('epoch', pg_catalog.date_trunc('minute', later))
            - pg_catalog.date_part('epoch', pg_catalog.date_trunc('minute', earlier))
        ) / 60
        when 'second' then
            pg_catalog.date_part('epoch', pg_catalog.date_trunc('second', later))
            - pg_catalog.date_part('epoch', pg_catalog.date_trunc('second', earlier))
        when 'millisecond' then pg_catalog.date_part(
            'epoch', pg_catalog.date_trunc('milliseconds', later)
            - pg_catalog.date_trunc('milliseconds', earlier)
        ) * 1000
        else redshift.refuse('0A000', '[stand-in limitation] datediff in ' || unit)
            ::bigint
    end;
end $$;

create function redshift.date_trunc(unit text, day date) returns timestamp
language sql immutable as $$
    select pg_catalog.date_trunc(unit, day::timestamp)
$$;

-- Redshift gives integers, of a timestamp bigint, and of a date integer. PostgreSQL's
-- milliseconds count from the minute.
create function redshift.part_of_date(part text, moment timestamp) returns bigint
language sql immutable as $$
    select trunc((case redshift.date_unit(part)
        when 'millisecond' then
            pg_catalog.date_part('milliseconds', moment)::numeric % 1000
        else pg_catalog.date_part(redshift.date_unit(part), moment)::numeric
    end))::bigint
$$;
create function redshift.part_of_date(part text, day date) returns integer
language sql immutable as $$
    select pg_catalog.date_part(redshift.date_unit(part), day)::integer
$$;

create function redshift.trunc(moment timestamp) returns date language sql immutable as
$$ select moment::date $$;
create function redshift.last_day(moment timestamp) returns date
language sql immutable as $$
    select (
        pg_catalog.date_trunc('month', moment) + interval '1 month - 1 day'
    )::date
$$;
create function redshift.last_day(day date) returns date language sql immutable as
$$ select redshift.last_day(day::timestamp) $$;
create function redshift.convert_timezone(source text, target text, moment timestamp)
returns timestamp language sql stable as $$
    select (moment at time zone source) at time zone target
$$;
