"""The sensors and schedules: what happens without anyone asking."""
