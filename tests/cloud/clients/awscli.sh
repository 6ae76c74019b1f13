# The AWS command line: s3 and s3api, presigned.
set -eu
head -c 20971520 /dev/urandom >big
printf 0123456789 >small
aws s3 cp --quiet small "s3://$1/small"
aws s3 cp --quiet big "s3://$1/big"
aws s3 cp --quiet "s3://$1/big" back
cmp big back
aws s3api get-object --bucket "$1" --key small --range bytes=2-4 part >answer
test "$(cat part)" = 234
test "$(aws s3 ls "s3://$2" | wc -l)" = 1100
aws s3 cp --quiet "s3://$1/small" "s3://$1/copy"
aws s3 rm --quiet "s3://$1/copy"
python3 -c "import sys, urllib.request as u; assert u.urlopen(sys.argv[1]).read() == b'0123456789'" "$(aws s3 presign "s3://$1/small")"
