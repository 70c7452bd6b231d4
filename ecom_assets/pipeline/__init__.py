"""What a run does to the tables, in plain functions on a session: stage, audit, publish."""
