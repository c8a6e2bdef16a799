with

digits as (

    {% for digit in range(10) -%}
        select {{ digit }} as digit
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select
    cast(
        a.digit + 10 * b.digit + 100 * c.digit
        + 1000 * d.digit + 10000 * e.digit + 100000 * f.digit
        as bigint
    ) as id,
    cast(md5(cast(a.digit + 10 * b.digit as varchar(8))) as varchar(32)) as text_1,
    cast(md5(cast(c.digit + 10 * d.digit as varchar(8))) as varchar(32)) as text_2,
    cast(md5(cast(e.digit + 10 * f.digit as varchar(8))) as varchar(32)) as text_3
from digits as a
cross join digits as b
cross join digits as c
cross join digits as d
cross join digits as e
cross join digits as f
