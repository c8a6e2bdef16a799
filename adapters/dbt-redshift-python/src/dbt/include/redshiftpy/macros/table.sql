{#- SQL models are built as dbt-redshift builds them. Python models are swapped in the
    same way: the table beside is filled, and takes the name in one transaction. -#}
{% materialization table, adapter='redshiftpy', supported_languages=['sql', 'python'] %}

    {%- if model['language'] == 'sql' -%}
        {{ return(materialization_table_redshift()) }}
    {%- endif -%}

    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set intermediate_relation = make_intermediate_relation(target_relation) -%}
    {%- set backup_type = 'table' if existing_relation is none else existing_relation.type -%}
    {%- set backup_relation = make_backup_relation(target_relation, backup_type) -%}
    {%- set grant_config = config.get('grants') -%}

    {#- What a killed run left. -#}
    {{ drop_relation_if_exists(load_cached_relation(intermediate_relation)) }}
    {{ drop_relation_if_exists(load_cached_relation(backup_relation)) }}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {#- Committed before the model runs, for it may read what they wrote. -#}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {% call statement('main', language='python') -%}
{{ compiled_code }}

DBT_TARGET = {{ redshiftpy__python_target(intermediate_relation) | tojson }}
    {%- endcall %}

    {%- if existing_relation is not none -%}
        {#- It may have been dropped since. -#}
        {%- set existing_relation = load_cached_relation(existing_relation) -%}
    {%- endif -%}
    {%- if existing_relation is not none -%}
        {%- if existing_relation.can_be_renamed -%}
            {{ adapter.rename_relation(existing_relation, backup_relation) }}
        {%- else -%}
            {{ drop_relation_if_exists(existing_relation) }}
        {%- endif -%}
    {%- endif -%}
    {{ adapter.rename_relation(intermediate_relation, target_relation) }}

    {{ run_hooks(post_hooks, inside_transaction=True) }}

    {%- set should_revoke = should_revoke(existing_relation, full_refresh_mode=True) -%}
    {%- do apply_grants(target_relation, grant_config, should_revoke=should_revoke) -%}
    {%- do persist_docs(target_relation, model) -%}

    {{ adapter.commit() }}

    {{ drop_relation_if_exists(backup_relation) }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{ return({'relations': [target_relation]}) }}

{% endmaterialization %}


{#- The table that a Python model fills. COPY takes no name of a database. -#}
{% macro redshiftpy__python_target(relation) %}
    {%- set attributes = [
        'backup no' if config.get('backup') == false else '',
        dist(config.get('dist')),
        sort(config.get('sort_type'), config.get('sort')),
    ] -%}
    {{ return({
        'relation': relation.include(database=false) | string,
        'attributes': attributes | join(' ') | trim,
    }) }}
{% endmacro %}


{#- dbt-core escapes the quotes of a name and then writes it as JSON, which escapes
    them once more. -#}
{% macro redshiftpy__resolve_model_name(input_model_name) %}
    {{- input_model_name | string -}}
{% endmacro %}
