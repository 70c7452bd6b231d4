"""What is measured, one module per kind; each lists its `BENCHES`."""
