"""What tells people: the sensor of failing checks and runs, and the digest of operations."""
