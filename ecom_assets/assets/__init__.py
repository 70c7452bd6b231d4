"""The assets, in the order of the data's flow: landing, raw, staging, analytics."""
