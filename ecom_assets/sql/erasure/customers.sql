-- The customers who were forgotten, as their ids are hashed with a salt.
select e.customer_hash
from raw.erased_customers as e
where e.salt = :salt;
