"""One submission's way to a result: the run, its processes, the pytest plugin and session."""
