"""The AWS CLI that an instance finds in its PATH, as far as the course uses it."""
