// Shows what the control API tells, every other second. Whatever comes from there is text, never markup.

const API = "/_localcloud";
const EVERY = 1500; // milliseconds
const SHOWN = 50; // of jobs, invocations and requests

const at = (id) => document.getElementById(id);

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

const cell = (...children) => element("td", {}, ...children);
const brief = (...children) => element("td", { className: "brief" }, ...children);

async function ask(path, fields = {}, options = {}) {
  const response = await fetch(`${API}${path}?${new URLSearchParams(fields)}`, options);
  const told = await response.json();
  if (!response.ok) throw new Error(told.message);
  return told;
}

function say(text, isBad = false) {
  const status = at("status");
  if (status.textContent !== text) status.textContent = text;
  status.dataset.bad = isBad;
}

// Lists keep the elements of things that did not change: what plays goes on playing, what is open stays open.

const kept = new Map(); // of each list: id of a thing -> how it was, and its element

function show(listId, things, idOf, draw) {
  const before = kept.get(listId) ?? new Map();
  const now = new Map();
  things.forEach((thing, index) => {
    const id = idOf(thing, index);
    const text = JSON.stringify(thing);
    const known = before.get(id);
    now.set(id, known?.text === text ? known : { text, element: draw(thing, known?.element) });
  });
  kept.set(listId, now);
  const wanted = new Set([...now.values()].map((entry) => entry.element));
  const list = at(listId);
  for (const child of [...list.children]) if (!wanted.has(child)) child.remove();
  [...wanted].forEach((child, index) => {
    if (list.children[index] !== child) list.insertBefore(child, list.children[index] ?? null);
  });
}

const time = (text) => (text ? element("time", { dateTime: text, title: text }, new Date(text).toLocaleTimeString()) : "");

function size(bytes) {
  const units = ["B", "KiB", "MiB", "GiB"];
  const power = bytes ? Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1) : 0;
  return `${power ? (bytes / 1024 ** power).toFixed(1) : bytes} ${units[power]}`;
}

const address = (object) => `${API}/object?${new URLSearchParams({ bucket: object.bucket, key: object.key })}`;

function player(object) {
  const kind = object.content_type.split("/")[0];
  if (kind !== "audio" && kind !== "video") return "";
  return element(kind, { controls: true, preload: "none", src: address(object), ariaLabel: object.key });
}

function drawObject(object) {
  const link = element("a", { href: address(object), download: object.key.split("/").pop() || "object" }, object.key);
  return element("tr", {}, cell(link), brief(size(object.size)), brief(time(object.last_modified)), cell(player(object)));
}

function drawJob(job) {
  const tone = { Success: "good", Failed: "bad" }[job.state] ?? "";
  const state = element("td", { className: `brief ${tone}` }, job.state);
  if (job.state === "Running") state.append(element("progress", { max: 100, value: job.progress, ariaLabel: "done" }));
  if (job.state === "Failed") state.append(element("p", { className: "quiet" }, `${job.code}: ${job.message}`));
  const id = element("td", { className: "id" }, job.job_id);
  return element("tr", {}, id, state, cell(`${job.bucket}/${job.input}`), brief(time(job.creation_time)));
}

function drawFunction(each) {
  const buckets = each.bucket_triggers.map((trigger) => `${trigger.bucket}/${trigger.prefix}*${trigger.suffix}`);
  const timers = each.timers.map((timer) => timer.name);
  const name = cell(each.key, element("p", { className: "quiet id" }, each.name));
  return element("tr", {}, name, cell(each.url), cell(buckets.join(", ")), cell(timers.join(", ")));
}

function drawInvocation(run, before) {
  const isGood = run.outcome === "succeeded";
  const outcome = element("span", { className: isGood ? "good" : "bad" }, `${run.outcome} ${run.status_code}`);
  const seconds = `${run.duration.toFixed(2)} s${run.cold_start ? ", cold" : ""}`;
  const summary = element("summary", {}, time(run.at), ` ${run.function} `, outcome, ` ${seconds}`);
  const log = [...run.logs, run.error].filter(Boolean).join("\n") || "no log";
  const details = element("details", { open: before?.firstChild.open ?? false }, summary, element("pre", {}, log));
  return element("li", {}, details);
}

function drawRequest(request) {
  const target = request.action ?? `${request.path}${request.query ? `?${request.query}` : ""}`;
  const status = request.status ?? "none";
  const tone = request.status === null || request.status >= 400 ? "bad" : "";
  const told = request.fault ? `${status} (${request.fault})` : `${status}`;
  return element(
    "tr",
    {},
    brief(time(request.at)),
    brief(request.service),
    cell(`${request.method} `, element("span", { className: "quiet" }, request.host), target),
    element("td", { className: `brief ${tone}` }, told),
    cell(request.function ?? ""),
  );
}

function showCloud(cloud) {
  at("is-not").textContent = cloud.is_not;
  at("endpoint").textContent = cloud.endpoint;
  at("secret-id").textContent = cloud.secret_id;
  at("secret-key").textContent = cloud.secret_key;
  at("now").textContent = `${new Date(cloud.now).toLocaleString()}${cloud.is_frozen ? ", frozen" : ""}`;
}

function showBuckets(buckets) {
  const chosen = at("bucket").value;
  show("bucket", buckets, (bucket) => bucket.name, (bucket) => element("option", {}, bucket.name));
  if (buckets.some((bucket) => bucket.name === chosen)) at("bucket").value = chosen;
}

async function showObjects() {
  const bucket = at("bucket").value;
  const found = bucket ? await ask("/objects", { bucket }) : { objects: [], next_marker: "" };
  show("objects", found.objects, (object) => `${object.bucket}/${object.key}`, drawObject);
  at("more-objects").hidden = !found.next_marker;
}

async function refresh() {
  const [cloud, buckets, jobs, functions, invocations, requests] = await Promise.all([
    ask("/cloud"),
    ask("/buckets"),
    ask("/jobs", { limit: SHOWN }),
    ask("/functions"),
    ask("/invocations", { limit: SHOWN }),
    ask("/requests", { limit: SHOWN }),
  ]);
  showCloud(cloud);
  showBuckets(buckets.buckets);
  await showObjects();
  show("jobs", jobs.jobs, (job) => job.job_id, drawJob);
  show("functions", functions.functions, (each) => each.name, drawFunction);
  show("invocations", invocations.invocations, (run) => `${run.request_id} ${run.retry_num}`, drawInvocation);
  show("requests", requests.requests, (_, index) => index, drawRequest);
}

async function upload(event) {
  event.preventDefault();
  const [file] = at("file").files;
  const key = at("folder").value.replace(/[^/]$/, "$&/") + file.name;
  say(`uploading ${key}`);
  try {
    const headers = file.type ? { "content-type": file.type } : {};
    await ask("/object", { bucket: at("bucket").value, key }, { method: "PUT", body: file, headers });
    say(`uploaded ${key}`);
    at("file").value = "";
    await refresh();
  } catch (error) {
    say(`${key} was not uploaded: ${error.message}`, true);
  }
}

let isLost = false;

async function go() {
  try {
    if (!document.hidden) await refresh();
    if (isLost) say("");
    isLost = false;
  } catch (error) {
    isLost = true;
    say(`The local cloud does not answer: ${error.message}`, true);
  }
  setTimeout(go, EVERY);
}

at("upload").addEventListener("submit", upload);
at("bucket").addEventListener("change", showObjects);
go();
