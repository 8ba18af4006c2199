// The list of jobs: states to choose from, what is shown of them, and one line for each.

import { at, element } from "./dom.js";
import { clock, moment } from "./format.js";

export function addressOf(item) {
  return `#/${encodeURIComponent(item.id)}`;
}

// The buttons; `states` are those that are known of here, `unread` is how many of the pending ones may have ended, and
// `choose` hears a state, or null for all.
export function drawStates({ counts, states, unread, chosen }, choose) {
  const group = at("states");
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const rows = [[null, "All", total, unread], ...states.map((state) => [state, state, counts[state] ?? 0, state === "Pending" && unread])];
  if (!group.children.length) {
    for (const [state] of rows) {
      const button = element("button", { type: "button", "data-state": state ?? "" });
      button.addEventListener("click", () => choose(state));
      group.append(button);
    }
  }
  rows.forEach(([state, label, count, isMost], number) => {
    const button = group.children[number];
    const text = `${label} ${isMost ? "up to " : ""}${count.toLocaleString()}`;
    if (button.textContent !== text) button.textContent = text;
    button.setAttribute("aria-pressed", String(state === chosen));
  });
}

// The lines; those that have not changed stay as they are, and so does the focus.
export function drawList(items, selected) {
  const list = at("list");
  const before = new Map([...list.children].map((line) => [line.dataset.id, line]));
  const lines = items.map((item) => {
    const text = JSON.stringify([item.state, item.at, item.reason, item.seconds, item.id === selected]);
    const known = before.get(item.id);
    if (known?.dataset.text === text) return known;
    const made = line(item, item.id === selected);
    Object.assign(made.dataset, { id: item.id, text });
    if (known?.contains(document.activeElement)) queueMicrotask(() => made.querySelector("a").focus());
    return made;
  });
  if (lines.length !== list.children.length || lines.some((each, number) => each !== list.children[number])) {
    list.replaceChildren(...lines);
  }
}

function line(item, isSelected) {
  const key = item.key ?? item.id;
  const slash = key.lastIndexOf("/") + 1;
  const link = element("a", { href: addressOf(item) },
    element("span", { className: "name" }, key.slice(slash) || key),
    element("span", { className: "quiet folder" }, key.slice(0, slash)),
    element("span", { className: "state", "data-state": item.state }, item.state),
    element("span", { className: "quiet length" }, item.seconds === null ? "" : clock(item.seconds)),
    element("span", { className: "quiet when" }, moment(item.at) ?? ""),
    item.reason ? element("span", { className: "reason" }, item.reason) : null);
  if (isSelected) link.setAttribute("aria-current", "true");
  return element("li", {}, link);
}
