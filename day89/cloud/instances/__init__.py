"""Instances on the owner's side: the fleet, its states, addresses, metadata service and connection to the guests."""
