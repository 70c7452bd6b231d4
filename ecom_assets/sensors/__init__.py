"""What happens by itself: runs for new files (`arrivals.py`) and by the time of day (`daily.py`),
alerts (`alerts.py`), and the digest of operations (`digest.py`)."""
