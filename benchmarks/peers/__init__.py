"""What the project is measured beside; each is a program of its own, started by a row."""
