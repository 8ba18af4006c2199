// What can be done about an upload that has no stems: the command that submits it again, to copy.

import { element } from "./dom.js";

const WHEN = {
  Failed: "Once its cause is mended, this submits it again, as a new job, which is billed:",
  Cancel: "This submits it again, as a new job, which is billed:",
  Refused: "Once its cause is mended, this submits it after all:",
  Waiting: "It is tried again by itself. This tries it now:",
};

// What is next, or null where there is nothing to do; of the configuration it is told how a command is typed.
export function remedy(item, story, { program, live }) {
  const other = story?.jobs.find((job) => job.job_id !== item.jobId && job.state === "Success");
  if (other) {
    return element("p", { className: "remedy" }, "Another job of this upload has made stems: ",
      element("a", { href: `#/${encodeURIComponent(other.job_id)}` }, other.job_id));
  }
  if (!WHEN[item.state] || !item.uploadId || story?.state === "Pending") return null;
  const command = element("code", {}, `${program} retry ${live ? "--live " : ""}${inShell(nameOf(item))}`);
  const told = element("span", { className: "quiet", role: "status" });
  const copy = element("button", { type: "button", "aria-label": "Copy the command" }, "Copy");
  copy.addEventListener("click", async () => { told.textContent = await copied(command); });
  return element("div", { className: "remedy" }, element("p", {}, WHEN[item.state]),
    element("p", { className: "command" }, command, copy, told));
}

// Its key, or its upload_id where a terminal might take the key for something else.
function nameOf(item) {
  return item.key && !/^-|\p{C}/u.test(item.key) ? item.key : item.uploadId;
}

function inShell(text) {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

async function copied(command) {
  try {
    await navigator.clipboard.writeText(command.textContent);
    return "Copied";
  } catch { // a browser gives the clipboard to pages of https and of this machine only
    getSelection().selectAllChildren(command);
    return "Selected: copy it with your keyboard";
  }
}
