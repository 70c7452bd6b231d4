"""What `definitions` imports before any other module of ours: Dagster, kept out of garbage
collection.

Nothing of it is garbage as long as the process lives, yet each full pass of the collector looks at
all of its hundred thousand objects: while our modules load, in a run, and twice at the end of the
process, which would take them apart one by one.
"""

import gc
import sys

import dagster  # noqa: F401 - what is loaded by now is frozen

if "duckdb" not in sys.modules:  # at the end its binding reports what is left of it as leaks
    gc.freeze()
