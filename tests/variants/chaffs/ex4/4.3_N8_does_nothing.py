# task 4.3; mistake N8; earns 0; wrong because it does nothing and returns nothing
def worker_user_data(bucket, code_key, input_key, output_key):
    return None
