"""What a check is written with: the learner's functions, expectations, proxies of objects, diagnosis, made-up data."""
