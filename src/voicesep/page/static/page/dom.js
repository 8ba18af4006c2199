// Elements. Whatever comes from the index goes in as text, never as markup.

export const at = (id) => document.getElementById(id);

// Make an element; `properties` are set as they are, names with a dash as attributes.
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-")) made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

// A list of terms; pairs without a value are left out.
export function facts(pairs) {
  const known = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return element("dl", { className: "facts" }, ...known.map(([term, value]) =>
    element("div", {}, element("dt", {}, term), element("dd", {}, value))));
}

// Put a text into its place, or hide the place; what is the same already is left alone.
export function say(id, text) {
  at(id).hidden = !text;
  if (at(id).textContent !== (text ?? "")) at(id).textContent = text ?? "";
}
