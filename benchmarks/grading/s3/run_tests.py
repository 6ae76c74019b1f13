import unittest

import boto3
from gradescope_utils.autograder_utils.decorators import weight
from gradescope_utils.autograder_utils.json_test_runner import JSONTestRunner
from moto import mock_aws

import exercise


class TestExercise(unittest.TestCase):
    def setUp(self):
        mocked = mock_aws()
        mocked.start()
        self.addCleanup(mocked.stop)
        self.s3 = boto3.client("s3", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
        self.s3.create_bucket(Bucket="lab")

    @weight(1)
    def test_upload_text(self):
        exercise.upload_text(self.s3, "lab", "a.txt", "grün")
        self.assertEqual(self.s3.get_object(Bucket="lab", Key="a.txt")["Body"].read(), "grün".encode())

    @weight(1)
    def test_list_keys(self):
        for key in ("a/1", "a/2", "b/1"):
            self.s3.put_object(Bucket="lab", Key=key, Body=b"x")
        self.assertEqual(exercise.list_keys(self.s3, "lab", "a/"), ["a/1", "a/2"])


if __name__ == "__main__":
    with open("results.json", "w") as stream:
        JSONTestRunner(stream=stream).run(unittest.defaultTestLoader.loadTestsFromTestCase(TestExercise))
