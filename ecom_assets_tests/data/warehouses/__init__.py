"""Warehouses that earlier commits of this project made; see README.md."""
