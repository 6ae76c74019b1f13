"""The learner's file: its tasks, the course's own files, loading a submission, cutting the stub."""
