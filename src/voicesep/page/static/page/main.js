// The page: reads the index, lists it, and shows the job that the address names.

import { Catalogue, select } from "./catalogue.js";
import { Detail } from "./detail.js";
import { at } from "./dom.js";
import { moment } from "./format.js";
import { listenForKeys } from "./keys.js";
import { addressOf, drawList, drawStates } from "./list.js";
import { openSource, SourceError } from "./source.js";

const EVERY = 15_000; // milliseconds between two looks at the index, while somebody looks at the page
const AT_ONCE = 100; // lines
const HOURS_AT_ONCE = 24; // that are searched for another line

class Page {
  #catalogue = new Catalogue();
  #wanted = { state: null, words: "" };
  #limit = AT_ONCE;
  #stories = new Map(); // by item
  #isMissing = false; // what the address names

  constructor(source) {
    this.source = source;
    this.detail = new Detail(source);
    const { bucket, region, prefix } = source.config;
    at("where").textContent = `${bucket} · ${region} · ${prefix}`;
    at("search").addEventListener("input", () => this.#want({ words: at("search").value }));
    at("more").addEventListener("click", () => this.#more());
    addEventListener("hashchange", () => this.#choose());
    listenForKeys({
      ensemble: () => this.detail.ensemble,
      step: (by) => this.#step(by),
      home: () => { location.hash = "#/"; },
    });
  }

  async start() {
    await this.#look();
    this.#choose();
    setInterval(() => { if (!document.hidden) this.#look(); }, EVERY);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.#look(); });
  }

  get #selected() {
    const id = location.hash.startsWith("#/") ? location.hash.slice(2) : "";
    try { return decodeURIComponent(id); } catch { return id; } // somebody has typed it
  }

  get #found() {
    return select(this.#catalogue.items(), this.#wanted);
  }

  async #look() {
    await this.#attempt(async () => {
      const [index, open] = await Promise.all([this.source.index(), this.source.open()]);
      this.#catalogue.takeIndex(index);
      this.#catalogue.takeOpen(open);
    });
    this.#draw();
    const item = this.#catalogue.find(this.#selected);
    if (item && !item.entry) await this.#tell(item);
  }

  #want(change) {
    Object.assign(this.#wanted, change);
    this.#limit = AT_ONCE;
    this.#draw();
  }

  // More lines: of those that are here, or of the next hours, until one has some.
  async #more() {
    const before = this.#found.length;
    if (before <= this.#limit) {
      await this.#attempt(async () => {
        for (let hours = 0; hours < HOURS_AT_ONCE && this.#found.length === before; hours += 1) {
          const segment = this.#catalogue.nextSegment(this.#wanted.state);
          if (!segment) break;
          this.#catalogue.takeSegment(segment.key, await this.source.segment(segment.key));
        }
      });
    }
    this.#limit += AT_ONCE;
    this.#draw();
    if (this.#isMissing && this.#catalogue.find(this.#selected)) await this.#choose();
  }

  #draw() {
    const counts = this.#catalogue.counts();
    const found = this.#found;
    const older = this.#catalogue.nextSegment(this.#wanted.state);
    drawStates(counts, this.#wanted.state, (state) => this.#want({ state }));
    drawList(found.slice(0, this.#limit), this.#selected);
    say("shown", summary(found.length, Math.min(found.length, this.#limit), this.#wanted, counts, older));
    at("more").hidden = found.length <= this.#limit && !older;
    at("more").textContent = found.length > this.#limit ? "Show more" : "Load older jobs";
    const { index } = this.#catalogue;
    at("freshness").replaceChildren(...(index ? ["Index of ", moment(index.generated_at)] : ["No index was published yet; reconcile does it within a minute."]),
      this.source.knowsOpenUploads ? "" : ". What waits or runs is not in it.");
  }

  // Show what the address names.
  async #choose() {
    const id = this.#selected;
    document.body.dataset.view = id ? "job" : "list";
    this.#draw();
    if (!id) return this.detail.clear("No job chosen", "Choose a job from the list to hear what became of it.");
    const item = this.#catalogue.find(id);
    this.#isMissing = !item;
    if (!item) return this.detail.clear("Not here", `The loaded part of the index has no job ${id}. It may be older: load older jobs.`);
    this.detail.show(item, this.#stories.get(id) ?? null);
    at("detail-title").focus();
    at("list").querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
    return this.#tell(item);
  }

  async #tell(item) {
    await this.#attempt(async () => { this.#stories.set(item.id, await this.source.story(item.uploadId ?? item.jobId)); });
    const current = this.#catalogue.find(this.#selected);
    if (current?.id === item.id) this.detail.show(current, this.#stories.get(item.id) ?? null);
  }

  #step(by) {
    const lines = this.#found.slice(0, this.#limit);
    const place = lines.findIndex((item) => item.id === this.#selected);
    const next = lines[place < 0 ? 0 : place + by];
    if (next) location.hash = addressOf(next);
  }

  // Do something that needs the source, and say what is wrong when it fails.
  async #attempt(what) {
    try {
      await what();
      trouble(null);
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      trouble(error.message);
    }
  }
}

// How many lines there are, of how many.
function summary(found, shown, { state, words }, counts, older) {
  if (words.trim()) return `${found.toLocaleString()} found${older ? "; older jobs are not searched before they are loaded" : ""}`;
  const all = state === null ? Object.values(counts).reduce((sum, count) => sum + count, 0) : (counts[state] ?? 0);
  return `${shown.toLocaleString()} of ${all.toLocaleString()} shown`;
}

function say(id, text) {
  if (at(id).textContent !== text) at(id).textContent = text;
}

function trouble(message) {
  at("trouble").hidden = message === null;
  say("trouble", message ?? "");
}

try {
  await new Page(await openSource()).start();
} catch (error) {
  if (!(error instanceof SourceError)) throw error;
  trouble(error.message);
}
