"""Programs that are put into S3 and run on an instance; each is one file that needs this package and no other file."""
