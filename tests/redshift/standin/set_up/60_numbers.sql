-- Numbers, where Redshift answers in another type or with another value.
create function redshift.add_to_average(state numeric[], added bigint)
returns numeric[] language sql immutable as $$
    select case
        when added is null then state
        else array[state[1] + added, state[2] + 1]
    end
$$;
create function redshift.add_to_average(state numeric[], added integer)
returns numeric[] language sql immutable as $$
    select redshift.add_to_average(state, added::bigint)
$$;
-- The average of integers is an integer (page r_AVG).
create function redshift.whole_average(state numeric[]) returns bigint
language sql immutable as $$
    select case
        when state[2] > 0
            then trunc(state[1] operator(pg_catalog./) state[2])::bigint
    end
$$;
create aggregate redshift.avg(bigint) (
    sfunc = redshift.add_to_average, stype = numeric[], initcond = '{0, 0}',
    finalfunc = redshift.whole_average
);
create aggregate redshift.avg(integer) (
    sfunc = redshift.add_to_average, stype = numeric[], initcond = '{0, 0}',
    finalfunc = redshift.whole_average
);

-- Of decimals, Redshift gives the quotient and the average a scale by rules of its own.
create function redshift.divide(numeric, numeric) returns numeric
language plpgsql immutable as $$
begin
    perform redshift.refuse('0A000', '[stand-in limitation] a quotient of decimals');
    return null;
end $$;
create operator redshift./ (
    leftarg = numeric, rightarg = numeric, function = redshift.divide
);
create function redshift.decimal_average(state numeric, added numeric) returns numeric
language plpgsql immutable as $$
begin
    perform redshift.refuse('0A000', '[stand-in limitation] the average of decimals');
    return null;
end $$;
create aggregate redshift.avg(numeric) (
    sfunc = redshift.decimal_average, stype = numeric
);

create function redshift.first_known(first anyelement, second anyelement)
returns anyelement language sql immutable strict as $$ select first $$;
create aggregate redshift.any_value(anyelement) (
    sfunc = redshift.first_known, stype = anyelement
);
