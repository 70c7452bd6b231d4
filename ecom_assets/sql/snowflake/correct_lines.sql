-- Take lines of white space out of a load, and the CR of a CRLF off the end of a text.
delete from raw.raw_sales
where batch_date between :first_day and :last_day
    and load_id = :load_id
    and raw is null
    and trim(coalesce(raw_text, ''), :white_space) = '';

update raw.raw_sales
set raw_text = left(raw_text, length(raw_text) - 1)
where batch_date between :first_day and :last_day
    and load_id = :load_id
    and raw is null
    and endswith(raw_text, :carriage_return);
