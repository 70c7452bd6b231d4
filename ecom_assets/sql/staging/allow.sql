-- A rule that a decision lets pass: the rows say so that break it and have all that a sale needs.
update parsed_sales
set allowed_rules = concat(coalesce(allowed_rules, ';'), :rule, ';')
where event_date between :first_day and :last_day
    and source_filename = coalesce(:source_filename, source_filename)
    and source = coalesce(:source, source)
    and is_sale
    and :has_required_fields
    and :is_broken;
