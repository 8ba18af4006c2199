// What is shown while no job is chosen: how many are in which state, the last day hour by hour, the latest failures.

import { element } from "./dom.js";
import { hour, moment } from "./format.js";
import { addressOf } from "./list.js";

const HOURS = 24;
const MILLISECONDS = 3_600_000; // of an hour
const REASONS = 5; // that are told
const FAILURES = new Set(["Failed", "Refused"]);

// `states`: those that are counted here; `items`: what is here, the newest first.
export function overview({ index, counts, states, items }) {
  return element("div", { className: "overview" }, shares(counts, states), lastDay(index), ...failures(items, index, counts));
}

function shares(counts, states) {
  const bar = element("div", { className: "shares", "aria-hidden": "true" }, ...states.filter((state) => counts[state]).map((state) => {
    const part = element("span", { "data-state": state });
    part.style.flexGrow = counts[state];
    return part;
  }));
  const figures = states.map((state) => element("div", { "data-state": state },
    element("dt", {}, state), element("dd", {}, (counts[state] ?? 0).toLocaleString())));
  return element("section", { "aria-label": "States" }, bar, element("dl", { className: "figures" }, ...figures));
}

function lastDay(index) {
  const last = Math.floor(Date.parse(index.generated_at) / MILLISECONDS);
  const found = new Map(index.segments.map((segment) => [Date.parse(segment.hour) / MILLISECONDS, segment]));
  const hours = Array.from({ length: HOURS }, (_, number) => {
    const at = last - HOURS + 1 + number;
    return { at: new Date(at * MILLISECONDS).toISOString(), jobs: found.get(at)?.jobs ?? 0, counts: found.get(at)?.counts ?? {} };
  });
  const most = Math.max(1, ...hours.map((each) => each.jobs));
  const all = hours.reduce((sum, each) => sum + each.jobs, 0);
  const failed = hours.reduce((sum, each) => sum + (each.counts.Failed ?? 0), 0);
  const told = `${all.toLocaleString()} jobs ended, ${failed.toLocaleString()} of them failed`;
  return element("section", { "aria-labelledby": "last-day" },
    element("h3", { id: "last-day" }, "The last 24 hours"),
    element("p", { className: "quiet" }, `${told}.`),
    element("div", { className: "hours", role: "img", "aria-label": `Bars, one for each hour: ${told}` },
      ...hours.map((each) => column(each, most))),
    element("p", { className: "axis quiet", "aria-hidden": "true" }, element("span", {}, hour(hours[0].at)), element("span", {}, hour(hours.at(-1).at))));
}

function column({ at, jobs, counts }, most) {
  const parts = Object.entries(counts).map(([state, count]) => {
    const part = element("span", { "data-state": state });
    part.style.height = `${(100 * count) / most}%`;
    return part;
  });
  const told = Object.entries(counts).map(([state, count]) => `${count} ${state}`).join(", ");
  return element("span", { className: "hour", title: `${hour(at)}: ${jobs ? told : "none"}` }, ...parts);
}

// Each reason once, whatever upload it names, with the latest that it met.
function failures(items, index, counts) {
  const newest = new Set(index.newest.map((entry) => entry.job_id));
  const reasons = new Map();
  for (const item of items.filter((each) => FAILURES.has(each.state) && (!each.entry || newest.has(each.jobId)))) {
    const reason = item.key ? item.reason?.replaceAll(item.key, "") : item.reason;
    reasons.set(reason, [...(reasons.get(reason) ?? []), item]);
  }
  const among = index.jobs > newest.size ? ` among the newest ${newest.size} jobs` : "";
  const title = element("h3", {}, "Latest failures");
  if (!reasons.size) return [title, element("p", { className: "quiet" }, counts.Failed ? `None${among}.` : "None.")];
  const told = [...reasons.values()].slice(0, REASONS).map(([latest, ...others]) => element("li", {},
    element("p", {}, latest.reason),
    element("p", { className: "quiet" }, element("a", { href: addressOf(latest) }, latest.key?.split("/").at(-1) || latest.id), ", ",
      moment(latest.at), others.length ? ` and ${others.length} more${among}` : "")));
  return [title, element("ul", { className: "failures" }, ...told)];
}
