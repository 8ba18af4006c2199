// Where the page reads: beside a published index.json, or from the server of `voicesep ui`, which knows more.
// Both have the index under its own names.

export class SourceError extends Error {}
export class Unreadable extends SourceError {} // what is asked for is missing or damaged; the source itself is well

async function fetched(address) {
  let response;
  try {
    response = await fetch(address, { cache: "no-cache" });
  } catch {
    throw new SourceError(`${address} could not be reached. Is the server still running?`);
  }
  if (response.ok) return response;
  const told = await response.json().catch(() => null);
  const Refusal = response.status === 404 ? Unreadable : SourceError;
  throw new Refusal(told?.message ?? `${address} was answered with ${response.status}.`);
}

async function lines(response) {
  try {
    const text = await new Response(response.body.pipeThrough(new DecompressionStream("gzip"))).text();
    return text.split("\n").filter(Boolean).map((line) => JSON.parse(line));
  } catch {
    throw new Unreadable(`${response.url} is damaged.`);
  }
}

class Source {
  constructor(config) {
    this.config = config;
  }

  // The summary, null while there is none.
  async index() {
    const response = await fetched("index.json");
    return response.status === 204 ? null : response.json();
  }

  // The entries of an hour, by its key in the summary. Throws Unreadable.
  async segment(key) {
    return lines(await fetched(key));
  }
}

class ServerSource extends Source {
  knowsOpenUploads = true;

  async open() {
    return (await fetched("open.json")).json();
  }

  // All that is known of a job or an upload, null when nothing is.
  async story(named) {
    try {
      return await (await fetched(`stories/${encodeURIComponent(named)}.json`)).json();
    } catch (error) {
      if (error instanceof Unreadable) return null;
      throw error;
    }
  }

  // The addresses of a job's file: `part` is `input`, or the number of an output.
  file(entry, part) {
    const path = `${encodeURIComponent(entry.job_id)}/${part}`;
    return { play: `media/${path}`, save: `media/${path}?download`, bytes: `waveforms/${path}` };
  }
}

class StaticSource extends Source {
  knowsOpenUploads = false;

  async open() {
    return { counts: {}, unread: 0, rows: [] };
  }

  // Undefined: nobody can tell.
  async story() {}

  file(entry, part) {
    const stored = part === "input" ? entry.input : entry.outputs[part];
    const address = this.#address(stored.bucket ?? entry.input.bucket, stored.region ?? entry.input.region, stored.key);
    return { play: address, save: address, bytes: address };
  }

  // Objects of the page's own bucket have its origin, whatever domain that is.
  #address(bucket, region, key) {
    const { bucket: ownBucket, region: ownRegion, prefix } = this.config;
    const path = encodeURIComponent(key).replaceAll("%2F", "/").replaceAll("./", ".%2F");
    if (bucket === ownBucket && region === ownRegion) return "../".repeat(prefix.split("/").length - 1) + path;
    return `https://${bucket}.cos.${region}.myqcloud.com/${path}`;
  }
}

export async function openSource() {
  const config = await (await fetched("page/config.json")).json();
  return config.mode === "server" ? new ServerSource(config) : new StaticSource(config);
}
