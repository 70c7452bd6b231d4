"""Where the files arrive: a contract (`zone.py`) and one adapter a kind of storage."""
