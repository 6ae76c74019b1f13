import pytest

from day89.course.checks.expectations import expect_equal


@pytest.mark.task("1.1", "core", points=5)
def test_add(task):
    expect_equal(task.add(2, 3), 5, task.last_call)


@pytest.mark.task("1.2", "core", points=5)
def test_mean(task):
    expect_equal(task.mean([1, 2, 6]), 3.0, task.last_call)


@pytest.mark.task("1.3", "core", points=5)
def test_is_palindrome(task):
    expect_equal(task.is_palindrome("level"), True, task.last_call)
    expect_equal(task.is_palindrome("levels"), False, task.last_call)


@pytest.mark.task("1.4", "core", points=5)
def test_count_words(task):
    expect_equal(task.count_words("a b a"), {"a": 2, "b": 1}, task.last_call)


@pytest.mark.task("1.5", "core", points=5)
def test_primes_below(task):
    expect_equal(task.primes_below(12), [2, 3, 5, 7, 11], task.last_call)
