/* The board of opportunities: cards are dragged, or moved by keys; what others do is fetched while the page is seen. */

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const csrf = () => $('meta[name="csrf-token"]')?.content ?? "";
const toast = (text, kind) => document.body.dispatchEvent(new CustomEvent("toast", { detail: { text, kind } }));
const board = () => $("[data-board]");
const columnOf = (card) => card.closest("[data-stage]");
const EVERY = 4000; /* ms between two questions whether something has changed */
let busy = 0; /* a card is held or on its way: the board is not replaced under it */

/** Speak a sentence of the page: its places are filled in. */
function say(name, card, column) {
  const words = board().dataset[name].replace("{title}", card.dataset.title).replace("{stage}", column.dataset.label);
  $("[data-board-says]").textContent = words;
}

/** Address of a part of the board, with the filters in force. */
const address = (url) => `${url}?${new URLSearchParams(new FormData($("#board-filters")))}`;

/** Why it was lost: the chosen reason ("" when nobody knows), or null when the move is called off. */
function askReason() {
  const dialog = $("#lost-dialog");
  dialog.returnValue = "cancel";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => {
    resolve(dialog.returnValue === "lost" ? $("#lost-reason").value : null);
  }, { once: true }));
}

/** Put a card back where `place` says. */
const putBack = (card, place) => place.column.querySelector("[data-cards]").insertBefore(card, place.before);

/** Tell the server of a move that the page shows already; on a refusal the card goes back. */
async function store(card, place) {
  const column = columnOf(card);
  if (column === place.column) return;
  busy += 1;
  const reason = column.dataset.kind === "lost" ? await askReason() : "";
  const answer = reason === null ? null : await send(card, column, reason);
  busy -= 1;
  if (answer?.ok) return shown(card, column, await answer.json());
  putBack(card, place);
  say("back", card, place.column);
  if (!answer) return;
  const body = await answer.json().catch(() => ({}));
  toast(body.message ?? board().dataset.failed, "danger");
  if (answer.status === 409 || answer.status === 404) refresh();
}

function send(card, column, reason) {
  const body = new URLSearchParams({ stage: column.dataset.stage, version: card.dataset.version, lost_reason: reason });
  const url = address(board().dataset.moveUrl.replace(/0$/, card.dataset.card));
  return fetch(url, { method: "POST", body, headers: { Accept: "application/json", "X-CSRFToken": csrf() } }).catch(() => new Response("{}", { status: 503 }));
}

function shown(card, column, body) {
  card.dataset.version = body.version;
  board().dataset.mark = body.mark;
  for (const [stage, html] of Object.entries(body.heads)) $(`[data-stage="${stage}"] [data-head]`).innerHTML = html;
  say("dropped", card, column);
}

/* ---------------------------------------------------------------- by mouse and finger */
function startDragging() {
  if (typeof Sortable === "undefined" || board().dataset.mayMove === undefined) return;
  for (const list of $$("[data-cards]", board())) {
    let place = null;
    Sortable.create(list, {
      group: "board", draggable: "[data-card]", filter: "a", preventOnFilter: false, animation: 120, ghostClass: "sort-ghost",
      delay: 150, delayOnTouchOnly: true, touchStartThreshold: 5, sort: false,
      onStart: ({ item }) => { busy += 1; place = { column: columnOf(item), before: item.nextElementSibling }; },
      onEnd: ({ item, from }) => {
        busy -= 1;
        place.before = place.before?.parentElement === from ? place.before : null;
        store(item, place);
      },
    });
  }
}

/* ---------------------------------------------------------------- by keys */
let held = null; /* {card, place} of the card that is picked up */

function pickUp(card) {
  held = { card, place: { column: columnOf(card), before: card.nextElementSibling } };
  busy += 1;
  card.classList.add("board-held");
  $("[data-grip]", card).setAttribute("aria-pressed", "true");
  say("lifted", card, columnOf(card));
}

function letGo(keep) {
  const { card, place } = held;
  held = null;
  busy -= 1;
  card.classList.remove("board-held");
  $("[data-grip]", card).setAttribute("aria-pressed", "false");
  if (!keep || columnOf(card) === place.column) {
    putBack(card, place);
    say("back", card, place.column);
  } else store(card, place);
  $("[data-grip]", card).focus();
}

function carry(step) {
  const all = $$("[data-stage]", board());
  const next = all[all.indexOf(columnOf(held.card)) + step];
  if (!next) return;
  $("[data-cards]", next).prepend(held.card);
  next.scrollIntoView({ block: "nearest", inline: "nearest" });
  $("[data-grip]", held.card).focus();
  say("over", held.card, next);
}

document.addEventListener("keydown", (event) => {
  const grip = event.target.closest?.("[data-grip]");
  if (!grip) return;
  const card = grip.closest("[data-card]");
  if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    if (held) letGo(true); else pickUp(card);
  } else if (held && event.key === "Escape") letGo(false);
  else if (held && (event.key === "ArrowLeft" || event.key === "ArrowRight")) {
    event.preventDefault();
    carry(event.key === "ArrowLeft" ? -1 : 1);
  }
});
document.addEventListener("focusout", (event) => {
  if (held && event.target.closest?.("[data-card]") === held.card) {
    setTimeout(() => { if (held && !held.card.contains(document.activeElement)) letGo(false); }, 0);
  }
});

/* ---------------------------------------------------------------- what others do */
async function refresh() {
  const answer = await fetch(address(board().dataset.columnsUrl)).catch(() => null);
  if (!answer?.ok || busy) return;
  const places = new Map($$("[data-stage]").map((column) => [column.dataset.stage, $("[data-cards]", column).scrollTop]));
  const focused = document.activeElement?.closest?.("[data-card]")?.dataset.card;
  const left = board().scrollLeft;
  board().outerHTML = await answer.text();
  htmx.process(board());
  board().scrollLeft = left;
  for (const [stage, top] of places) { const list = $(`[data-stage="${stage}"] [data-cards]`); if (list) list.scrollTop = top; }
  if (focused) $(`[data-card="${focused}"] [data-grip]`)?.focus();
  startDragging();
}

async function look() {
  if (document.hidden || busy) return;
  const answer = await fetch(board().dataset.markUrl).catch(() => null);
  if (!answer?.ok) return;
  const { mark } = await answer.json();
  if (!busy && mark !== board().dataset.mark) await refresh();
}

document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id === "board" || event.target?.id === "board") startDragging();
});
document.addEventListener("visibilitychange", look);
setInterval(look, EVERY);
startDragging();
