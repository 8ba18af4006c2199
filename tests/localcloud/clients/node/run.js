// Runs every case of cases.js against the COS that the environment names and prints one line of JSON for each.
'use strict';

const cases = require('./cases');
const COS = require('cos-nodejs-sdk-v5');

const cos = new COS({
  SecretId: process.env.SECRET_ID,
  SecretKey: process.env.SECRET_KEY,
  Protocol: 'http:',
  Proxy: process.env.COS_PROXY,
  Tunnel: false,
});
const where = { Bucket: process.env.COS_BUCKET, Region: process.env.COS_REGION };

async function main() {
  for (const [name, run] of Object.entries(cases)) {
    let error = null;
    try {
      await run(cos, { ...where, folder: `${name}/` });
    } catch (thrown) {
      error = thrown.stack || JSON.stringify(thrown);
    }
    process.stdout.write(`${JSON.stringify({ name, error })}\n`);
  }
}

main();
