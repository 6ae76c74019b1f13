"""Run a submission in a process of its own, which can call AWS, compute and answer, and nothing else.

``wire`` and ``codec`` carry plain data; ``remote`` is the grader's end, ``host`` the submission's; ``warm`` forks the
latter in a few milliseconds; ``jail`` takes away what a submission does not need; ``probes`` find out what holds.
"""
