import unittest

from gradescope_utils.autograder_utils.decorators import weight
from gradescope_utils.autograder_utils.json_test_runner import JSONTestRunner

import exercise


class TestExercise(unittest.TestCase):
    @weight(1)
    def test_add(self):
        self.assertEqual(exercise.add(2, 3), 5)

    @weight(1)
    def test_mean(self):
        self.assertEqual(exercise.mean([1, 2, 6]), 3)

    @weight(1)
    def test_is_palindrome(self):
        self.assertTrue(exercise.is_palindrome("level"))
        self.assertFalse(exercise.is_palindrome("levels"))

    @weight(1)
    def test_count_words(self):
        self.assertEqual(exercise.count_words("a b a"), {"a": 2, "b": 1})

    @weight(1)
    def test_primes_below(self):
        self.assertEqual(exercise.primes_below(12), [2, 3, 5, 7, 11])


if __name__ == "__main__":
    with open("results.json", "w") as stream:
        JSONTestRunner(stream=stream).run(unittest.defaultTestLoader.loadTestsFromTestCase(TestExercise))
