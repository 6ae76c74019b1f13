"""Questions that teach: load, lint, ask, remember, export and analyse them.

The questions are ``quiz/*.toml``. ``load`` reads them, ``lint`` says what is badly written, ``verify`` runs their code
against the local cloud, ``marking`` judges an answer, ``progress`` and ``schedule`` remember and choose, ``terminal``
and ``web`` ask, ``export`` writes them for other tools and ``stats`` reads what a class has answered.
"""
