-- A crashed or leaking run leaves its scratch tables behind: they hold data that no
-- test sees and no erasure finds. Runs after every model, whose scratch tables are
-- there while it is being built:
-- depends_on: {{ ref('arpu_by_country') }}
-- depends_on: {{ ref('artist_embeddings') }}
-- depends_on: {{ ref('artist_neighbors') }}
-- depends_on: {{ ref('artist_rank_in_country') }}
-- depends_on: {{ ref('artist_reach') }}
-- depends_on: {{ ref('artist_taste_cluster_profiles') }}
-- depends_on: {{ ref('churn_risk') }}
-- depends_on: {{ ref('country_profiles') }}
-- depends_on: {{ ref('country_rank_per_artist') }}
-- depends_on: {{ ref('dim_countries') }}
-- depends_on: {{ ref('dim_country_names') }}
-- depends_on: {{ ref('embedding_evaluation') }}
-- depends_on: {{ ref('engagement_daily') }}
-- depends_on: {{ ref('event_conflicts') }}
-- depends_on: {{ ref('event_reconciliation') }}
-- depends_on: {{ ref('fct_plays') }}
-- depends_on: {{ ref('fct_sessions') }}
-- depends_on: {{ ref('load_reconciliation') }}
-- depends_on: {{ ref('model_evaluations') }}
-- depends_on: {{ ref('mrr_movements') }}
-- depends_on: {{ ref('payment_reconciliation') }}
-- depends_on: {{ ref('rejected_rows') }}
-- depends_on: {{ ref('retention_cohorts') }}
-- depends_on: {{ ref('retraining_triggers') }}
-- depends_on: {{ ref('revenue_by_country') }}
-- depends_on: {{ ref('similar_users') }}
-- depends_on: {{ ref('stream_anomalies') }}
-- depends_on: {{ ref('subscription_mix') }}
-- depends_on: {{ ref('track_performance') }}
-- depends_on: {{ ref('unrecognised_countries') }}
-- depends_on: {{ ref('user_embeddings') }}
-- depends_on: {{ ref('user_engagement') }}
-- depends_on: {{ ref('user_mainstreaminess') }}
select
    table_schema,
    table_name
from information_schema.tables
where
    position('__dbt_tmp' in table_name) > 0
    or position('__dbt_backup' in table_name) > 0
