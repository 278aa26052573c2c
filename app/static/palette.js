/* The palette: Ctrl-K or the search field of the top bar opens it; everything in it is done by keys (GEN-06). */

const $ = (selector, root = document) => root.querySelector(selector);
const palette = $("#palette");
const ask = $("#global-search");
const lines = $("#palette-lines");
const empty = $("[data-palette-empty]", palette);
const DELAY = 120; /* ms without a key before it asks */
let timer = 0;
let asking = null; /* the question that is under way */
let chosen = -1;

function open(words = "") {
  if (palette.open) return;
  palette.showModal();
  ask.value = words;
  ask.focus();
  fetchLines();
}

const options = () => [...lines.querySelectorAll('[role="option"]')];

function choose(place) {
  const all = options();
  chosen = all.length ? (place + all.length) % all.length : -1;
  all.forEach((line, i) => line.setAttribute("aria-selected", String(i === chosen)));
  if (chosen < 0) return ask.removeAttribute("aria-activedescendant");
  ask.setAttribute("aria-activedescendant", all[chosen].id);
  all[chosen].scrollIntoView({ block: "nearest" });
}

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${palette.dataset.sprite}#${name}`);
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

function lineOf({ text, sub, href, icon: name }, number) {
  const line = document.createElement("a");
  Object.assign(line, { href, id: `palette-line-${number}`, className: "palette-line", tabIndex: -1 });
  line.setAttribute("role", "option");
  const words = document.createElement("span");
  words.textContent = text;
  line.append(icon(name), words);
  if (sub) { const small = document.createElement("small"); small.textContent = sub; line.append(small); }
  return line;
}

function groupOf({ label, lines: some }, number, from) {
  const group = document.createElement("div");
  const title = document.createElement("div");
  group.setAttribute("role", "group");
  group.setAttribute("aria-labelledby", title.id = `palette-group-${number}`);
  Object.assign(title, { className: "palette-group", textContent: label });
  group.append(title, ...some.map((line, i) => lineOf(line, from + i)));
  return group;
}

function show(found, words) {
  let from = 0;
  const groups = found.groups.map((group, i) => { const made = groupOf(group, i, from); from += group.lines.length; return made; });
  lines.replaceChildren(...groups);
  if (found.all && from) lines.append(lineOf({ text: palette.dataset.all.replace("{words}", words), href: found.all, icon: "search" }, from));
  empty.hidden = from > 0;
  empty.textContent = palette.dataset.none.replace("{words}", words);
  $("[data-palette-says]", palette).textContent = from ? found.said : empty.textContent;
  choose(0);
}

async function fetchLines() {
  asking?.abort();
  const mine = asking = new AbortController();
  const words = ask.value.trim();
  try {
    const answer = await fetch(`${palette.dataset.palette}?${new URLSearchParams({ q: words })}`, { signal: mine.signal, headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(answer.statusText);
    const found = await answer.json();
    if (mine === asking) show(found, words);
  } catch (error) {
    if (error.name === "AbortError") return;
    lines.replaceChildren();
    empty.hidden = false;
    empty.textContent = palette.dataset.failed;
  } finally {
    if (mine === asking) asking = null;
  }
}

/** Enter before the answer has come waits for it, so that it never opens what belongs to fewer letters. */
async function go(event) {
  if (timer || asking) { clearTimeout(timer); timer = 0; await fetchLines(); }
  const line = options()[chosen];
  if (!line) return;
  if (event.ctrlKey || event.metaKey) window.open(line.href, "_blank", "noopener");
  else { palette.close(); line.click(); }
}

ask.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(() => { timer = 0; fetchLines(); }, DELAY); });
ask.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) { event.preventDefault(); choose(chosen + step); }
  else if (event.key === "Enter") { event.preventDefault(); go(event); }
});
lines.addEventListener("pointermove", (event) => { const line = event.target.closest('[role="option"]'); if (line && options()[chosen] !== line) choose(options().indexOf(line)); });
palette.addEventListener("click", (event) => { if (event.target === palette || event.target.closest("[data-palette-close]")) palette.close(); });
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); if (palette.open) palette.close(); else open(); }
});
const field = $("[data-search-key]");
field?.addEventListener("click", () => open(field.value));
field?.addEventListener("input", () => { const words = field.value; field.value = ""; open(words); });
