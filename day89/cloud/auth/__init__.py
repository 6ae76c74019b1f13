"""Who calls, and may they: signatures, identities, policies and the decision."""
