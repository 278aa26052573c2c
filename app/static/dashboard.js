/* The first page is arranged by its reader: tiles are dragged or moved by arrow keys, widened, taken off and added. */

/* By an event: a module of ours imported from here would be loaded, and act, a second time. */
const toast = (text, kind) => document.body.dispatchEvent(new CustomEvent("toast", { detail: { text, kind } }));

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const tiles = $("[data-tiles]");
const bar = $("[data-arrange-bar]");
const add = $("[data-tile-add]");
const button = $("[data-arrange]");

function say(name, tile, more = {}) {
  let words = tiles.dataset[name];
  for (const [key, value] of Object.entries({ name: tile.dataset.name, ...more })) words = words.replace(`{${key}}`, value);
  $("[data-tiles-say]").textContent = words;
}

async function save(body = { tiles: $$("[data-tile]", tiles).map(({ dataset: { tile: key, size } }) => ({ key, size })) }) {
  const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": $('meta[name="csrf-token"]').content };
  const answer = await fetch(tiles.dataset.save, { method: "POST", headers, body: JSON.stringify(body) }).catch(() => null);
  if (!answer?.ok) toast(tiles.dataset.failed, "danger");
  return answer?.ok;
}

function told(tile) {
  const all = $$("[data-tile]", tiles);
  say("moved", tile, { n: all.indexOf(tile) + 1, count: all.length });
}

function move(tile, step) {
  const other = step < 0 ? tile.previousElementSibling : tile.nextElementSibling;
  if (!other) return;
  if (step < 0) other.before(tile); else other.after(tile);
  $("[data-tile-grip]", tile).focus();
  tile.scrollIntoView({ block: "nearest" });
  told(tile);
  save();
}

function remove(tile) {
  const next = tile.nextElementSibling ?? tile.previousElementSibling;
  add.add(new Option(tile.dataset.name, tile.dataset.tile));
  say("removed", tile);
  tile.remove();
  (next ? $("[data-tile-remove]", next) : add).focus();
  save();
}

async function addTile(key) {
  const answer = await fetch(tiles.dataset.tileUrl.replace("__key__", encodeURIComponent(key))).catch(() => null);
  if (!answer?.ok) return toast(tiles.dataset.failed, "danger");
  tiles.insertAdjacentHTML("beforeend", await answer.text());
  const tile = tiles.lastElementChild;
  $(`option[value="${CSS.escape(key)}"]`, add).remove();
  add.value = "";
  say("added", tile);
  $("[data-tile-grip]", tile).focus();
  save();
}

function arranging(on) {
  document.body.classList.toggle("arranging", on);
  button.setAttribute("aria-pressed", String(on));
  bar.hidden = !on;
}

button.hidden = false;
button.addEventListener("click", () => arranging(bar.hidden));
tiles.addEventListener("click", (event) => { const off = event.target.closest("[data-tile-remove]"); if (off) remove(off.closest("[data-tile]")); });
tiles.addEventListener("change", (event) => {
  if (!event.target.matches("[data-tile-size]")) return;
  const tile = event.target.closest("[data-tile]");
  tile.classList.replace(`tile-${tile.dataset.size}`, `tile-${event.target.value}`);
  tile.dataset.size = event.target.value;
  say("sized", tile, { size: event.target.selectedOptions[0].textContent });
  save();
});
tiles.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
  if (!step || !event.target.matches("[data-tile-grip]")) return;
  event.preventDefault();
  move(event.target.closest("[data-tile]"), step);
});
add.addEventListener("change", () => { if (add.value) addTile(add.value); });
$("[data-arrange-reset]").addEventListener("click", async () => { if (await save({})) location.reload(); });
addEventListener("DOMContentLoaded", () => {
  if (typeof Sortable !== "undefined") Sortable.create(tiles, { handle: "[data-tile-grip]", draggable: "[data-tile]", animation: 120, ghostClass: "sort-ghost", onEnd: ({ item, oldIndex, newIndex }) => { if (oldIndex !== newIndex) { told(item); save(); } } });
});
