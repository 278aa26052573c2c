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
