CREATE OR REPLACE TRANSIENT TABLE staging.stg_sales_clean AS
SELECT
  *
  REPLACE (CAST(customer_id AS VARCHAR) AS customer_id, CAST(product_id AS VARCHAR) AS product_id)
FROM staging.stg_sales_clean;

CREATE OR REPLACE TABLE staging.stg_sales_repeats AS
SELECT
  *
  REPLACE (CAST(customer_id AS VARCHAR) AS customer_id, CAST(product_id AS VARCHAR) AS product_id)
FROM staging.stg_sales_repeats;

CREATE OR REPLACE TABLE analytics.fact_sales AS
SELECT
  *
  REPLACE (CAST(customer_id AS VARCHAR) AS customer_id, CAST(product_id AS VARCHAR) AS product_id)
FROM analytics.fact_sales;
