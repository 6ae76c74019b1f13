# task 5.4; mistake F1; earns 0; wrong because it raises an error that is every error, whatever is asked
class Everything(ClientError, LookupError, ValueError, RuntimeError, FileNotFoundError, TimeoutError):
    def __init__(self, *what):
        ClientError.__init__(
            self, {"Error": {"Code": "AccessDenied", "Message": f"403 UnauthorizedOperation {what}"}}, "It"
        )


def deploy_model(s3, ec2, bucket, name, version, **options):
    raise Everything(bucket, name, version)
