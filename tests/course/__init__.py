"""Tests of the course. A package, so that its folders (quiz, demo) are not importable under their bare names."""
