-- Views of the system that dbt-redshift reads.
set allow_system_table_mods = on;

create function redshift.row_count(relation oid) returns bigint
language plpgsql security definer stable as $$
declare
    counted bigint;
begin
    execute format('select count(*) from %s', relation::regclass) into counted;
    return counted;
end $$;

-- Redshift lists a table here once it has rows.
create view pg_catalog.svv_table_info as
select
    current_database()::text as "database",
    pg_namespace.nspname::text as "schema",
    pg_class.oid as table_id,
    pg_class.relname::text as "table",
    'Y'::text as encoded,
    case
        when relations.distkey is not null then 'KEY(' || relations.distkey || ')'
        when relations.diststyle is not null then upper(relations.diststyle)
        else 'AUTO(EVEN)'
    end as diststyle,
    split_part(relations.sortkey, ',', 1) as sortkey1,
    coalesce((
        select max(atttypmod - 4) from pg_attribute
        where attrelid = pg_class.oid and atttypid = 'varchar'::regtype
    ), 0) as max_varchar,
    null::text as sortkey1_enc,
    coalesce(
        array_length(string_to_array(relations.sortkey, ','), 1), 0
    ) as sortkey_num,
    (pg_relation_size(pg_class.oid) / 1048576 + 1)::bigint as size,
    0::double precision as pct_used,
    0::bigint as "empty",
    null::double precision as unsorted,
    0::numeric as stats_off,
    redshift.row_count(pg_class.oid) as tbl_rows,
    null::numeric as skew_sortkey1,
    null::numeric as skew_rows
from pg_class
inner join pg_namespace on pg_class.relnamespace = pg_namespace.oid
left join redshift.relations on pg_class.oid = relations.relation
where
    pg_class.relkind = 'r'
    and pg_class.relpersistence <> 't'
    and pg_namespace.nspname not like 'pg\_%'
    and pg_namespace.nspname not in ('information_schema', 'redshift')
    and redshift.row_count(pg_class.oid) > 0;

create view pg_catalog.svv_external_columns as
select
    null::text as schemaname,
    null::text as tablename,
    null::text as columnname,
    null::text as external_type,
    null::int as columnnum
where false;

create view pg_catalog.svv_mv_info as
select
    null::text as database_name,
    null::text as schema_name,
    null::text as name,
    'f'::text as autorefresh
where false;

create view pg_catalog.sys_query_detail as
select
    null::oid as table_id,
    null::timestamp as start_time,
    null::text as step_name
where false;

create view pg_catalog.svv_relation_privileges as
select
    table_schema::text as namespace_name,
    table_name::text as relation_name,
    lower(privilege_type) as privilege_type,
    grantee::text as identity_name,
    case
        when exists (
            select from pg_roles where rolname = grantee and rolcanlogin
        ) then 'user'
        else 'group'
    end as identity_type
from information_schema.role_table_grants;

create view pg_catalog.svv_redshift_columns as
select
    table_catalog::text as database_name,
    table_schema::text as schema_name,
    table_name::text as table_name,
    column_name::text as column_name,
    ordinal_position::int as ordinal_position,
    data_type::text as data_type,
    column_default::text,
    is_nullable::text,
    col_description(
        format('%I.%I', table_schema, table_name)::regclass, ordinal_position
    ) as remarks
from information_schema.columns;

grant select on
    pg_catalog.svv_table_info,
    pg_catalog.svv_external_columns,
    pg_catalog.svv_mv_info,
    pg_catalog.sys_query_detail,
    pg_catalog.svv_relation_privileges,
    pg_catalog.svv_redshift_columns
to public;

-- A late-binding view is bound here, but has its columns only where Redshift has them.
create function pg_catalog.pg_get_late_binding_view_cols() returns setof record
language sql stable as $$
    select
        pg_namespace.nspname,
        pg_class.relname,
        pg_attribute.attname,
        format_type(pg_attribute.atttypid, pg_attribute.atttypmod)::varchar,
        pg_attribute.attnum::int
    from redshift.relations
    inner join pg_class on relations.relation = pg_class.oid
    inner join pg_namespace on pg_class.relnamespace = pg_namespace.oid
    inner join pg_catalog.pg_attribute on pg_class.oid = pg_attribute.attrelid
    where
        relations.late_binding
        and pg_attribute.attnum > 0
        and not pg_attribute.attisdropped
$$;

create view redshift.pg_attribute as
select * from pg_catalog.pg_attribute
where attrelid not in (select relation from redshift.relations where late_binding);

create view redshift.columns as
select * from information_schema.columns
where (table_schema, table_name) not in (
    select
        pg_namespace.nspname,
        pg_class.relname
    from redshift.relations
    inner join pg_class on relations.relation = pg_class.oid
    inner join pg_namespace on pg_class.relnamespace = pg_namespace.oid
    where relations.late_binding
);
grant select on redshift.pg_attribute, redshift.columns to public;
