# rclone, configured as its documentation says for an S3 server at an endpoint of its own.
set -eu
export RCLONE_CONFIG="$PWD/rclone.conf"
cat >"$RCLONE_CONFIG" <<CONF
[cloud]
type = s3
provider = Other
env_auth = true
region = us-east-1
endpoint = $AWS_ENDPOINT_URL
CONF
head -c 20971520 /dev/urandom >big
printf 0123456789 >small
rclone copyto small "cloud:$1/small"
rclone copyto big "cloud:$1/big" --s3-upload-cutoff 5M --s3-chunk-size 5M
rclone copyto "cloud:$1/big" back
cmp big back
test "$(rclone cat "cloud:$1/small" --offset 2 --count 3)" = 234
test "$(rclone lsf "cloud:$2" | wc -l)" = 1100
rclone copyto "cloud:$1/small" "cloud:$1/copy"
rclone deletefile "cloud:$1/copy"
rclone mkdir "cloud:$1-rclone"
