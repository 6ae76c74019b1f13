"""The folder that an instance's PYTHONPATH names."""
