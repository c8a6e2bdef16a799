-- SUPER is jsonb here, and JSON text to the driver, as on Redshift.
create function redshift.json_parse(written text) returns jsonb
language sql immutable as $$ select written::jsonb $$;
create function redshift.json_serialize(value jsonb) returns text
language sql immutable as $$ select value::text $$;
create function redshift.json_extract_path_text(written text, variadic path text[])
returns text language sql immutable as $$
    select coalesce(written::jsonb #>> path, '')
$$;
