// What happened to an upload, in the order in which it happened. A step: [when, what, more about it].

import { element } from "./dom.js";
import { clock, day, moment, time } from "./format.js";

const REPORTED = "Reported";

// The steps that the entry alone tells: all that a static page knows.
function stepsOfEntry(entry) {
  const started = Date.parse(entry.started_at);
  const took = (Date.parse(entry.finished_at) - started) / 1000;
  return [
    [entry.created_at, "Submitted", `job ${entry.job_id}`],
    [entry.started_at, "Started", null],
    [entry.finished_at, entry.state, Number.isFinite(took) ? `after ${clock(took)}` : null],
  ];
}

function stepsOfJob(job) {
  if (job.entry) {
    return [...stepsOfEntry(job.entry), ...job.arrivals.map((hour) => reported(hour, job.entry.finished_at))];
  }
  const progress = job.progress === null ? null : `${Math.round(job.progress)} % done`;
  return [[job.created_at, `Submitted, now ${job.state}`, [`job ${job.job_id}`, progress].filter(Boolean).join(", ")]];
}

// Of a report only the hour is known, and that it comes after the end: it has its place in the order, and no time.
function reported(hour, finished) {
  const at = Date.parse(finished) > Date.parse(hour) ? finished : hour;
  return [at, REPORTED, element("span", {}, "in the hour from ", time(hour))];
}

function stepsOfStory(story) {
  const steps = story.claims.map((claim) => [claim.claimed_at, `Claimed, attempt ${claim.attempt}`, `by request ${claim.request_id}`]);
  const known = new Set(story.jobs.map((job) => job.job_id));
  const noted = story.pending.filter((note) => !known.has(note.job_id));
  steps.push(...noted.map((note) => [note.submitted_at, "Submitted", `job ${note.job_id}`]));
  if (story.waiting) steps.push([story.waiting.waiting_since, "Waits", element("span", {},
    `${story.waiting.reason.message.replace(/\.$/, "")}. Next attempt from `, moment(story.waiting.next_attempt_at))]);
  if (story.refused) steps.push([story.refused.refused_at, "Refused", story.refused.reason.message]);
  return [...steps, ...story.jobs.flatMap(stepsOfJob)];
}

// The steps of the whole story, or of the entry alone, day by day: the date is told once.
export function timeline(story, entry) {
  const steps = story ? stepsOfStory(story) : entry ? stepsOfEntry(entry) : [];
  const days = new Map();
  for (const step of steps.filter(([at]) => at).sort(([one], [other]) => Date.parse(one) - Date.parse(other))) {
    const date = new Date(step[0]).toDateString();
    days.set(date, [...(days.get(date) ?? []), step]);
  }
  return element("div", { className: "story" }, ...[...days.values()].flatMap((some) => [
    element("h4", {}, day(some[0][0])), element("ol", {}, ...some.map(line))]));
}

function line([at, what, more]) {
  return element("li", {}, what === REPORTED ? null : time(at), " ", element("strong", {}, what), " ", more ?? "");
}

// What the functions have logged of it, where the server keeps that.
export function logLines(story) {
  if (!story?.log.length) return null;
  const text = story.log.map((line) => `${line.at} ${line.function} ${line.line}`).join("\n");
  return element("details", {}, element("summary", {}, `Log of the functions (${story.log.length})`),
    element("pre", { tabIndex: 0 }, text));
}
