"""`make doctor`: what is fine and what to fix, before a run finds out; what it tries is undone."""
