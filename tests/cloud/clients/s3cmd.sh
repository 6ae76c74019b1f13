# s3cmd, as installed: its region is called US.
set -eu
host=${AWS_ENDPOINT_URL#http://}
cat >s3cfg <<CONF
[default]
access_key = $AWS_ACCESS_KEY_ID
secret_key = $AWS_SECRET_ACCESS_KEY
host_base = $host
host_bucket = $host
use_https = False
CONF
s3() { s3cmd -q -c s3cfg "$@"; }
head -c 20971520 /dev/urandom >big
printf 0123456789 >small
s3 mb "s3://$1-s3cmd"
s3 put small "s3://$1-s3cmd/small"
s3 put --multipart-chunk-size-mb=5 big "s3://$1-s3cmd/big"
s3 get "s3://$1-s3cmd/big" back
cmp big back
test "$(s3cmd -c s3cfg ls "s3://$2" | wc -l)" = 1100  # -q would silence the list
s3 cp "s3://$1-s3cmd/small" "s3://$1-s3cmd/copy"
s3 rm "s3://$1-s3cmd/copy"
