-- SHOW TABLES, COLUMNS, SCHEMAS and GRANTS.
create function redshift.show_tables(wanted_schema text) returns table (
    database_name text, schema_name text, table_name text, table_type text,
    table_acl text, remarks text, owner text, last_altered_time timestamp,
    last_modified_time timestamp, table_subtype text
) language sql stable as $$
    select
        current_database()::text,
        pg_namespace.nspname::text,
        pg_class.relname::text,
        case pg_class.relkind when 'r' then 'TABLE' else 'VIEW' end,
        null::text,
        obj_description(pg_class.oid, 'pg_class'),
        pg_get_userbyid(pg_class.relowner)::text,
        null::timestamp,
        null::timestamp,
        case
            when pg_class.relkind = 'r' then 'REGULAR TABLE'
            when relations.late_binding then 'LATE BINDING VIEW'
            else 'REGULAR VIEW'
        end
    from pg_class
    inner join pg_namespace on pg_class.relnamespace = pg_namespace.oid
    left join redshift.relations on pg_class.oid = relations.relation
    where
        pg_namespace.nspname = lower(wanted_schema)
        and pg_class.relkind in ('r', 'v')
$$;

create function redshift.show_columns(wanted_schema text, wanted_table text)
returns table (
    database_name text, schema_name text, table_name text, column_name text,
    ordinal_position int, column_default text, is_nullable text, data_type text,
    character_maximum_length int, numeric_precision int, numeric_scale int,
    remarks text
) language sql stable as $$
    select
        table_catalog::text,
        table_schema::text,
        table_name::text,
        column_name::text,
        ordinal_position::int,
        column_default::text,
        is_nullable::text,
        data_type::text,
        character_maximum_length::int,
        numeric_precision::int,
        numeric_scale::int,
        null::text
    from information_schema.columns
    where table_schema = lower(wanted_schema) and table_name = lower(wanted_table)
    order by ordinal_position
$$;

create function redshift.show_schemas(pattern text) returns table (
    database_name text, schema_name text, schema_owner text, schema_type text
) language sql stable as $$
    select
        current_database()::text,
        nspname::text,
        pg_get_userbyid(nspowner)::text,
        'local'::text
    from pg_namespace
    where nspname not like 'pg\_%' and nspname <> 'redshift' and nspname ilike pattern
$$;

create function redshift.show_grants(wanted_schema text, wanted_table text)
returns table (
    database_name text, schema_name text, object_name text, object_type text,
    privilege_type text, identity_name text, identity_type text
) language sql stable as $$
    select
        current_database()::text,
        namespace_name,
        relation_name,
        'TABLE'::text,
        upper(privilege_type),
        identity_name,
        identity_type
    from pg_catalog.svv_relation_privileges
    where
        namespace_name = lower(wanted_schema)
        and relation_name = lower(wanted_table)
$$;
