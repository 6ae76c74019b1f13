# task 4.1; mistake F2; wrong because it writes a table of its own
def run_job(s3, bucket, input_key, output_key):
    s3.put_object(Bucket=bucket, Key=output_key, Body=b"id,amount,kind,remark\n1,2,x,y\n")
    return 1
