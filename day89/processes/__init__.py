"""What every program of several processes here shares: a framed channel, and a tree of processes that ends as one."""
