"""What `make` runs beside Dagster: the demo, the answers, a sample alert."""
