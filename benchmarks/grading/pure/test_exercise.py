import exercise


def test_add():
    assert exercise.add(2, 3) == 5


def test_mean():
    assert exercise.mean([1, 2, 6]) == 3


def test_is_palindrome():
    assert exercise.is_palindrome("level")
    assert not exercise.is_palindrome("levels")


def test_count_words():
    assert exercise.count_words("a b a") == {"a": 2, "b": 1}


def test_primes_below():
    assert exercise.primes_below(12) == [2, 3, 5, 7, 11]
