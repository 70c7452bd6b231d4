"""What starts runs by itself: new files (`arrivals.py`), the time of day (`daily.py`)."""
