"""Many submissions: finding them in folders and zips, and grading them all."""
