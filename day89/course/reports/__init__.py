"""Format results for instructors and for the systems that they use. Each module formats the data of the result file.

Everything that comes from a submission (names, messages) is foreign text: each writer escapes for its own format.
"""
