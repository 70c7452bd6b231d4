"""What tests start from, and how it was made."""
