-- Write down a decision of a person. What it did stands in SALES_QUALITY once staging obeys it.
insert into staging.decisions (:decision_columns)
select :decision_values;
