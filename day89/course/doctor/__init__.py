"""Probes that find out what the isolation of this machine really holds."""
