"""The programs on an instance's side: what starts it, what it finds in its PATH, what keeps it together.

Nothing in this folder imports moto or the rest of the cloud: these processes see AWS at an endpoint, as an instance
does.
"""
