// Moments, lengths and sizes as people read them.

import { element } from "./dom.js";

const MOMENT = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const TIME = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const HOUR = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB"];

// 0:08, 12:05, 1:02:03
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds || 0));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

// The same for those who listen: 1 hour 2 minutes 3 seconds
export function spoken(seconds) {
  const whole = Math.max(0, Math.floor(seconds || 0));
  const parts = [[Math.floor(whole / 3600), "hour"], [Math.floor(whole / 60) % 60, "minute"], [whole % 60, "second"]];
  const told = parts.filter(([number]) => number).map(([number, unit]) => `${number} ${unit}${number === 1 ? "" : "s"}`);
  return told.join(" ") || "0 seconds";
}

export function size(bytes) {
  if (bytes === null || bytes === undefined) return null;
  let unit = 0;
  let number = bytes;
  for (; number >= 1024 && unit < UNITS.length - 1; unit += 1) number /= 1024;
  return `${unit ? number.toFixed(1) : number} ${UNITS[unit]}`;
}

// A <time> in the reader's own zone; the index's text is its title.
export function moment(text, format = MOMENT) {
  if (!text) return null;
  const when = new Date(text);
  return Number.isNaN(when.valueOf()) ? text : element("time", { dateTime: text, title: text }, format.format(when));
}

// Only its day, only its time of day, and the hour that a segment is of.
export const day = (text) => moment(text, DAY);
export const time = (text) => moment(text, TIME);
export const hour = (text) => HOUR.format(new Date(text));
