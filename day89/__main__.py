"""Run ``python -m day89``."""

from day89.cli import main

raise SystemExit(main())
