# task 5.1; mistake F2; wrong because it returns 1 and stores nothing
def save_model(s3, model, bucket, name):
    print("saved", name)
    return 1
