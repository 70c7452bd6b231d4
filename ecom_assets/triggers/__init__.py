"""What starts runs by itself: new files (`arrivals.py`) and the time of day (`daily.py`)."""
