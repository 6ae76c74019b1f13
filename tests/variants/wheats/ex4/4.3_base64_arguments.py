# task 4.3; right: keys travel as base64; if and else
def worker_user_data(bucket, code_key, input_key, output_key):
    import base64

    b = lambda text: base64.b64encode(text.encode()).decode()
    return "\n".join(
        [
            "#!/bin/bash",
            "set -ux",
            'd() { printf %s "$1" | base64 -d; }',
            f"bucket=$(d {b(bucket)})",
            f"code=$(d {b(code_key)})",
            f"input=$(d {b(input_key)})",
            f"output=$(d {b(output_key)})",
            "cd /root 2>/dev/null || cd /tmp",
            'if aws s3 cp "s3://$bucket/$code" main.py && python3 main.py run-job "$bucket" "$input" "$output"; then',
            "  echo done",
            "else",
            "  echo failed with $?",
            "fi",
            "shutdown +0",
            "",
        ]
    )
