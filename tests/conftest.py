"""Load the course's fixtures and options for the whole suite."""

pytest_plugins = ["day89.course.grading.plugin"]
