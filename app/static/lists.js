/* Lists: the order of columns by drag or by their arrows. */

const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

/* ---------------------------------------------------------------- columns */
for (const rows of $$("[data-columns]")) {
  rows.classList.add("sortable");
  for (const moves of $$(".column-moves", rows)) moves.hidden = false;
  let dragged = null;
  for (const row of $$("[data-column]", rows)) row.draggable = true;
  rows.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("[data-column]");
    event.dataTransfer.effectAllowed = "move";
    dragged.classList.add("dragged");
  });
  rows.addEventListener("dragover", (event) => {
    const over = event.target.closest("[data-column]");
    if (!dragged || !over) return;
    event.preventDefault();
    const box = over.getBoundingClientRect();
    over[event.clientY < box.top + box.height / 2 ? "before" : "after"](dragged);
  });
  rows.addEventListener("dragend", () => { dragged?.classList.remove("dragged"); dragged = null; });
  rows.addEventListener("click", (event) => {
    const button = event.target.closest("[data-column-move]");
    if (!button) return;
    const row = button.closest("[data-column]");
    const up = button.dataset.columnMove === "up";
    (up ? row.previousElementSibling : row.nextElementSibling)?.[up ? "before" : "after"](row);
    button.focus();
  });
}

/* ---------------------------------------------------------------- one value changed where it stands */
const toast = (text, kind) => document.body.dispatchEvent(new CustomEvent("toast", { detail: { text, kind } }));
const json = { Accept: "application/json" };

/** Shows what belongs to the chosen value alone, such as the reason of a loss. */
function showBeside(form) {
  const part = form.querySelector("[data-beside]");
  if (!part) return false;
  part.hidden = !part.dataset.beside.split(" ").includes(form.elements.value.value);
  return !part.hidden;
}
/** Puts the form of a link's value in its place; by a mouse the list of values opens at once. */
async function openChange(link, byPointer) {
  const answer = await fetch(link.href, { headers: { "X-Part": "1" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) { location.href = link.href; return; }
  const box = document.createElement("span");
  box.className = "change-box";
  box.innerHTML = await answer.text();
  link.hidden = true;
  link.after(box);
  const form = box.querySelector("form");
  showBeside(form);
  form.elements.value.focus();
  if (byPointer) try { form.elements.value.showPicker(); } catch { /* not in this browser */ }
}
function closeChange(form, focus = true) {
  const box = form.closest(".change-box");
  const link = box.previousElementSibling;
  link.hidden = false;
  box.remove();
  if (focus) link.focus();
}
/** The cells of a row as they are now; the focus stays with the value that was changed. */
function putCells(row, cells) {
  for (const [name, html] of Object.entries(cells)) {
    const cell = row.querySelector(`[data-col="${CSS.escape(name)}"]`);
    if (cell) cell.innerHTML = html;
  }
}
async function sendChange(form) {
  const row = form.closest("tr");
  const cell = form.closest("[data-col]");
  const body = new FormData(form);
  body.append("columns", $$("[data-col]", row ?? form).map((one) => one.dataset.col).join(","));
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(body), headers: json }).catch(() => null);
  const told = await answer?.json().catch(() => null);
  toast(told?.message ?? answer?.statusText ?? "", answer?.ok ? "success" : "danger");
  if (!told || answer.status === 400) { form.elements.value.focus(); return; }
  if (!row) { if (answer.ok || answer.status === 409) location.reload(); return; }
  putCells(row, told.cells ?? {});
  (cell?.querySelector("[data-change]") ?? row.querySelector("a"))?.focus();
}
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-change]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    openChange(link, event.detail > 0);
  }
  const off = event.target.closest?.("[data-change-off]");
  if (off) closeChange(off.form);
});
/* With the mouse a choice is meant at once; by keys it is passed over others, and meant with Enter. */
let pointed = false;
document.addEventListener("pointerdown", () => { pointed = true; }, true);
document.addEventListener("keydown", (event) => {
  pointed = false;
  const form = event.target.closest?.(".change-box form");
  if (!form) return;
  if (event.key === "Escape") { event.preventDefault(); closeChange(form); }
  if (event.key === "Enter" && event.target.matches("select")) { event.preventDefault(); form.requestSubmit(); }
}, true);
document.addEventListener("change", (event) => {
  const form = event.target.closest?.("[data-change-form]");
  if (!form || event.target.name !== "value") return;
  if (!showBeside(form) && pointed && form.closest(".change-box")) form.requestSubmit();
});
document.addEventListener("submit", (event) => {
  if (!event.target.matches(".change-box form")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  sendChange(event.target);
}, true);
$$("[data-change-form]").forEach(showBeside);
