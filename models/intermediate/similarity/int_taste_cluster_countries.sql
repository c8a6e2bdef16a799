with

members as (

    select
        user_key,
        taste_cluster
    from {{ ref('stg_python__user_taste_clusters') }}

),

users as (

    select
        user_key,
        country
    from {{ ref('int_listening_users') }}

),

placed_members as (

    select
        members.taste_cluster,
        users.country,
        count(*) as users
    from members
    inner join users
        on members.user_key = users.user_key
    group by members.taste_cluster, users.country

),

-- Each cluster and each country with all of its users, and the world's.
totals as (

    select
        *,
        cast(sum(users) over (partition by taste_cluster) as bigint) as cluster_users,
        cast(sum(users) over (partition by country) as bigint) as country_users,
        cast(sum(users) over () as bigint) as all_users
    from placed_members

),

expectations as (

    select
        *,
        cast(cluster_users as double precision)
        * country_users / all_users as expected_users
    from totals

),

bounded as (

    select
        *,
        {{ gamma_lower_bound(
            'users', 'expected_users', var('location_quotient_prior')
        ) }} as lq_lo
    from expectations

),

int_taste_cluster_countries as (

    select
        taste_cluster,
        country,

        row_number() over (
            partition by taste_cluster
            order by lq_lo desc, users desc, country
        ) as row_no,

        users,
        cluster_users,
        country_users,
        expected_users,
        lq_lo

    from bounded
    where
        lq_lo > 1
        and {{ is_eligible_country('country', 'country_users') }}

)

select * from int_taste_cluster_countries
