"""A page beside the editor: the verdict of the last save, its AWS calls with prices, and the clouds behind them.

``web`` serves it on this machine only, ``stream`` tells browsers that something has changed, ``learner`` and ``clouds``
are what it shows, as plain data.
"""
