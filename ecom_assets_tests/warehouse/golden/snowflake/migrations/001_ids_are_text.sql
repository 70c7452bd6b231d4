CREATE OR REPLACE TABLE staging.stg_sales_clean
CLUSTER BY (event_date) AS
SELECT
  *
  REPLACE (CAST(customer_id AS VARCHAR) AS customer_id, CAST(product_id AS VARCHAR) AS product_id)
FROM staging.stg_sales_clean;

CREATE OR REPLACE TABLE staging.stg_sales_repeats
CLUSTER BY (event_date) AS
SELECT
  *
  REPLACE (CAST(customer_id AS VARCHAR) AS customer_id, CAST(product_id AS VARCHAR) AS product_id)
FROM staging.stg_sales_repeats;

CREATE OR REPLACE TABLE analytics.fact_sales
CLUSTER BY (event_date) AS
SELECT
  *
  REPLACE (CAST(customer_id AS VARCHAR) AS customer_id, CAST(product_id AS VARCHAR) AS product_id)
FROM analytics.fact_sales;
