"""AWS S3 and EC2 for AI engineers: the course, its grader and its honest local cloud."""

__version__ = "0.1.0"
