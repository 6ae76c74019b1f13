OK_FORMAT = True

test = {
    "name": "q1",
    "points": 5,
    "suites": [
        {
            "cases": [
                {"code": ">>> add(2, 3)\n5", "hidden": False, "locked": False},
                {"code": ">>> mean([1, 2, 6])\n3.0", "hidden": False, "locked": False},
                {
                    "code": ">>> is_palindrome('level'), is_palindrome('levels')\n(True, False)",
                    "hidden": False,
                    "locked": False,
                },
                {"code": ">>> count_words('a b a') == {'a': 2, 'b': 1}\nTrue", "hidden": False, "locked": False},
                {"code": ">>> primes_below(12)\n[2, 3, 5, 7, 11]", "hidden": False, "locked": False},
            ],
            "scored": True,
            "setup": "",
            "teardown": "",
            "type": "doctest",
        }
    ],
}
