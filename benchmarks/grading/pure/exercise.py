"""Five small functions: what most course graders are asked to grade."""


def add(a, b):
    return a + b


def mean(numbers):
    return sum(numbers) / len(numbers)


def is_palindrome(text):
    return text == text[::-1]


def count_words(text):
    counts = {}
    for word in text.split():
        counts[word] = counts.get(word, 0) + 1
    return counts


def primes_below(limit):
    return [n for n in range(2, limit) if all(n % d for d in range(2, n))]
