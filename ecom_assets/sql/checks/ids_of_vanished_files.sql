-- Event ids that stand both in a file that has vanished and in one of the same day that is there:
-- one row per pair of files. The one that is there was meant to take the place of the other.
with current_lines as (:current_lines),

lines as (
    select
        *,
        1 as source_item_number
    from current_lines
),

lines_with_ids as (
    select
        batch_date,
        source_filename,
        source_filename in (:file_names) as has_vanished,
        :event_id_in_line as event_id
    from lines
)

select
    gone.batch_date,
    gone.source_filename as vanished_file,
    there.source_filename as present_file,
    count(distinct gone.event_id) as event_ids
from lines_with_ids as gone
inner join lines_with_ids as there
    on there.batch_date = gone.batch_date
        and there.event_id = gone.event_id
        and not there.has_vanished
where gone.has_vanished
group by gone.batch_date, gone.source_filename, there.source_filename
order by gone.batch_date, gone.source_filename, there.source_filename;
