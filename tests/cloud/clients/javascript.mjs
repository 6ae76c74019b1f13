// The AWS SDK for JavaScript, version 3: client, lib-storage and presigner.
import { createRequire } from "node:module";
const require = createRequire(process.cwd() + "/");
const { S3Client, PutObjectCommand, GetObjectCommand, CopyObjectCommand, DeleteObjectCommand, paginateListObjectsV2 } =
  require("@aws-sdk/client-s3");
const { Upload } = require("@aws-sdk/lib-storage");
const { getSignedUrl } = require("@aws-sdk/s3-request-presigner");

const [bucket, many] = process.argv.slice(2);
const s3 = new S3Client({ region: "us-east-1", endpoint: process.env.AWS_ENDPOINT_URL, forcePathStyle: true });
const same = (found, wanted) => { if (found !== wanted) throw new Error(`${found} is not ${wanted}`); };
await s3.send(new PutObjectCommand({ Bucket: bucket, Key: "small", Body: "0123456789", ChecksumAlgorithm: "SHA256" }));
const part = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: "small", Range: "bytes=2-4" }));
same(await part.Body.transformToString(), "234");
const big = Buffer.alloc(20 << 20, "x");
await new Upload({ client: s3, params: { Bucket: bucket, Key: "big", Body: big } }).done();
const whole = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: "big" }));
same((await whole.Body.transformToByteArray()).length, big.length);
let count = 0;
for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket: many })) count += page.Contents.length;
same(count, 1100);
await s3.send(new CopyObjectCommand({ Bucket: bucket, Key: "copy", CopySource: `${bucket}/small` }));
const url = await getSignedUrl(s3, new GetObjectCommand({ Bucket: bucket, Key: "copy" }), { expiresIn: 60 });
same(await (await fetch(url)).text(), "0123456789");
const put = await getSignedUrl(s3, new PutObjectCommand({ Bucket: bucket, Key: "put" }), { expiresIn: 60 });
same((await fetch(put, { method: "PUT", body: "put" })).status, 200);
await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: "copy" }));
