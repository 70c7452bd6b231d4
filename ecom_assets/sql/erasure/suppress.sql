-- A customer is forgotten from now on.
insert into raw.erased_customers (salt, customer_hash, erased_at, run_id)
select
    :salt,
    :customer_hash,
    :erased_at,
    :run_id
where not exists (
        select 1
        from raw.erased_customers as e
        where e.salt = :salt
            and e.customer_hash = :customer_hash
    );
