// The chosen job or upload: what became of it, its players, its facts and its story.

import { at, element, facts } from "./dom.js";
import { Deck, filesOf } from "./deck.js";
import { clock, moment, size } from "./format.js";
import { remedy } from "./remedy.js";
import { logLines, timeline } from "./story.js";

const OPEN = {
  Pending: "Its job runs. The stems appear here when CI has finished.",
  Waiting: "CI could not take it yet; it is tried again by itself.",
};

export class Detail {
  #source;
  #shown = null; // what is on show, as text: nothing is drawn twice
  #deck = null;
  #played = null; // the job whose players these are

  constructor(source) {
    this.#source = source;
  }

  get ensemble() {
    return this.#deck?.ensemble ?? null;
  }

  // Show an item of the catalogue; `story` is null where nobody can tell it.
  show(item, story) {
    const entry = item.entry ?? story?.jobs.find((job) => job.job_id === item.jobId)?.entry ?? null;
    const text = JSON.stringify([item, story, entry]);
    if (text === this.#shown) return;
    this.#shown = text;
    const name = (item.key ?? item.id).split("/").at(-1) || item.key;
    at("detail-title").textContent = name;
    document.title = `${name} – Voice separation`;
    this.#change(entry);
    const parts = [
      back(),
      state(entry?.state ?? item.state, item.reason, story),
      remedy(entry ? { ...item, state: entry.state } : item, story, this.#source.config),
      this.#deck?.element,
      factsOf(item, entry),
      element("h3", {}, "Story"),
      timeline(story, entry),
      logLines(story),
      entry && element("details", {}, element("summary", {}, "The entry, as it is in the index"),
        element("pre", { tabIndex: 0 }, JSON.stringify(entry, null, 2))),
    ];
    at("detail-body").replaceChildren(...parts.filter(Boolean));
  }

  // Show a text in the place of a job, or what `make` returns; the same thing is not drawn twice.
  clear(title, told, make = () => element("p", { className: "quiet" }, told)) {
    const text = JSON.stringify([title, told]);
    if (text === this.#shown) return;
    this.#shown = text;
    this.#change(null);
    document.title = "Voice separation";
    at("detail-title").textContent = title;
    at("detail-body").replaceChildren(back(), make());
  }

  // Keep the players while they are of the same job: whatever plays, plays on.
  #change(entry) {
    const job = entry && filesOf(entry).length ? entry.job_id : null;
    if (job === this.#played) return;
    this.#deck?.close();
    this.#played = job;
    this.#deck = job ? new Deck(entry, (part) => this.#source.file(entry, part)) : null;
  }
}

function back() {
  return element("p", { className: "back" }, element("a", { href: "#/" }, "Back to the list"));
}

function state(name, reason, story) {
  const message = reason ?? story?.refused?.reason.message ?? story?.waiting?.reason.message ?? OPEN[name];
  return element("div", { className: "outcome", "data-state": name },
    element("span", { className: "state", "data-state": name }, name),
    message ? element("p", { className: "reason" }, message) : null);
}

function factsOf(item, entry) {
  const media = entry?.media;
  const kept = entry?.input ?? null;
  return facts([
    ["Key", item.key],
    ["Bucket", kept && `${kept.bucket} (${kept.region})`],
    ["Job", item.jobId],
    ["Upload", item.uploadId],
    ["Length", media?.duration_s != null ? clock(media.duration_s) : null],
    ["Format", media && [media.format, media.sample_rate_hz && `${media.sample_rate_hz} Hz`, media.channels && `${media.channels} ch`,
      media.bitrate_kbps && `${Math.round(media.bitrate_kbps)} kbit/s`, size(media.size_bytes)].filter(Boolean).join(", ")],
    ["Template", entry?.template && [entry.template.name, entry.template.id].filter(Boolean).join(", ")],
    ["Workflow", entry?.workflow && [entry.workflow.workflow_name, entry.workflow.run_id].filter(Boolean).join(", ")],
    ["Finished", moment(entry?.finished_at)],
    ["Last change", entry ? null : moment(item.at)],
  ]);
}
