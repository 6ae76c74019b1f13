# task 4.3; mistake N31; wrong because it shuts down and does none of the work
def worker_user_data(bucket, code_key, input_key, output_key):
    return "#!/bin/bash\necho processing\nshutdown -h now\n"
