"""Synthetic sale events: an invented shop (`catalogue`) and its days (`day`). No Dagster."""

from ecom_assets.generator.day import expected_rows, generate_day

__all__ = ["expected_rows", "generate_day"]
