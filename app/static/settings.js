/* Pages of the settings, and making something new from within a form without leaving it. */

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const csrf = () => $('meta[name="csrf-token"]')?.content ?? "";
const say = (text, kind) => document.body.dispatchEvent(new CustomEvent("toast", { detail: { text, kind } }));
const post = (url, body, json = false) => fetch(url, {
  method: "POST", body,
  headers: { Accept: "application/json", "X-CSRFToken": csrf(), ...(json ? { "Content-Type": "application/json" } : {}) },
});

/* ---------------------------------------------------------------- index: cards found while typing */
const plain = (text) => text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
$("[data-card-search]")?.addEventListener("input", (event) => {
  const cards = $$("[data-card]"), words = plain(event.target.value).split(/\s+/);
  for (const card of cards) {
    const text = plain(`${card.textContent} ${card.dataset.words}`);
    card.hidden = !words.every((word) => text.includes(word));
  }
  for (const section of $$("[data-card-section]")) section.hidden = !$$("[data-card]", section).some((c) => !c.hidden);
  $("[data-cards-none]").hidden = cards.some((c) => !c.hidden);
});

/* ---------------------------------------------------------------- order: by drag, and by its arrows */
async function sendOrder(list) {
  const ids = $$("[data-id]", list).map((row) => ["id", row.dataset.id]);
  const answer = await post(list.dataset.sort, new URLSearchParams(ids)).catch(() => null);
  const body = await answer?.json().catch(() => null);
  say(body?.message ?? answer?.statusText ?? "", answer?.ok ? "success" : "danger");
}
for (const list of $$("[data-sort]")) {
  if (typeof Sortable !== "undefined") Sortable.create(list, { handle: "[data-grip]", draggable: "[data-id]", ghostClass: "sort-ghost", animation: 120, onEnd: () => sendOrder(list) });
  list.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-move]")) return;
    event.preventDefault();
    const row = event.target.closest("[data-id]");
    const other = event.submitter.value === "up" ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return;
    other[event.submitter.value === "up" ? "before" : "after"](row);
    event.submitter.focus();
    sendOrder(list);
  });
}

/* ---------------------------------------------------------------- a new value of a list, from within another form */
/** POSTs `data` as JSON; resolves to the answer's body, or shows in the form why it was refused and resolves to null. */
async function make(form, url, data) {
  const answer = await post(url, JSON.stringify(data), true).catch(() => null);
  const body = await answer?.json().catch(() => null);
  const why = $("[data-new-error]", form);
  why.hidden = Boolean(answer?.ok);
  why.textContent = body?.message ?? answer?.statusText ?? "";
  return answer?.ok ? body : null;
}
function choose(select, { value, text }) {
  if (select.tomselect) { select.tomselect.addOption({ value, text }); select.tomselect.addItem(String(value)); return; }
  select.add(new Option(text, value, true, true));
  select.dispatchEvent(new Event("change", { bubbles: true }));
}
const dialog = document.getElementById("new-value");
let opener = null;
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-new-value]");
  if (button) { opener = button; $("form", dialog).reset(); $("[data-new-error]", dialog).hidden = true; dialog.showModal(); }
  event.target.closest("[data-close]")?.closest("dialog")?.close();
});
$("[data-new-value-form]")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const made = await make(event.target, opener.dataset.newValue, { text: event.target.elements.text.value });
  if (!made) return;
  choose(document.getElementById(opener.dataset.for), made);
  dialog.close();
});

/* ---------------------------------------------------------------- a new custom field, from within another form */
document.addEventListener("change", (event) => {
  const kind = event.target.closest("[data-kind]");
  if (kind) $("[data-choices]", kind.form).hidden = kind.value !== "choice";
});
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-new-field]")) return;
  const box = document.getElementById("new-field");
  $("form", box).reset();
  $("[data-choices]", box).hidden = $("[data-new-error]", box).hidden = true;
  box.showModal();
});
$("[data-new-field-form]")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const made = await make(event.target, event.target.dataset.newFieldForm, Object.fromEntries(new FormData(event.target)));
  if (!made) return;
  const place = $("[data-new-fields]");
  place.insertAdjacentHTML("beforeend", made.html);
  document.body.dispatchEvent(new CustomEvent("htmx:load", { detail: { elt: place } })); /* dresses date boxes and selects */
  event.target.closest("dialog").close();
  $("input, select, textarea", place.lastElementChild)?.focus();
});
