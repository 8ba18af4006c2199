'use strict';
/*
 * What happens to a serverless.yml before Tencent's toolkit sees it. The command line resolves `${env:…}`; the
 * component `multi-scf`, which runs in Tencent's cloud, spreads the inputs over its functions. Neither can be installed
 * from a registry, so both are modelled here, from what their public sources do (docs/proof.md names them).
 *
 * Revisions of the component differ in what a function takes over from `inputs`, and which one runs cannot be seen.
 * `everything` is what its manual says; `basics` is what its sources of 2021 do.
 */
const HANDED_DOWN = {
  everything: () => true,
  basics: (key) => ['type', 'namespace', 'runtime', 'description'].includes(key),
};

/** Replace `${env:NAME}` as the command line does: an unset variable is no error, it becomes undefined. */
function resolveEnvironment(value, environment) {
  return mapStrings(value, (text) => {
    const whole = /^\$\{env:([\w.-]+)\}$/.exec(text);
    if (whole) return environment[whole[1]];
    return text.replace(/\$\{env:([\w.-]+)\}/g, (_, name) => String(environment[name]));
  });
}

/** Replace `${app}`, `${stage}` and `${name}`, as the platform does. */
function resolveInstance(file) {
  return mapStrings(file, (text) => text.replace(/\$\{(app|stage|name)\}/g, (_, word) => file[word]));
}

function mapStrings(value, change) {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, change));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapStrings(item, change)]));
}

/**
 * Return the toolkit's inputs of each function, and of the triggers, for a file as its author wrote it; `handedDown`
 * says which revision of the component is meant, `everything` or `basics`.
 */
function toolkitInputs(document, environment, handedDown) {
  const travelled = JSON.parse(JSON.stringify(resolveEnvironment(document, environment))); // undefined is lost here
  const file = resolveInstance({ stage: 'dev', ...travelled });
  const { functions, triggers = [], src, region = 'ap-guangzhou', ...common } = file.inputs;
  const shared = Object.fromEntries(Object.entries(common).filter(([key]) => HANDED_DOWN[handedDown](key)));
  // The component has uploaded the zip by then; the bucket is named without the APPID.
  const code = {
    bucket: `sls-cloudfunction-${region}-code`,
    object: `${file.name}-${file.stage}-${file.app}.zip`,
  };
  const deployed = new Map(
    Object.entries(functions).map(([key, own]) => [key, functionInputs(file, key, { ...shared, ...own }, code)]),
  );
  return {
    region,
    functions: [...deployed.values()],
    triggers: triggers.map((trigger) => triggerInputs(trigger, deployed, shared.namespace)),
  };
}

/** A function's own key replaces the shared one as a whole; `environment` counts for nothing, `environments` does. */
function functionInputs(file, key, { environments = [], environment, tags, vpc, ...inputs }, code) {
  return {
    type: 'event',
    namespace: 'default',
    runtime: 'Nodejs12.16',
    name: `${file.name}-${file.stage}-${file.app}-${key}`,
    ...inputs,
    code,
    environment: { variables: pairs(environments) },
    ...(tags && { tags: Array.isArray(tags) ? pairs(tags) : tags }),
    ...(vpc && { vpcConfig: vpc }),
  };
}

function triggerInputs(trigger, deployed, namespace = 'default') {
  const target = deployed.get(trigger.function);
  if (!target) throw new Error(`trigger of type ${trigger.type}: no function ${trigger.function} in this file`);
  return { ...trigger, namespace, function: { name: target.name, type: target.type } };
}

function pairs(list) {
  return Object.fromEntries(list.map(({ key, value }) => [key, value]));
}

module.exports = { toolkitInputs };
