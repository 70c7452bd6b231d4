SELECT DISTINCT
  salt
FROM raw.erased_customers;
