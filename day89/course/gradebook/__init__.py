"""Bring marks and feedback back to the platform that the submissions came from."""
