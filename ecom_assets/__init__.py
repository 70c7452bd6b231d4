"""An e-commerce event pipeline as a Dagster asset graph: S3 or a folder, Snowflake or DuckDB."""
