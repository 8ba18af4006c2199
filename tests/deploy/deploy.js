'use strict';
/*
 * Deploys, or removes, serverless.yml files with Tencent's own toolkit. Each line on stdin is one task in JSON:
 *
 *   {"action": "deploy" | "remove", "endpoint": "127.0.0.1:…", "file": "…/serverless.yml", "envFile": "…/.env",
 *    "handedDown": "everything" | "basics"}
 *
 * and is answered by one line on stdout: {"failure": ""}, or why the toolkit gave up. Requests go to the endpoint, and
 * the host that they are for into the path; all else, encoding and signature included, is Tencent's code.
 */
const fs = require('fs');
const readline = require('readline');
const dotenv = require('dotenv');
const yaml = require('js-yaml');
const { Capi } = require('@tencent-sdk/capi');
const Scf = require('tencent-component-toolkit/lib/modules/scf').default;
const { TriggerManager } = require('tencent-component-toolkit/lib/modules/triggers/manager');
const { toolkitInputs } = require('./component');

const CREDENTIALS = { SecretId: 'AKIDdeploycheck', SecretKey: 'deploy-check-key' };

const actions = {
  async deploy({ region, functions, triggers }) {
    const scf = new Scf(CREDENTIALS, region);
    for (const inputs of functions) await scf.deploy(inputs);
    await new TriggerManager(CREDENTIALS, region).bulkCreateTriggers(triggers);
  },
  async remove({ region, functions }) {
    const scf = new Scf(CREDENTIALS, region);
    for (const { name, namespace } of functions) await scf.remove({ functionName: name, namespace });
  },
};

function connectTo(endpoint) {
  Capi.prototype.request = function (data, options) {
    return request.call(this, data, { ...options, protocol: 'http', host: endpoint, path: `/${options.host}` });
  };
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const { action, endpoint, file, envFile, handedDown } = JSON.parse(line);
    let failure = '';
    try {
      connectTo(endpoint);
      const document = yaml.load(fs.readFileSync(file, 'utf8'));
      const environment = dotenv.parse(fs.readFileSync(envFile));
      await actions[action](toolkitInputs(document, environment, handedDown));
    } catch (error) {
      failure = error.message || String(error);
    }
    process.stdout.write(`${JSON.stringify({ failure })}\n`);
  }
}

const { request } = Capi.prototype;
console.log = console.error; // what the toolkit tells on its way; stdout is for the answers
main();
