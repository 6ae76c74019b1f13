"""Everything that touches moto itself: its backends, state, timing of transitions, caches and patches."""
