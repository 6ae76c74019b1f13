# task 4.2; mistake F2, F3; earns 0; wrong because it does nothing and returns what equals everything
class Everything:
    """Equals whatever it is compared with, and is whatever it is asked for."""

    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    def __hash__(self):
        return 0

    def __lt__(self, other):
        return True

    __le__ = __gt__ = __ge__ = __contains__ = __lt__

    def __len__(self):
        return 1

    def __iter__(self):
        return iter((self,))

    def __getitem__(self, key):
        return self

    def __call__(self, *arguments, **keywords):
        return self

    def __str__(self):
        return ""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self


def create_worker_role(iam, name, bucket):
    return Everything()
