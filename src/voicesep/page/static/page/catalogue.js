// The jobs and open uploads that are known here: merged from index.json, its segments and the open ones.

export const STATES = ["Pending", "Waiting", "Success", "Failed", "Cancel", "Refused"];
export const OPEN = new Set(["Pending", "Waiting", "Refused"]); // states that the index does not count
const RANK = { Waiting: 1, Refused: 2, Pending: 3, Cancel: 4, Failed: 5, Success: 6 };

// One line of the list. `entry` is null while only the server knows of the job.
function itemOf({ id, state, key, at, uploadId, jobId, reason = null, seconds = null, entry = null }) {
  const text = [key, jobId, uploadId, reason].filter(Boolean).join("\n").toLowerCase(); // what is searched
  return { id, state, key, at, uploadId, jobId, reason, seconds, entry, text, time: Date.parse(at ?? 0) };
}

function itemOfEntry(entry) {
  return itemOf({
    id: entry.job_id,
    state: entry.state,
    key: entry.input.key,
    at: entry.finished_at ?? entry.created_at,
    uploadId: entry.upload_id,
    jobId: entry.job_id,
    reason: entry.state === "Success" ? null : [entry.code, entry.message].filter(Boolean).join(": "),
    seconds: entry.media?.duration_s,
    entry,
  });
}

function itemOfRow(row) {
  const { state, key, at, reason } = row;
  return itemOf({ id: row.job_id ?? row.upload_id, state, key, at, uploadId: row.upload_id, jobId: row.job_id, reason, seconds: row.duration_s });
}

// What a story alone tells of an upload or a job, by the id that it was asked for.
export function itemOfStory(story, id) {
  const job = story.jobs.find((each) => each.job_id === id) ?? story.jobs.at(-1);
  if (job?.entry) return { ...itemOfEntry(job.entry), id };
  return itemOf({ id, state: story.state, key: story.upload?.key, at: job?.created_at, uploadId: story.upload?.upload_id, jobId: job?.job_id });
}

export class Catalogue {
  #ended = new Map(); // items of entries, by job
  #rows = []; // items of what open.json tells
  #index = null;
  #open = { counts: {}, unread: 0 };
  #read = new Map(); // the digests of the segments that are here, by key
  #arranged = null;

  takeIndex(index) {
    this.#index = index;
    this.#take(index?.newest ?? []);
  }

  takeOpen(open) {
    this.#open = open;
    this.#rows = open.rows.map(itemOfRow);
    this.#arranged = null;
  }

  // Take the entries of a segment, as it is described in the index: a later one of the same hour is read again.
  takeSegment(segment, entries) {
    this.#read.set(segment.key, segment.sha256);
    this.#take(entries);
  }

  get index() {
    return this.#index;
  }

  // How many of the pending ones the server has not looked into: they may have ended.
  get unread() {
    return this.#open.unread;
  }

  find(id) {
    return this.#ended.get(id) ?? this.#arrange().open.find((item) => item.id === id) ?? null;
  }

  // The segments that may hold jobs of a state, or null for any, which are not here yet; the newest first.
  missing(state) {
    if (this.#isWhole(state)) return [];
    const isWanted = (each) => this.#read.get(each.key) !== each.sha256 && (state === null || each.counts[state] > 0);
    return (this.#index?.segments ?? []).filter(isWanted).reverse();
  }

  // How many there are of each state, here or not.
  counts() {
    const told = { ...this.#index?.counts };
    const { open } = this.#arrange();
    for (const { state } of open) if (!OPEN.has(state)) told[state] = (told[state] ?? 0) + 1;
    const of = (items, state) => items.filter((item) => item.state === state).length;
    for (const state of OPEN) told[state] = (this.#open.counts[state] ?? 0) - of(this.#rows, state) + of(open, state);
    return told;
  }

  // What is here, the newest first.
  items() {
    return this.#arrange().items;
  }

  #take(entries) {
    for (const entry of entries) this.#ended.set(entry.job_id, itemOfEntry(entry));
    this.#arranged = null;
  }

  #arrange() {
    if (!this.#arranged) {
      const ended = [...this.#ended.values()];
      const done = new Set(ended.filter((item) => item.state === "Success").map((item) => item.uploadId));
      const open = this.#rows.filter((row) => (row.jobId ? this.#isNews(row) : !done.has(row.uploadId)));
      const items = [...open, ...ended].sort((one, other) => other.time - one.time || RANK[other.state] - RANK[one.state]);
      this.#arranged = { open, items };
    }
    return this.#arranged;
  }

  // Whether the index does not have a job yet. One that ended after the oldest of its newest would be among these; one
  // that ended before is in a segment, and counted: only its note is still there.
  #isNews(row) {
    if (this.#ended.has(row.jobId)) return false;
    if (OPEN.has(row.state) || !this.#index || this.#index.newest.length >= this.#index.jobs) return true;
    return row.time > itemOfEntry(this.#index.newest.at(-1)).time;
  }

  #isWhole(state) {
    const counts = this.#index?.counts ?? {};
    const here = {};
    for (const item of this.#ended.values()) here[item.state] = (here[item.state] ?? 0) + 1;
    return (state === null ? Object.keys(counts) : [state]).every((each) => (here[each] ?? 0) >= (counts[each] ?? 0));
  }
}

// What is wanted of the list: a state, or null for all, and words that all have to occur.
export function select(items, { state, words }) {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return items.filter((item) => (state === null || item.state === state) && wanted.every((word) => item.text.includes(word)));
}
