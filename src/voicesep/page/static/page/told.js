// What is said of the list: how many lines there are, of how many, and why there are none.

import { hour } from "./format.js";

export function summary({ found, shown, wanted: { state, words }, counts }) {
  if (words.trim()) return `${found.toLocaleString()} found`;
  const all = state === null ? Object.values(counts).reduce((sum, count) => sum + count, 0) : (counts[state] ?? 0);
  return `${shown.toLocaleString()} of ${all.toLocaleString()} shown`;
}

// `older` is the newest segment that was not searched, null where all were.
export function whyEmpty({ wanted: { state, words }, unread, older, index }) {
  if (!index) return "No index was published yet; reconcile does it within a minute.";
  const searched = older ? ` The hours before ${hour(older.hour)} were not searched yet.` : "";
  const kind = { null: "job or upload", Pending: "pending job", Waiting: "waiting upload", Refused: "refused upload" }[state] ?? `job in the state ${state}`;
  if (words.trim()) return `No ${kind} has all of “${words.trim()}” in its key, ids or reason.${searched}`;
  if (state === "Pending" && unread) return `${unread.toLocaleString()} notes of pending jobs were not looked into; these may have ended.`;
  return `There is no ${kind}.${searched}`;
}
