// What happened to an upload, in the order in which it happened. A step: [when, what, more about it]; `when` only has
// its place in the order where `more` tells it.

import { element } from "./dom.js";
import { clock, moment } from "./format.js";

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

// Of a report only the hour is known, and that it comes after the end.
function reported(hour, finished) {
  const at = Date.parse(finished) > Date.parse(hour) ? finished : hour;
  return [at, "Reported", element("span", {}, "in the hour from ", moment(hour))];
}

function stepsOfStory(story) {
  const steps = story.claims.map((claim) => [claim.claimed_at, `Claimed, attempt ${claim.attempt}`, `by request ${claim.request_id}`]);
  const known = new Set(story.jobs.map((job) => job.job_id));
  const noted = story.pending.filter((note) => !known.has(note.job_id));
  steps.push(...noted.map((note) => [note.submitted_at, "Submitted", `job ${note.job_id}`]));
  if (story.waiting) steps.push([story.waiting.waiting_since, "Waits", `${story.waiting.reason.message}. Next attempt from ${story.waiting.next_attempt_at}`]);
  if (story.refused) steps.push([story.refused.refused_at, "Refused", story.refused.reason.message]);
  return [...steps, ...story.jobs.flatMap(stepsOfJob)];
}

// A list of the steps, of the whole story or of the entry alone.
export function timeline(story, entry) {
  const steps = story ? stepsOfStory(story) : entry ? stepsOfEntry(entry) : [];
  const dated = steps.filter(([at]) => at).sort(([one], [other]) => Date.parse(one) - Date.parse(other));
  return element("ol", { className: "story" }, ...dated.map(([at, what, more]) =>
    element("li", {}, ...(more instanceof Element ? [] : [moment(at), " "]), element("strong", {}, what), " ", more ?? "")));
}

// What the functions have logged of it, where the server keeps that.
export function logLines(story) {
  if (!story?.log.length) return null;
  const text = story.log.map((line) => `${line.at} ${line.function} ${line.line}`).join("\n");
  return element("details", {}, element("summary", {}, `Log of the functions (${story.log.length})`),
    element("pre", { tabIndex: 0 }, text));
}
