"""What a user of the cloud may set: faults, fast waiters, and the guard against real AWS."""
