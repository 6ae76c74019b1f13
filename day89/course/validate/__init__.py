"""The grader measured: right answers, wrong answers and mutants of the solution."""
