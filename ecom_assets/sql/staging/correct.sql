-- Lines in whose place a corrected one stands are no sales, the corrected ones are; and lines of
-- customers who were forgotten are none. A corrected
-- line lies in another file of the same day's folder, whose name has `.corrections.` in it, and
-- says which line it is for: `"_corrects": {"file": "dt=…/a.jsonl", "line": 3}`. A file that a
-- decision took out corrects nothing.
delete from parsed_sales
where source_item_number > 1
    and (batch_date, source_filename, source_row_number) in (:corrected_lines);

update parsed_sales
set is_sale = false,
    is_set_aside = true
where (batch_date, source_filename, source_row_number) in (:corrected_lines);
