// Keys, and the help that tells them. Single letters can be switched off, for those who speak to their machine.

import { at, element } from "./dom.js";

const KEPT = "voicesep.keys";
const SEEK = 5; // seconds
const TOLD = [
  ["/", "search"],
  ["Enter", "in the search: the first that was found"],
  ["j  k", "next job, job before"],
  ["p  Space", "play, pause"],
  ["←  →", "five seconds back, on"],
  ["Home", "to the beginning"],
  ["1 … 5", "hear only that track"],
  ["Shift + 1 … 5", "mute that track, or hear it besides"],
  ["b", "A/B: back to what was heard before, at the same place"],
  ["Esc", "leave the search; back to the list"],
  ["?", "this help"],
];

// `actions`: ensemble() the players or null, first() job of the list, step(by) to another, home() back to the list.
export function listenForKeys(actions) {
  at("keys").replaceChildren(...TOLD.map(([keys, what]) =>
    element("div", {}, element("dt", {}, ...keys.split("  ").flatMap((key, number) => [number ? " " : "", element("kbd", {}, key)])),
      element("dd", {}, what))));
  const isOn = at("keys-on");
  isOn.checked = remembered() !== "off";
  isOn.addEventListener("change", () => remember(isOn.checked ? "on" : "off"));
  at("help-open").addEventListener("click", () => at("help").showModal());
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || at("help").open) return;
    const action = actionOf(event, actions);
    if (!action || (!isOn.checked && event.key.length === 1)) return;
    event.preventDefault();
    action();
  });
}

// A browser that is told to keep nothing throws here; then the choice lasts as long as the page.
function remembered() {
  try { return localStorage.getItem(KEPT); } catch { return null; }
}

function remember(choice) {
  try { localStorage.setItem(KEPT, choice); } catch { /* it lasts as long as the page */ }
}

function actionOf(event, actions) {
  const { target, key, code } = event;
  const isText = target.matches("input[type=search]");
  const isScrolled = target.matches("pre");
  if (key === "Escape") return isText ? () => target.blur() : actions.home;
  if (isText) return key === "Enter" ? actions.first : null;
  const digit = /^Digit([1-5])$/.exec(code)?.[1];
  const ensemble = actions.ensemble();
  if (ensemble) {
    const number = Number(digit) - 1;
    if (digit && number < ensemble.tracks.length) {
      return () => (event.shiftKey ? ensemble.toggleHeard(number) : ensemble.hearOnly(number));
    }
    if (key === " " && !isScrolled && !target.matches("button, a, summary")) return () => ensemble.toggle();
    if (key === "ArrowLeft" && !isScrolled) return () => ensemble.seek(ensemble.position - SEEK);
    if (key === "ArrowRight" && !isScrolled) return () => ensemble.seek(ensemble.position + SEEK);
    if (key === "Home" && !isScrolled) return () => ensemble.seek(0);
    if (key === "p") return () => ensemble.toggle();
    if (key === "b") return () => ensemble.swap();
  }
  return { "/": () => at("search").focus(), "j": () => actions.step(1), "k": () => actions.step(-1), "?": () => at("help").showModal() }[key] ?? null;
}
