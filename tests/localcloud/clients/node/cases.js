// What Tencent's unmodified client for Node does with a COS. Each case has a folder of its own in the bucket.
'use strict';

const assert = require('node:assert');
const crypto = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');

const MEBI = 1024 * 1024;

const md5 = (content) => crypto.createHash('md5').update(content).digest('hex');

function at({ Bucket, Region, folder }, name) {
  return { Bucket, Region, Key: `${folder}${name}` };
}

function newBucket({ Bucket, Region }) {
  return { Bucket: `node-${crypto.randomBytes(6).toString('hex')}-${Bucket.split('-').pop()}`, Region };
}

async function refusal(promise) {
  try {
    await promise;
  } catch (error) {
    return [error.statusCode, error.code];
  }
  throw new Error('it was not refused');
}

// Send a request that the SDK does not sign, through the proxy.
function send(method, address, headers = {}) {
  const proxy = new URL(process.env.COS_PROXY);
  const host = new URL(address).host;
  return new Promise((resolve, reject) => {
    const options = { host: proxy.hostname, port: proxy.port, method, path: address, headers: { Host: host, ...headers } };
    const request = http.request(options, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) });
      });
    });
    request.on('error', reject);
    request.end();
  });
}

async function inTemporaryFolder(use) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cos-node-'));
  try {
    return await use(folder);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

module.exports = {
  async objects_of_any_key(cos, where) {
    for (const name of ['plain', 'with space+plus', '录音/é.wav', "quote'\"<>&", '100%25#?']) {
      const put = await cos.putObject({ ...at(where, name), Body: Buffer.from(name), Headers: { 'x-cos-meta-a': '1' } });
      assert.strictEqual(put.ETag, `"${md5(name)}"`);
      const got = await cos.getObject(at(where, name));
      assert.strictEqual(got.Body.toString(), name);
      const head = await cos.headObject(at(where, name));
      assert.strictEqual(head.headers['x-cos-meta-a'], '1');
      await cos.deleteObject(at(where, name));
      assert.strictEqual((await refusal(cos.headObject(at(where, name))))[0], 404);
    }
  },

  async a_range(cos, where) {
    await cos.putObject({ ...at(where, 'key'), Body: '0123456789' });
    const got = await cos.getObject({ ...at(where, 'key'), Range: 'bytes=2-4' });
    assert.strictEqual(got.statusCode, 206);
    assert.strictEqual(got.Body.toString(), '234');
  },

  async a_refusal(cos, where) {
    assert.deepStrictEqual(await refusal(cos.getObject(at(where, 'nothing'))), [404, 'NoSuchKey']);
  },

  async a_stream(cos, where) {
    await inTemporaryFolder(async (folder) => {
      const file = path.join(folder, 'sent');
      fs.writeFileSync(file, Buffer.alloc(300000, 'a'));
      await cos.putObject({ ...at(where, 'key'), Body: fs.createReadStream(file), ContentLength: 300000 });
      await cos.getObject({ ...at(where, 'key'), Output: fs.createWriteStream(path.join(folder, 'got')) });
      assert.ok(fs.readFileSync(path.join(folder, 'got')).equals(fs.readFileSync(file)));
    });
  },

  async listings(cos, where) {
    for (const name of ['a 1', 'b/x', 'b/y', 'c']) await cos.putObject({ ...at(where, name), Body: '' });
    const { Bucket, Region, folder } = where;
    const all = await cos.getBucket({ Bucket, Region, Prefix: folder });
    assert.deepStrictEqual(all.Contents.map((each) => each.Key.slice(folder.length)), ['a 1', 'b/x', 'b/y', 'c']);
    const top = await cos.getBucket({ Bucket, Region, Prefix: folder, Delimiter: '/', MaxKeys: 2 });
    assert.deepStrictEqual(top.CommonPrefixes, [{ Prefix: `${folder}b/` }]);
    assert.strictEqual(top.IsTruncated, 'true');
    const rest = await cos.getBucket({ Bucket, Region, Prefix: folder, Delimiter: '/', Marker: top.NextMarker });
    assert.deepStrictEqual(rest.Contents.map((each) => each.Key), [`${folder}c`]);
  },

  async copies(cos, where) {
    await cos.putObject({ ...at(where, '源 1'), Body: 'content', ContentType: 'audio/wav' });
    const CopySource = `${where.Bucket}.cos.${where.Region}.myqcloud.com/${encodeURIComponent(`${where.folder}源 1`)}`;
    const copied = await cos.putObjectCopy({ ...at(where, 'copy'), CopySource });
    assert.strictEqual(copied.ETag, `"${md5('content')}"`);
    const head = await cos.headObject(at(where, 'copy'));
    assert.strictEqual(head.headers['content-type'], 'audio/wav');
  },

  async many_deletions(cos, where) {
    const Objects = ['a b', 'c&d'].map((name) => ({ Key: `${where.folder}${name}` }));
    for (const each of Objects) await cos.putObject({ ...where, ...each, Body: '' });
    const done = await cos.deleteMultipleObject({ Bucket: where.Bucket, Region: where.Region, Objects });
    assert.deepStrictEqual(done.Deleted.map((each) => each.Key), Objects.map((each) => each.Key));
    const left = await cos.getBucket({ Bucket: where.Bucket, Region: where.Region, Prefix: where.folder });
    assert.deepStrictEqual(left.Contents, []);
  },

  async parts_by_hand(cos, where) {
    const key = at(where, 'big');
    const { UploadId } = await cos.multipartInit(key);
    const Parts = [];
    for (const [PartNumber, Body] of [[1, Buffer.alloc(MEBI, 'a')], [2, Buffer.from('the rest')]]) {
      const { ETag } = await cos.multipartUpload({ ...key, UploadId, PartNumber, Body });
      Parts.push({ PartNumber, ETag });
    }
    const listed = await cos.multipartListPart({ ...key, UploadId });
    assert.deepStrictEqual(listed.Part.map((part) => part.ETag), Parts.map((part) => part.ETag));
    const done = await cos.multipartComplete({ ...key, UploadId, Parts });
    assert.match(done.ETag, /-2"$/);
    const got = await cos.getObject(key);
    assert.strictEqual(got.Body.length, MEBI + 8);
  },

  async an_abort(cos, where) {
    const key = at(where, 'big');
    const { UploadId } = await cos.multipartInit(key);
    const uploads = () => cos.multipartList({ Bucket: where.Bucket, Region: where.Region, Prefix: where.folder });
    assert.deepStrictEqual((await uploads()).Upload.map((each) => each.UploadId), [UploadId]);
    await cos.multipartAbort({ ...key, UploadId });
    assert.deepStrictEqual((await uploads()).Upload, []);
  },

  async a_file_in_slices_and_its_download(cos, where) {
    await inTemporaryFolder(async (folder) => {
      const sent = path.join(folder, 'sent');
      fs.writeFileSync(sent, crypto.randomBytes(3 * MEBI + 5));
      const done = await cos.sliceUploadFile({ ...at(where, 'big'), FilePath: sent, SliceSize: MEBI, ChunkSize: MEBI });
      assert.match(done.ETag, /-4"$/);
      const got = path.join(folder, 'got');
      await cos.downloadFile({ ...at(where, 'big'), FilePath: got, ChunkSize: MEBI, ParallelLimit: 3 });
      assert.ok(fs.readFileSync(got).equals(fs.readFileSync(sent)));
    });
  },

  async an_upload_resumed(cos, where) {
    await inTemporaryFolder(async (folder) => {
      const sent = path.join(folder, 'sent');
      const content = Buffer.alloc(3 * MEBI, 'b');
      fs.writeFileSync(sent, content);
      const { UploadId } = await cos.multipartInit(at(where, 'big'));
      await cos.multipartUpload({ ...at(where, 'big'), UploadId, PartNumber: 1, Body: content.subarray(0, MEBI) });
      await cos.sliceUploadFile({ ...at(where, 'big'), FilePath: sent, SliceSize: MEBI, ChunkSize: MEBI });
      assert.ok((await cos.getObject(at(where, 'big'))).Body.equals(content));
      const left = await cos.multipartList({ Bucket: where.Bucket, Region: where.Region, Prefix: where.folder });
      assert.deepStrictEqual(left.Upload, [], 'the upload that broke off was the one that was completed');
    });
  },

  async a_copy_in_slices(cos, where) {
    await cos.putObject({ ...at(where, 'source'), Body: Buffer.alloc(2 * MEBI + 7, 'c') });
    const CopySource = `${where.Bucket}.cos.${where.Region}.myqcloud.com/${where.folder}source`;
    await cos.sliceCopyFile({ ...at(where, 'copy'), CopySource, CopySliceSize: MEBI, CopyChunkSize: MEBI });
    const head = await cos.headObject(at(where, 'copy'));
    assert.strictEqual(head.headers['content-length'], String(2 * MEBI + 7));
  },

  async appending(cos, where) {
    const first = await cos.appendObject({ ...at(where, 'log'), Position: 0, Body: 'one\n' });
    assert.strictEqual(first.headers['x-cos-next-append-position'], '4');
    await cos.appendObject({ ...at(where, 'log'), Position: 4, Body: 'two\n' });
    assert.strictEqual((await cos.getObject(at(where, 'log'))).Body.toString(), 'one\ntwo\n');
  },

  async tags(cos, where) {
    await cos.putObject({ ...at(where, 'key'), Body: '' });
    await cos.putObjectTagging({ ...at(where, 'key'), Tags: [{ Key: 'a', Value: '测试' }] });
    assert.deepStrictEqual((await cos.getObjectTagging(at(where, 'key'))).Tags, [{ Key: 'a', Value: '测试' }]);
    await cos.deleteObjectTagging(at(where, 'key'));
    assert.deepStrictEqual((await cos.getObjectTagging(at(where, 'key'))).Tags, []);
  },

  async acls(cos, where) {
    await cos.putObject({ ...at(where, 'key'), Body: 'content' });
    const address = cos.getObjectUrl({ ...at(where, 'key'), Sign: false });
    assert.strictEqual((await send('GET', address)).status, 403);
    await cos.putObjectAcl({ ...at(where, 'key'), ACL: 'public-read' });
    assert.strictEqual((await cos.getObjectAcl(at(where, 'key'))).ACL, 'public-read');
    assert.strictEqual((await send('GET', address)).body.toString(), 'content');
  },

  async a_presigned_address(cos, where) {
    await cos.putObject({ ...at(where, 'a b+c'), Body: 'content' });
    const Query = { 'response-content-type': 'audio/wav' };
    const address = cos.getObjectUrl({ ...at(where, 'a b+c'), Sign: true, Query });
    const got = await send('GET', address);
    assert.strictEqual(got.body.toString(), 'content');
    assert.strictEqual(got.headers['content-type'], 'audio/wav');
  },

  async buckets(cos, where) {
    const own = newBucket(where);
    await cos.putBucket(own);
    const { Buckets } = await cos.getService({ Region: own.Region });
    assert.ok(Buckets.some((each) => each.Name === own.Bucket));
    assert.strictEqual((await cos.headBucket(own)).headers['x-cos-bucket-region'], own.Region);
    assert.strictEqual((await cos.getBucketLocation(own)).LocationConstraint, own.Region);
    await cos.putBucketTagging({ ...own, Tags: [{ Key: 'team', Value: 'media' }] });
    assert.deepStrictEqual((await cos.getBucketTagging(own)).Tags, [{ Key: 'team', Value: 'media' }]);
    await cos.putBucketAcl({ ...own, ACL: 'public-read' });
    assert.strictEqual((await cos.getBucketAcl(own)).ACL, 'public-read');
    await cos.deleteBucket(own);
    assert.strictEqual((await refusal(cos.headBucket(own)))[0], 404);
  },

  async pages_of_other_origins(cos, where) {
    const own = newBucket(where);
    await cos.putBucket(own);
    const rule = { AllowedOrigin: ['https://example.com'], AllowedMethod: ['GET'], AllowedHeader: ['*'], MaxAgeSeconds: '5' };
    await cos.putBucketCors({ ...own, CORSRules: [rule] });
    assert.deepStrictEqual((await cos.getBucketCors(own)).CORSRules[0].AllowedOrigins, ['https://example.com']);
    const asked = { ...own, Key: 'key', Origin: 'https://example.com', AccessControlRequestMethod: 'GET' };
    const allowed = await cos.optionsObject({ ...asked, AccessControlRequestHeaders: 'range' });
    assert.strictEqual(allowed.AccessControlAllowOrigin, 'https://example.com');
    await cos.deleteBucketCors(own);
    await cos.deleteBucket(own);
  },

  async versions(cos, where) {
    const own = newBucket(where);
    await cos.putBucket(own);
    await cos.putBucketVersioning({ ...own, VersioningConfiguration: { Status: 'Enabled' } });
    assert.strictEqual((await cos.getBucketVersioning(own)).VersioningConfiguration.Status, 'Enabled');
    const first = await cos.putObject({ ...own, Key: 'key', Body: 'first' });
    await cos.putObject({ ...own, Key: 'key', Body: 'second' });
    const old = await cos.getObject({ ...own, Key: 'key', VersionId: first.VersionId || first.headers['x-cos-version-id'] });
    assert.strictEqual(old.Body.toString(), 'first');
    await cos.deleteObject({ ...own, Key: 'key' });
    const listed = await cos.listObjectVersions(own);
    assert.strictEqual(listed.Versions.length, 2);
    assert.strictEqual(listed.DeleteMarkers.length, 1);
    for (const each of [...listed.Versions, ...listed.DeleteMarkers]) {
      await cos.deleteObject({ ...own, Key: each.Key, VersionId: each.VersionId });
    }
    await cos.deleteBucket(own);
  },
};
