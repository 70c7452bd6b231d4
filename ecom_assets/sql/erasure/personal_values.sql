-- What leads to the customer in these lines.
select distinct :personal_columns
from erased_lines
where is_theirs;
