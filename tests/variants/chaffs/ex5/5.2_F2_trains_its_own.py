# task 5.2; mistake F2; wrong because it returns a model of its own whatever is stored
def load_model(s3, bucket, name, version=None):
    return train_model(pd.DataFrame({"a": [0.0, 1.0, 2.0, 3.0], "label": [0, 0, 1, 1]}))
