// Reading older hours of the index, as long as they are wanted.

import { Unreadable } from "./source.js";

const TOGETHER = 6; // as many requests as a browser sends to one server at a time

export class Reading {
  #source;
  #catalogue;
  #lacking;
  #changed;
  #running = null;

  hour = null; // that is being read
  count = 0; // of the segments that were read
  unreadable = new Set(); // keys of those that are missing or damaged

  // `lacking` returns the segments that are wanted and not here, the newest first; `changed` hears of every step.
  constructor(source, catalogue, { lacking, changed }) {
    this.#source = source;
    this.#catalogue = catalogue;
    this.#lacking = lacking;
    this.#changed = changed;
  }

  // Read until nothing is lacking. What is wanted may change meanwhile; there is never more than one run.
  run() {
    this.#running ??= this.#readAll().finally(() => {
      this.#running = this.hour = null;
      this.#changed();
    });
    return this.#running;
  }

  async #readAll() {
    for (let next = this.#lacking(); next.length; next = this.#lacking()) {
      const some = next.slice(0, TOGETHER);
      this.hour = some[0].hour;
      this.#changed();
      const read = await Promise.all(some.map((segment) => this.#read(segment.key)));
      some.forEach((segment, number) => this.#catalogue.takeSegment(segment, read[number]));
      this.count += some.length;
    }
  }

  async #read(key) {
    this.unreadable.delete(key);
    try {
      return await this.#source.segment(key);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      this.unreadable.add(key);
      return [];
    }
  }
}
