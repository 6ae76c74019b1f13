"""Results as plain data, and the file that keeps them during a run."""
