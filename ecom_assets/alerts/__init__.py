"""Alerts to people: the sensor of failing checks and runs, and the daily digest."""
