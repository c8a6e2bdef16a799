-- What CREATE TABLE says and PostgreSQL does not keep.
create table redshift.relations (
    relation oid primary key,
    diststyle text,
    distkey text,
    sortkey text,
    late_binding boolean not null
);
grant select on redshift.relations to public;

-- Ends every CREATE TABLE: the keys must be columns, and a varchar(n) holds n bytes,
-- where PostgreSQL counts characters.
create function redshift.created(
    name text, new_diststyle text, new_distkey text, new_sortkey text, new_binding text
) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp, public as $$
declare
    created oid := name::regclass;
    key text;
    checks text;
begin
    -- `create table if not exists`, and it did.
    if exists (select from redshift.relations where relation = created) then
        return;
    end if;

    foreach key in array string_to_array(
        concat_ws(',', new_distkey, new_sortkey), ','
    ) loop
        if not exists (
            select from pg_attribute
            where attrelid = created and attname = key and not attisdropped
        ) then
            raise exception 'column "%" named in a distkey or sortkey does not exist',
                key using errcode = '42703';
        end if;
    end loop;

    insert into redshift.relations
    values (
        created, new_diststyle, new_distkey, new_sortkey, new_binding is not null
    );

    select string_agg(
        format(
            'add constraint %I check (octet_length(%I) <= %s)',
            'value too long for ' || left(attname, 25) || ' varchar(' || atttypmod - 4
            || ') in bytes',
            attname,
            atttypmod - 4
        ),
        ', '
    ) into checks
    from pg_attribute
    where
        attrelid = created
        and attnum > 0
        and not attisdropped
        and atttypid = 'varchar'::regtype
        and atttypmod > 4
        and (select relkind from pg_class where oid = created) = 'r';
    if checks is not null then
        execute format('alter table %s %s', created::regclass, checks);
    end if;
end $$;

-- An oid is given again one day.
create function redshift.forget_dropped() returns event_trigger
language plpgsql security definer as $$
begin
    delete from redshift.relations
    using pg_event_trigger_dropped_objects() as dropped
    where relation = dropped.objid and dropped.classid = 'pg_class'::regclass;
end $$;
create event trigger forget_dropped on sql_drop
execute function redshift.forget_dropped();
