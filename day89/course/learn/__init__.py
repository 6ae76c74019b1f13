"""The learner's loop: one task on a cleared screen, judged whenever the file is saved."""
