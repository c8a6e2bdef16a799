{#- Stops a run that would only find out model by model that there is no lake.
    Engines differ in where the ledger lies: beside DuckDB it is a Parquet file. -#}
{% macro assert_lake_has_deliveries() -%}
    {%- if execute -%}
        {{ adapter.dispatch('assert_lake_has_deliveries', 'music_warehouse')() }}
    {%- endif -%}
{%- endmacro %}

{% macro default__assert_lake_has_deliveries() -%}{%- endmacro %}

{% macro duckdb__assert_lake_has_deliveries() -%}
    {%- set lake = env_var('MUSIC_WAREHOUSE_DATA', 'data') ~ '/lake' -%}
    {%- set ledgers = run_query(
        "select count(*) from glob('" ~ lake ~ "/ledger/ledger.parquet')"
    ) -%}
    {%- if ledgers.columns[0].values()[0] == 0 -%}
        {{ exceptions.raise_compiler_error(
            "There is no lake in " ~ lake ~ " yet: run `music-warehouse ingest PATH`"
            ~ " first, or `make build` for a synthetic sample."
        ) }}
    {%- endif -%}
{%- endmacro %}
