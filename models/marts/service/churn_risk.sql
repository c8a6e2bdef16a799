with

features as (

    select * from {{ ref('int_churn_features') }}
    where has_churned is null

),

risks as (

    select * from {{ ref('stg_python__churn_risk') }}

),

evaluation as (

    select * from {{ ref('stg_python__churn_evaluation') }}

),

monthly_revenue as (

    select * from {{ ref('int_monthly_revenue_per_user') }}

),

-- A payment for the month may still be to come, so that the month before stands in.
recent_revenue as (

    select
        features.user_key,
        monthly_revenue.revenue_usd,
        row_number() over (
            partition by features.user_key
            order by monthly_revenue.month_start_date desc
        ) as recency
    from features
    inner join monthly_revenue
        on
            features.user_key = monthly_revenue.user_key
            and features.as_of_date > monthly_revenue.month_start_date
            and monthly_revenue.month_start_date >= {{ dbt.dateadd(
                'month', -1, dbt.date_trunc(
                    'month', dbt.dateadd('day', -1, 'features.as_of_date')
                )
            ) }}

),

skill as (

    select count(*) as surely_above_zero
    from evaluation
    where
        model = 'churn_model'
        and metric = 'log_loss_skill'
        and split = 'latest_date'
        and value_lo > 0

),

judged_risks as (

    select
        risks.*,
        bands.value as band_churn_rate,
        bands.value_lo as band_churn_rate_lo,
        bands.value_hi as band_churn_rate_hi
    from risks
    left join evaluation as bands
        on
            'churn_rate_in_band_' || cast(risks.risk_band as varchar(2))
            = bands.metric

),

churn_risk as (

    select
        features.user_key,
        cast(features.as_of_date as date) as as_of_date,

        features.active_days,
        features.plays,
        features.skips / nullif(
            cast(features.skip_known_plays as double precision), 0
        ) as skip_share,
        cast(features.days_since_play as integer) as days_since_play,
        features.is_flagged_by_rule,

        judged_risks.churn_probability,
        judged_risks.risk_band,
        judged_risks.band_churn_rate,
        judged_risks.band_churn_rate_lo,
        judged_risks.band_churn_rate_hi,

        judged_risks.reason_1,
        judged_risks.reason_1_log_odds,
        judged_risks.reason_2,
        judged_risks.reason_2_log_odds,
        judged_risks.reason_3,
        judged_risks.reason_3_log_odds,

        coalesce(
            recent_revenue.revenue_usd, cast(0 as decimal(18, 2))
        ) as monthly_revenue_usd,
        cast(round(
            cast(judged_risks.churn_probability as decimal(7, 6))
            * coalesce(recent_revenue.revenue_usd, 0),
            2
        ) as decimal(18, 2)) as revenue_at_risk_usd,

        judged_risks.churn_probability is not null
        and skill.surely_above_zero > 0 as is_reliable

    from features
    cross join skill
    left join judged_risks
        on features.user_key = judged_risks.user_key
    left join recent_revenue
        on
            features.user_key = recent_revenue.user_key
            and recent_revenue.recency = 1

)

select * from churn_risk
