-- Texts: lengths are bytes on Redshift.
create function redshift.cut(written text, bytes integer) returns text
language plpgsql immutable strict as $$
declare
    kept text := left(written, bytes);
begin
    while octet_length(kept) > bytes loop
        kept := left(kept, -1);
    end loop;
    return kept;
end $$;
create function redshift.cut_to_bytes(written text, bytes integer) returns text
language sql immutable as $$
    select case
        when octet_length(written) <= bytes then written
        else redshift.cut(written, bytes)
    end
$$;

create function redshift.checked_listagg(listed text) returns text
language plpgsql immutable as $$
begin
    if octet_length(listed) > 65535 then
        raise exception 'Result size exceeds LISTAGG limit';
    end if;
    return listed;
end $$;

create function redshift.len(written text) returns integer
language sql immutable as $$ select length(written) $$;
create function redshift.textlen(written text) returns integer
language sql immutable as $$ select length(written) $$;
create function redshift.charindex(searched text, written text) returns integer
language sql immutable as $$ select strpos(written, searched) $$;
create function redshift.replicate(written text, times integer) returns text
language sql immutable as $$ select repeat(written, times) $$;

-- Empty where nothing matches; the adapter relies on it.
create function redshift.regexp_substr(written text, pattern text) returns text
language sql immutable as $$
    select case
        when written is not null
            then coalesce(pg_catalog.regexp_substr(written, pattern), '')
    end
$$;

create function redshift.strtol(written text, base integer) returns bigint
language plpgsql immutable strict as $$
declare
    value bigint := 0;
    digit text;
begin
    foreach digit in array regexp_split_to_array(lower(written), '') loop
        value := value * base
            + position(digit in '0123456789abcdefghijklmnopqrstuvwxyz') - 1;
    end loop;
    return value;
end $$;

create function redshift.sha2(written text, bits integer) returns text
language sql immutable as $$
    select encode(
        case bits
            when 224 then sha224(convert_to(written, 'UTF8'))
            when 384 then sha384(convert_to(written, 'UTF8'))
            when 512 then sha512(convert_to(written, 'UTF8'))
            else sha256(convert_to(written, 'UTF8'))
        end,
        'hex'
    )
$$;
