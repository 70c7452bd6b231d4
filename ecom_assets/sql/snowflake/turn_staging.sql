-- Wait until no other transaction writes this layer, and keep others out until this one ends.
update staging.turns
set taken_by = :taken_by,
    taken_at = :taken_at;
