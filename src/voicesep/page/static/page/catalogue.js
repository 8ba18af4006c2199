// The jobs and open uploads that are known here: merged from index.json, its segments and the open ones.

export const STATES = ["Pending", "Waiting", "Success", "Failed", "Cancel", "Refused"];
const OPEN = new Set(["Pending", "Waiting", "Refused"]);
const RANK = { Waiting: 1, Refused: 2, Pending: 3, Cancel: 4, Failed: 5, Success: 6 };

// One line of the list. `entry` is null while only the server knows of the job.
function itemOfEntry(entry) {
  const failed = entry.state !== "Success";
  return {
    id: entry.job_id,
    state: entry.state,
    key: entry.input.key,
    at: entry.finished_at ?? entry.created_at,
    uploadId: entry.upload_id,
    jobId: entry.job_id,
    reason: failed ? [entry.code, entry.message].filter(Boolean).join(": ") : null,
    seconds: entry.media?.duration_s ?? null,
    entry,
  };
}

function itemOfRow(row) {
  return {
    id: row.job_id ?? row.upload_id,
    state: row.state,
    key: row.key,
    at: row.at,
    uploadId: row.upload_id,
    jobId: row.job_id,
    reason: row.reason,
    seconds: row.duration_s,
    entry: null,
  };
}

export class Catalogue {
  #entries = new Map(); // by job
  #rows = [];
  #index = null;
  #openCounts = {};
  #read = new Set(); // keys of the segments that are here

  takeIndex(index) {
    this.#index = index;
    for (const entry of index?.newest ?? []) this.#entries.set(entry.job_id, entry);
  }

  takeOpen(open) {
    this.#rows = open.rows;
    this.#openCounts = open.counts;
  }

  takeSegment(key, entries) {
    this.#read.add(key);
    for (const entry of entries) this.#entries.set(entry.job_id, entry);
  }

  get index() {
    return this.#index;
  }

  find(id) {
    return this.items().find((item) => item.id === id) ?? null;
  }

  // The newest segment that may hold jobs of a state that are not here yet; null when all are here.
  nextSegment(state) {
    const holds = (segment) => state === null || (segment.counts[state] ?? 0) > 0;
    const segments = (this.#index?.segments ?? []).filter((each) => !this.#read.has(each.key) && holds(each));
    return this.#isWhole(state) ? null : (segments.at(-1) ?? null);
  }

  // How many there are of each state, here or not.
  counts() {
    const told = { ...this.#index?.counts };
    for (const row of this.#openRows()) if (!OPEN.has(row.state)) told[row.state] = (told[row.state] ?? 0) + 1;
    for (const state of OPEN) told[state] = (this.#openCounts[state] ?? 0) - this.#overtaken(state);
    return told;
  }

  // What is here, the newest first.
  items() {
    const ended = [...this.#entries.values()].map(itemOfEntry);
    const all = [...this.#openRows().map(itemOfRow), ...ended];
    return all.sort((one, other) => Date.parse(other.at ?? 0) - Date.parse(one.at ?? 0) || RANK[other.state] - RANK[one.state]);
  }

  // Open uploads, without those that have got their entry since.
  #openRows() {
    const entries = [...this.#entries.values()];
    const done = new Set(entries.filter((entry) => entry.state === "Success").map((entry) => entry.upload_id));
    return this.#rows.filter((row) => (row.job_id ? !this.#entries.has(row.job_id) : !done.has(row.upload_id)));
  }

  #overtaken(state) {
    const of = (rows) => rows.filter((row) => row.state === state).length;
    return of(this.#rows) - of(this.#openRows());
  }

  #isWhole(state) {
    const states = state === null ? Object.keys(this.#index?.counts ?? {}) : [state];
    const here = [...this.#entries.values()];
    return states.every((each) => here.filter((entry) => entry.state === each).length >= (this.#index?.counts[each] ?? 0));
  }
}

// What is wanted of the list: a state, or null for all, and words that all have to occur.
export function select(items, { state, words }) {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return items.filter((item) => {
    const text = [item.key, item.jobId, item.uploadId, item.reason].filter(Boolean).join("\n").toLowerCase();
    return (state === null || item.state === state) && wanted.every((word) => text.includes(word));
  });
}
