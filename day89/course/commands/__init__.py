"""The commands of the course, each with configure and run; day89.cli imports the one that is called."""
