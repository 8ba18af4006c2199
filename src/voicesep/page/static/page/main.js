// The page: reads the index, lists it, and shows the job that the address names.

import { Catalogue, itemOfStory } from "./catalogue.js";
import { Detail } from "./detail.js";
import { at, say } from "./dom.js";
import { listenForKeys } from "./keys.js";
import { addressOf } from "./list.js";
import { Listing } from "./listing.js";
import { overview } from "./overview.js";
import { Reading } from "./reading.js";
import { openSource, SourceError } from "./source.js";

const EVERY = 15_000; // milliseconds between two looks at the index, while somebody looks at the page

class Page {
  #catalogue = new Catalogue();
  #stories = new Map(); // by item
  #guest = null; // an item that only its story tells of
  #isKnown = false; // what the address names
  #sought = null; // its id, while older hours are read for it
  #isLooking = false;

  constructor(source) {
    this.source = source;
    this.detail = new Detail(source);
    this.listing = new Listing(source, this.#catalogue, () => { this.#read(); this.#draw(); });
    this.reading = new Reading(source, this.#catalogue, { lacking: () => this.#lacking(), changed: () => this.#hasRead() });
    const { bucket, region, prefix } = source.config;
    at("where").textContent = `${bucket} · ${region} · ${prefix}`;
    addEventListener("hashchange", () => this.#choose());
    listenForKeys({
      ensemble: () => this.detail.ensemble,
      first: () => this.#go(this.listing.lines[0]),
      step: (by) => this.#step(by),
      home: () => { location.hash = "#/"; },
    });
  }

  async start() {
    this.#showView();
    await this.#refresh();
    this.#choose();
    this.#read();
    setInterval(() => { if (!document.hidden) this.#look(); }, EVERY);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.#look(); });
  }

  get #selected() {
    const id = location.hash.startsWith("#/") ? location.hash.slice(2) : "";
    try { return decodeURIComponent(id); } catch { return id; } // somebody has typed it
  }

  #item(id) {
    return this.#catalogue.find(id) ?? (this.#guest?.id === id ? this.#guest : null);
  }

  async #look() {
    if (this.#isLooking) return;
    this.#isLooking = true;
    await this.#refresh();
    this.#isLooking = false;
    await this.#read();
    const item = this.#item(this.#selected);
    if (Boolean(item) !== this.#isKnown) await this.#choose(false);
    else if (item && !item.entry) await this.#tell(item);
  }

  // What is open first: a note is removed once the index tells of its job, so that a job is in one of the two, or in both.
  async #refresh() {
    await this.#attempt(async () => {
      if (this.source.knowsOpenUploads && !this.#catalogue.index) { // the list does not wait for what is open
        this.#catalogue.takeIndex(await this.source.index());
        this.#draw();
      }
      const open = await this.source.open();
      this.#catalogue.takeIndex(await this.source.index());
      this.#catalogue.takeOpen(open);
    });
  }

  // The hours that are to be read: for a job that the address names, or for enough lines.
  #lacking() {
    if (!this.#sought) return this.listing.lacking(this.reading.count);
    return this.#item(this.#sought) ? [] : this.#catalogue.missing(null);
  }

  #hasRead() {
    this.#draw();
    if (this.#sought && this.#item(this.#sought)) this.#choose();
  }

  async #read() {
    await this.#attempt(() => this.reading.run());
    this.#draw();
  }

  #draw() {
    this.listing.draw(this.reading, this.#selected);
    if (!this.#selected) this.#drawOverview();
  }

  #drawOverview() {
    const { index } = this.#catalogue;
    if (!index) return this.detail.clear("Overview", "Upload a recording; its job is listed here as soon as it is submitted.");
    const counts = this.#catalogue.counts();
    const seen = [counts, index.newest[0]?.job_id, index.generated_at.slice(0, "2026-11-21T10".length)];
    return this.detail.clear("Overview", seen, () => overview({ index, counts, states: this.listing.states, items: this.#catalogue.items() }));
  }

  #showView() {
    document.body.dataset.view = this.#selected ? "job" : "list";
  }

  // Show what the address names; `isAsked` is whether somebody has just asked for it.
  async #choose(isAsked = true) {
    const id = this.#selected;
    const item = this.#item(id);
    this.#isKnown = Boolean(item);
    this.#sought = null;
    this.#showView();
    this.#draw();
    if (!id) return;
    if (!item) return this.#seek(id, isAsked);
    this.detail.show(item, this.#stories.get(id) ?? null);
    if (isAsked) {
      at("detail-title").focus();
      at("list").querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
    }
    await this.#tell(item);
  }

  // Find what the list does not have: by its story, or where nobody can tell that, in the hours that are not here.
  async #seek(id, isAsked) {
    this.detail.clear("Looking for it", `${id} is not among the newest jobs.`);
    const story = await this.#attempt(() => this.source.story(id));
    if (this.#selected !== id) return;
    if (story) this.#know(id, story);
    if (story === undefined) {
      this.#sought = id;
      await this.#read();
    }
    if (this.#selected !== id || this.#isKnown) return;
    if (this.#item(id)) await this.#choose(isAsked);
    else this.detail.clear("Not here", `The index has no job or upload ${id}.`);
  }

  async #tell(item) {
    await this.#attempt(async () => this.#know(item.id, await this.source.story(item.uploadId ?? item.jobId)));
    const current = this.#item(this.#selected);
    if (current?.id === item.id) this.detail.show(current, this.#stories.get(item.id) ?? null);
  }

  #know(id, story) {
    this.#stories.set(id, story);
    if (story && !this.#catalogue.find(id)) this.#guest = itemOfStory(story, id);
  }

  #step(by) {
    const { lines } = this.listing;
    const place = lines.findIndex((item) => item.id === this.#selected);
    this.#go(lines[place < 0 ? 0 : place + by]);
  }

  #go(item) {
    if (item) location.hash = addressOf(item);
  }

  // Do something that needs the source, and say what is wrong when it fails.
  async #attempt(what) {
    try {
      const got = await what();
      say("trouble", null);
      return got;
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      say("trouble", error.message);
      return undefined;
    }
  }
}

try {
  await new Page(await openSource()).start();
} catch (error) {
  if (!(error instanceof SourceError)) throw error;
  say("trouble", error.message);
}
