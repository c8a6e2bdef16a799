-- What a session of Redshift begins with, in any database. The schema `redshift` comes before
-- PostgreSQL's own functions, so that those it has go first.
create schema redshift;
grant usage on schema redshift to public;

do $$
declare
    setting text;
begin
    foreach setting in array array[
        'search_path = "$user", public, redshift, pg_catalog',
        'timezone = ''UTC''',
        'datestyle = ''ISO, MDY''',
        'standard_conforming_strings = off',
        'escape_string_warning = off',
        'extra_float_digits = 1',
        'client_min_messages = warning',
        'redshift.query_group = ''default'''
    ] loop
        execute format('alter role all set %s', setting);
    end loop;
end $$;

-- The proxy lets a refused statement fail on the server, so that a transaction fails
-- with it.
create function redshift.refuse(code text, message text) returns text
language plpgsql volatile as $$
begin
    raise exception using errcode = code, message = message;
end $$;
