"""The ledger: what AWS does, what plain moto does, what the local cloud does."""
