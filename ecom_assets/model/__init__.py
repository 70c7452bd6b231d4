"""What is known of the data: fields, tables, rules, limits, questions. No Dagster, no warehouse."""
