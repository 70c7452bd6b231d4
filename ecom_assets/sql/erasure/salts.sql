-- The salts of the list of customers who were forgotten: one, or more where lists were merged.
select distinct salt
from raw.erased_customers;
