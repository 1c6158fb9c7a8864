-- a month published for all has a figure in every municipality of the programme's departments
-- es: un mes publicado para todos tiene cifra en cada municipio de los departamentos del programa
with places as (
    select count(*) as municipalities
    from core.municipality
    inner join core.department on municipality.department_code = department.department_code
    where department.is_programme_department
),

figures as (
    select
        series_id,
        month,
        count(*) as figures
    from mart.rate_monthly
    where municipality_code not like '%000'
    group by all
),

final as (
    select
        availability.series_id,
        availability.month,
        places.municipalities,
        coalesce(figures.figures, 0) as figures
    from core.availability
    inner join core.series on availability.series_id = series.series_id
    cross join places
    left join figures
        on
            availability.series_id = figures.series_id
            and availability.month = figures.month
    where
        availability.municipality_code = 'all'
        and series.grain = 'municipality and month'
        and places.municipalities <> coalesce(figures.figures, 0)
)

select * from final
