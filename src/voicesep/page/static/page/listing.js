// The left side: what is wanted of the jobs, as many lines of it as somebody asked for, and what is said of them.

import { OPEN, select, STATES } from "./catalogue.js";
import { at, say } from "./dom.js";
import { hour, moment } from "./format.js";
import { drawList, drawStates } from "./list.js";
import { summary, whyEmpty } from "./told.js";

const AT_ONCE = 100; // lines
const HOURS_AT_ONCE = 240; // that are read for them before somebody asks for more

export class Listing {
  #source;
  #catalogue;
  #asked;
  #wanted = { state: null, words: at("search").value }; // somebody may have typed before the page was ready
  #limit = AT_ONCE;
  #mayRead = null; // hours, in all; null when somebody has just asked

  // `asked` hears when something else is wanted, or more of it.
  constructor(source, catalogue, asked) {
    this.#source = source;
    this.#catalogue = catalogue;
    this.#asked = asked;
    this.states = source.knowsOpenUploads ? STATES : STATES.filter((state) => !OPEN.has(state));
    at("search").addEventListener("input", () => this.#want({ words: at("search").value }));
    at("more").addEventListener("click", () => this.#more());
  }

  // The lines, the newest first.
  get lines() {
    return this.#found.slice(0, this.#limit);
  }

  // The segments that are to be read for enough lines; `count` is how many were read before.
  lacking(count) {
    this.#mayRead ??= count + HOURS_AT_ONCE;
    if (this.#found.length >= this.#limit || count >= this.#mayRead) return [];
    return this.#catalogue.missing(this.#wanted.state);
  }

  draw(reading, selected) {
    const { index, unread } = this.#catalogue;
    const counts = this.#catalogue.counts();
    const found = this.#found.length;
    const older = this.#catalogue.missing(this.#wanted.state)[0] ?? null;
    const told = { found, shown: Math.min(found, this.#limit), wanted: this.#wanted, counts, unread, older, index };
    drawStates({ counts, states: this.states, unread, chosen: this.#wanted.state }, (state) => this.#want({ state }));
    drawList(this.lines, selected);
    say("shown", summary(told));
    say("searching", reading.hour && `Searching ${hour(reading.hour)}…`);
    say("empty", reading.hour || found ? null : whyEmpty(told));
    say("more", this.#offer(found, older, reading));
    at("freshness").replaceChildren(...this.#freshness(index, [...reading.unreadable]));
  }

  get #found() {
    return select(this.#catalogue.items(), this.#wanted);
  }

  #want(change) {
    this.#wanted = { ...this.#wanted, ...change };
    this.#limit = AT_ONCE;
    this.#mayRead = null;
    this.#asked();
  }

  #more() {
    if (this.#found.length >= this.#limit) this.#limit += AT_ONCE;
    this.#mayRead = null;
    this.#asked();
  }

  // What the button below the list does, null when there is no more.
  #offer(found, older, reading) {
    if (found > this.#limit || (found === this.#limit && older)) return "Show more";
    return older && !reading.hour ? `Search before ${hour(older.hour)}` : null;
  }

  #freshness(index, unreadable) {
    const { program, live } = this.#source.config;
    const command = `${program} rebuild-index${live ? " --live" : ""}`;
    return [
      ...(index ? ["Index of ", moment(index.generated_at)] : ["No index was published yet; reconcile does it within a minute"]),
      this.#source.knowsOpenUploads ? "." : ". What waits or runs is not in it.",
      unreadable.length ? ` Missing or damaged: ${unreadable.join(", ")}; ${command} makes them anew.` : "",
    ];
  }
}
