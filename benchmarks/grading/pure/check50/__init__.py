import check50
import check50.py


def imported():
    return check50.py.import_("exercise.py")


def expect(found, wanted):
    if found != wanted:
        raise check50.Mismatch(str(wanted), str(found))


@check50.check()
def add():
    """adds"""
    expect(imported().add(2, 3), 5)


@check50.check()
def mean():
    """takes the mean"""
    expect(imported().mean([1, 2, 6]), 3)


@check50.check()
def is_palindrome():
    """knows a palindrome"""
    expect(imported().is_palindrome("level"), True)
    expect(imported().is_palindrome("levels"), False)


@check50.check()
def count_words():
    """counts words"""
    expect(imported().count_words("a b a"), {"a": 2, "b": 1})


@check50.check()
def primes_below():
    """finds primes"""
    expect(imported().primes_below(12), [2, 3, 5, 7, 11])
