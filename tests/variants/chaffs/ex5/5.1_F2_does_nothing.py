# task 5.1; mistake F2, F3; earns 0; wrong because it does nothing and returns nothing
def save_model(s3, model, bucket, name):
    return None
