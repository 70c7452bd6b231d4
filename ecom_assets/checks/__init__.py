"""The asset checks: what must hold of each table, answered for every day."""
