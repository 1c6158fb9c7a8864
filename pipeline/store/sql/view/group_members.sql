-- one row per group that is told of together, and municipality in it
with final as (
    select
        members.group_id,
        members.municipality_code,
        municipality.municipality_name,
        department.department_name
    from mart.group_member as members
    inner join core.municipality on members.municipality_code = municipality.municipality_code
    inner join core.department on municipality.department_code = department.department_code
    order by members.group_id, members.municipality_code
)

select * from final
