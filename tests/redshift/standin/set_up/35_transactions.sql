-- Who holds or waits for a lock (page r_SVV_TRANSACTIONS).
create view pg_catalog.svv_transactions as
select
    pg_stat_activity.usename::text as txn_owner,
    pg_stat_activity.datname::text as txn_db,
    pg_locks.virtualtransaction as xid,
    pg_locks.pid,
    pg_stat_activity.xact_start at time zone 'utc' as txn_start,
    pg_locks.mode as lock_mode,
    pg_locks.locktype as lockable_object_type,
    pg_locks.relation,
    pg_locks.granted
from pg_locks
inner join pg_stat_activity on pg_locks.pid = pg_stat_activity.pid
where pg_stat_activity.datname = current_database();
grant select on pg_catalog.svv_transactions to public;
