"""The machine of the course: tasks, grading, reports, quiz, hints."""
