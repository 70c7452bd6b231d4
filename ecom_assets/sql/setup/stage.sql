-- Where the lines come from, and how they are read: each line whole, as one text.
use role :owner_role;

use database :database;

create file format if not exists raw.sales_lines
type = csv;

alter file format raw.sales_lines set
compression = auto
encoding = 'UTF8'
record_delimiter = '\n'
field_delimiter = none
escape = none
escape_unenclosed_field = none
field_optionally_enclosed_by = none
trim_space = false
null_if = ()
empty_field_as_null = false
error_on_column_count_mismatch = false
skip_blank_lines = true
skip_byte_order_mark = true
replace_invalid_characters = true;

create stage if not exists raw.sales_landing
url = :landing_url
storage_integration = :storage_integration;

alter stage raw.sales_landing set
url = :landing_url
storage_integration = :storage_integration;

-- what follows computes, and works in temporary tables
use warehouse :warehouse;

use schema staging;
