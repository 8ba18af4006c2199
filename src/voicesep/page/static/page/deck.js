// The players of a job: its input and its stems, one under the other, with one transport for all.

import { element } from "./dom.js";
import { Ensemble } from "./ensemble.js";
import { clock, spoken } from "./format.js";
import { draw, NoWaveform, peaksOf } from "./waveform.js";

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const dark = matchMedia("(prefers-color-scheme: dark)");
const CALM_STEP = 1000; // milliseconds between two looks of a position that shall not glide

// The files of an entry: { name, part, key }.
export function filesOf(entry) {
  const input = entry.input.key ? [{ name: "input", part: "input", key: entry.input.key }] : [];
  return [...input, ...entry.outputs.map((output, part) => ({ name: output.stem, part, key: output.key }))];
}

export class Deck {
  #stop = new AbortController();
  #rows = [];
  #drawnAt = 0;

  constructor(entry, addressesOf) {
    const tracks = filesOf(entry).map((file) => {
      const addresses = addressesOf(file.part);
      const audio = element("audio", { preload: "metadata", src: addresses.play });
      return { ...file, addresses, audio };
    });
    this.ensemble = new Ensemble(tracks);
    this.#rows = tracks.map((track, number) => this.#row(track, number));
    this.play = element("button", { type: "button", className: "play", "aria-keyshortcuts": "p" }, "Play");
    this.time = element("span", { className: "time" }, "0:00");
    this.seek = element("input", { type: "range", min: 0, max: 0, step: 0.01, value: 0, "aria-label": "Position" });
    this.swap = element("button", { type: "button", "aria-keyshortcuts": "b", title: "Back to what was heard before" }, "A/B");
    this.transport = element("div", { className: "transport" }, this.play, this.seek, this.time, this.swap);
    this.element = element("section", { className: "deck", "aria-label": "Players" }, this.transport,
      element("ul", { className: "tracks" }, ...this.#rows.map((row) => row.element)));
    this.#listen();
    this.#show();
    this.#drawAsItPlays();
    this.#loadWaveforms();
  }

  close() {
    this.#stop.abort();
    this.ensemble.close();
  }

  #row(track, number) {
    const { name } = track;
    const canvas = element("canvas", { "aria-hidden": "true" });
    const note = element("span", { className: "quiet" });
    const solo = element("button", { type: "button", "aria-label": `Hear only ${name}`, "aria-keyshortcuts": `${number + 1}` }, "Solo");
    const mute = element("button", { type: "button", className: "mute", "aria-label": `Mute ${name}` }, "Mute");
    const save = element("a", { href: track.addresses.save, download: track.key.split("/").at(-1), "aria-label": `Download ${name}` }, "Download");
    solo.addEventListener("click", () => this.ensemble.hearOnly(number));
    mute.addEventListener("click", () => this.ensemble.toggleHeard(number));
    canvas.addEventListener("click", (event) => {
      this.ensemble.seek((event.offsetX / canvas.clientWidth) * this.ensemble.duration);
    });
    const row = element("li", { className: "track", "data-track": name },
      element("div", { className: "controls" }, element("h3", {}, name), solo, mute, note, save), canvas, track.audio);
    return { element: row, track, canvas, note, solo, mute, peaks: null };
  }

  #listen() {
    const { signal } = this.#stop;
    this.ensemble.addEventListener("change", () => this.#show());
    this.play.addEventListener("click", () => this.ensemble.toggle());
    this.swap.addEventListener("click", () => this.ensemble.swap());
    this.seek.addEventListener("input", () => this.ensemble.seek(Number(this.seek.value)));
    dark.addEventListener("change", () => this.#draw(), { signal });
    const sizes = new ResizeObserver(() => this.#draw());
    sizes.observe(this.element);
    signal.addEventListener("abort", () => sizes.disconnect());
  }

  #show() {
    const { ensemble } = this;
    const text = `${clock(ensemble.position)} / ${clock(ensemble.duration)}`;
    this.play.textContent = ensemble.playing ? "Pause" : "Play";
    if (this.time.textContent !== text) {
      this.time.textContent = text;
      this.seek.setAttribute("aria-valuetext", `${spoken(ensemble.position)} of ${spoken(ensemble.duration)}`);
    }
    this.seek.max = ensemble.duration;
    this.seek.value = ensemble.position;
    this.#rows.forEach((row, number) => {
      row.solo.setAttribute("aria-pressed", String(ensemble.isAlone(number) && !row.track.failed));
      row.mute.setAttribute("aria-pressed", String(!ensemble.isHeard(number)));
      row.element.dataset.heard = ensemble.isHeard(number);
      row.canvas.hidden = row.track.failed;
      if (row.track.failed) {
        row.note.textContent = "cannot be played: it is gone, may not be read, or is of a format that this browser does not know";
        row.solo.disabled = row.mute.disabled = true;
      }
    });
    this.transport.hidden = this.#rows.every((row) => row.track.failed);
    if (!ensemble.playing) this.#draw();
  }

  #draw() {
    const { position, duration } = this.ensemble;
    const loudest = Math.max(0, ...this.#rows.filter((row) => row.peaks).map((row) => Math.max(...row.peaks)));
    for (const { canvas, peaks } of this.#rows) draw(canvas, { peaks, loudest, played: duration ? position / duration : 0 });
  }

  #drawAsItPlays() {
    const frame = (now) => {
      if (this.#stop.signal.aborted) return;
      if (this.ensemble.playing && now - this.#drawnAt > (calm.matches ? CALM_STEP : 0)) {
        this.#drawnAt = now;
        this.#draw();
      }
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  // One after the other: each takes its size in memory, decoded.
  async #loadWaveforms() {
    for (const row of this.#rows) {
      try {
        const seconds = await lengthOf(row.track.audio);
        row.peaks = await peaksOf(row.track.addresses.bytes, seconds, this.#stop.signal);
        row.canvas.dataset.waveform = "true";
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        if (!(error instanceof NoWaveform)) throw error;
        if (!row.track.failed) row.note.textContent = error.message;
      }
      this.#draw();
    }
  }
}

function lengthOf(audio) {
  return new Promise((resolve, reject) => {
    if (audio.error) reject(new NoWaveform("no waveform"));
    if (Number.isFinite(audio.duration)) resolve(audio.duration);
    audio.addEventListener("loadedmetadata", () => resolve(audio.duration), { once: true });
    audio.addEventListener("error", () => reject(new NoWaveform("no waveform")), { once: true });
    audio.addEventListener("emptied", () => reject(new NoWaveform("no waveform")), { once: true });
  });
}
