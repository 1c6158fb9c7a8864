-- one row: the rule that peers are picked by
with final as (
    select
        series_id,
        first_year,
        last_year,
        peers,
        rule_es,
        rule_en
    from mart.peer_rule
)

select * from final
