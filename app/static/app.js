/* What pages do beyond plain HTML. Each part looks for its data- attribute; without script forms and links still work. */

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const on = (type, selector, act) =>
  document.addEventListener(type, (event) => {
    const target = event.target.closest?.(selector);
    if (target) act(event, target);
  });
const store = { get: (k) => { try { return localStorage.getItem(k); } catch { return null; } }, set: (k, v) => { try { localStorage.setItem(k, v); } catch { /* private window */ } } };
const root = document.documentElement;
const csrf = () => $('meta[name="csrf-token"]')?.content ?? "";

/* ---------------------------------------------------------------- theme */
const dark = matchMedia("(prefers-color-scheme: dark)");
function paintTheme(theme) {
  root.dataset.theme = theme;
  root.dataset.bsTheme = theme === "system" ? (dark.matches ? "dark" : "light") : theme;
  $$("[data-set-theme]").forEach((b) => b.setAttribute("aria-checked", String(b.dataset.setTheme === theme)));
}
on("click", "[data-set-theme]", (_e, button) => { store.set("theme", button.dataset.setTheme); paintTheme(button.dataset.setTheme); });
dark.addEventListener("change", () => paintTheme(root.dataset.theme || "system"));
paintTheme(root.dataset.theme || "system");

/* ---------------------------------------------------------------- left panel: folded on wide screens, a drawer on narrow ones */
function drawer(open) {
  document.body.classList.toggle("nav-shown", open);
  $("[data-nav-open]")?.setAttribute("aria-expanded", String(open));
  (open ? $(".sidebar a") : $("[data-nav-open]"))?.focus();
}
on("click", "[data-nav-open]", () => drawer(true));
on("click", "[data-nav-close]", () => drawer(false));
on("click", "[data-nav-fold]", () => {
  const folded = root.dataset.nav === "folded" ? "" : "folded";
  if (folded) root.dataset.nav = folded; else delete root.dataset.nav;
  store.set("nav", folded);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && document.body.classList.contains("nav-shown")) drawer(false);
});

/* ---------------------------------------------------------------- menus: native popovers, placed by their button */
function place(menu, button) {
  if (menu.classList.contains("menu-sheet") && innerWidth <= 640) return;
  const b = button.getBoundingClientRect();
  const m = menu.getBoundingClientRect();
  const left = menu.classList.contains("menu-end") ? b.right - m.width : b.left;
  const below = b.bottom + 4 + m.height <= innerHeight || b.top < m.height;
  menu.style.left = `${Math.max(8, Math.min(left, innerWidth - m.width - 8))}px`;
  menu.style.top = `${below ? Math.min(b.bottom + 4, innerHeight - m.height - 8) : b.top - m.height - 4}px`;
}
/* A list has one menu for all its rows: it is filled for the row whose button was pressed. */
let opener = null;
const blanks = new WeakMap();
const escaped = (text) => { const p = document.createElement("p"); p.textContent = text; return p.innerHTML.replaceAll('"', "&quot;"); };
function fillRowMenu(menu, button) {
  if (!blanks.has(menu)) blanks.set(menu, $("template", menu).innerHTML);
  menu.innerHTML = blanks.get(menu).replaceAll("__pk__", () => encodeURIComponent(button.dataset.row)).replaceAll("__name__", () => escaped(button.dataset.name));
  for (const verb of (button.dataset.without ?? "").split(" ")) if (verb) $(`[data-verb="${verb}"]`, menu)?.remove();
}
on("click", "[popovertarget]", (_e, button) => {
  const menu = document.getElementById(button.getAttribute("popovertarget"));
  if (!menu) return;
  if (opener !== button && menu.matches(":popover-open")) menu.hidePopover();
  if (button.dataset.row && !menu.matches(":popover-open")) fillRowMenu(menu, button);
  opener = button;
});
const menuButton = (menu) => (opener?.getAttribute("popovertarget") === menu.id ? opener : $(`[popovertarget="${CSS.escape(menu.id)}"]`));
document.addEventListener("toggle", (event) => {
  const menu = event.target;
  if (!menu.matches?.("[popover]")) return;
  const button = menuButton(menu);
  const open = event.newState === "open";
  $$(`[popovertarget="${CSS.escape(menu.id)}"][aria-expanded="true"]`).forEach((b) => b.setAttribute("aria-expanded", "false"));
  if (!open || !button) return;
  button.setAttribute("aria-expanded", "true");
  place(menu, button);
  $(".menu-item, summary, input, button", menu)?.focus();
}, true);
document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.('[popover][role="menu"]');
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!menu || !step) return;
  event.preventDefault();
  const items = $$(".menu-item", menu);
  items[(items.indexOf(document.activeElement) + step + items.length) % items.length]?.focus();
});
const closeMenus = () => $$("[popover]:popover-open").forEach((menu) => menu.hidePopover());
addEventListener("scroll", (event) => { if (!event.target.closest?.("[popover]")) closeMenus(); }, { capture: true, passive: true });

/* ---------------------------------------------------------------- questions before what can't be undone */
/** Opens a dialog of the page; resolves to true when its "yes" was pressed. */
function ask(id, text, danger = false) {
  const dialog = document.getElementById(id);
  const words = $("[data-confirm-text]", dialog);
  if (words && text) words.textContent = text;
  const yes = $("[data-confirm-yes]", dialog);
  if (yes) {
    yes.textContent = danger ? yes.dataset.dangerWords : yes.dataset.words;
    yes.className = `btn ${danger ? "btn-danger" : "btn-primary"}`;
  }
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((done) => dialog.addEventListener("close", () => done(dialog.returnValue === "yes"), { once: true }));
}
const asked = new WeakSet();
document.addEventListener("submit", async (event) => {
  const button = event.submitter;
  const question = button?.dataset.confirm ?? event.target.dataset.confirm;
  if (!question || asked.has(event.target)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  closeMenus();
  if (!(await ask("confirm", question, button?.hasAttribute("data-danger")))) return;
  asked.add(event.target);
  event.target.requestSubmit(button);
  asked.delete(event.target);
}, true);
/* Pressing twice does not send twice. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
  event.submitter?.classList.add("loading");
});
addEventListener("pageshow", () => { $$("form[data-sent]").forEach((f) => delete f.dataset.sent); $$(".btn.loading").forEach((b) => b.classList.remove("loading")); });

/* ---------------------------------------------------------------- toasts */
/** Shows a message; kind is info, success, warning or danger. */
function toast(text, kind = "info") {
  const item = $("#toast-template").content.firstElementChild.cloneNode(true);
  item.classList.add(`toast-${kind}`);
  if (kind === "danger" || kind === "warning") item.setAttribute("role", "alert");
  $("p", item).textContent = text;
  $("#toasts").append(item);
  fade(item);
}
function fade(item) {
  if (item.getAttribute("role") === "alert") return;
  let timer = setTimeout(() => item.remove(), 8000);
  item.addEventListener("pointerenter", () => clearTimeout(timer));
  item.addEventListener("focusin", () => clearTimeout(timer));
  item.addEventListener("pointerleave", () => { timer = setTimeout(() => item.remove(), 4000); });
}
$$("[data-toast]").forEach(fade);
on("click", "[data-toast-close]", (_e, button) => button.closest("[data-toast]").remove());
document.body.addEventListener("toast", (event) => toast(event.detail.text, event.detail.kind)); /* HX-Trigger: {"toast": {…}} */
document.body.addEventListener("htmx:configRequest", (event) => { event.detail.headers["X-CSRFToken"] = csrf(); });
document.body.addEventListener("htmx:afterRequest", (event) => { /* a form that stays may be sent again, and then means it */
  for (const mark of $$("[name=_once]", event.detail.elt)) if (event.detail.successful) mark.value = [...crypto.getRandomValues(new Uint32Array(3))].join("-");
});

/* ---------------------------------------------------------------- lists */
function countChosen(list) {
  const boxes = $$("[data-check]", list);
  const chosen = boxes.filter((b) => b.checked);
  boxes.forEach((b) => b.closest("tr").classList.toggle("chosen", b.checked));
  const all = $("[data-check-all]", list);
  if (all) { all.checked = chosen.length > 0 && chosen.length === boxes.length; all.indeterminate = chosen.length > 0 && chosen.length < boxes.length; }
  const bar = $("[data-bulk]", list);
  if (!bar) return;
  bar.hidden = !chosen.length;
  $("[data-bulk-count]", bar).textContent = chosen.length;
  chooseEverything(bar, false);
  const whole = $("[data-bulk-all]", bar);
  if (whole) whole.hidden = chosen.length < boxes.length || !$('[rel="next"], [rel="prev"]', list);
}
/* "All 12,345 that match" are meant instead of the rows of this page; what they are asked, is asked on a page. */
function chooseEverything(bar, all) {
  const meant = $("[data-everything]", bar);
  if (!meant) return;
  meant.disabled = !all;
  const button = $("[data-bulk-all]", bar);
  if (all) { $("[data-bulk-count]", bar).textContent = button.dataset.bulkAll; button.hidden = true; }
  const [from, to] = all ? ["confirm", "confirmFew"] : ["confirmFew", "confirm"];
  $$("button", bar).filter((b) => b.dataset[from]).forEach((b) => { b.dataset[to] = b.dataset[from]; delete b.dataset[from]; });
}
on("click", "[data-bulk-all]", (_e, button) => chooseEverything(button.closest("[data-bulk]"), true));
let lastBox = null;
on("click", "[data-check]", (event, box) => {
  const list = box.closest("[data-list]");
  const boxes = $$("[data-check]", list);
  if (event.shiftKey && lastBox && boxes.includes(lastBox)) {
    const [a, b] = [boxes.indexOf(lastBox), boxes.indexOf(box)].sort((x, y) => x - y);
    boxes.slice(a, b + 1).forEach((one) => { one.checked = box.checked; });
  }
  lastBox = box;
  countChosen(list);
});
on("change", "[data-check-all]", (_e, all) => { const list = all.closest("[data-list]"); $$("[data-check]", list).forEach((b) => { b.checked = all.checked; }); countChosen(list); });
on("click", "[data-bulk-clear]", (_e, button) => { const list = button.closest("[data-list]"); $$("[data-check]", list).forEach((b) => { b.checked = false; }); countChosen(list); });
addEventListener("pageshow", () => $$("[data-list]").forEach(countChosen));
on("click", ".cell-check", (event, cell) => { if (event.target === cell) $("input", cell)?.click(); });
/* FAB's filters are named by the number of their condition. */
function nameFilter(form) {
  const value = $("[data-filter-value]", form);
  const input = value.matches("select") ? value : $("input, select, textarea", value);
  if (input) input.name = `_flt_${$("[data-filter-op]", form).value}_${form.dataset.filter}`;
}
on("change", "[data-filter-op]", (_e, op) => nameFilter(op.form));

/* ---------------------------------------------------------------- tabs */
function showTab(tab, focus = false) {
  for (const other of $$('[role="tab"]', tab.parentElement)) {
    const chosen = other === tab;
    other.setAttribute("aria-selected", String(chosen));
    other.tabIndex = chosen ? 0 : -1;
    document.getElementById(other.getAttribute("aria-controls")).hidden = !chosen;
  }
  if (focus) tab.focus();
  history.replaceState(null, "", `#${tab.getAttribute("aria-controls")}`);
}
on("click", '[data-tabs] [role="tab"]', (_e, tab) => showTab(tab));
on("keydown", '[data-tabs] [role="tab"]', (event, tab) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const tabs = $$('[role="tab"]', tab.parentElement);
  showTab(tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length], true);
});
if (location.hash.startsWith("#tab-")) { const tab = $(`[role="tab"][aria-controls="${CSS.escape(location.hash.slice(1))}"]`); if (tab) showTab(tab); }

/* ---------------------------------------------------------------- choosing: tom-select over <select> */
function remote(select) {
  const url = (typed) => `${select.dataset.lookup}?q=${encodeURIComponent(typed)}`;
  return {
    valueField: "value", labelField: "text", searchField: [], preload: "focus", maxOptions: 50, loadThrottle: 200,
    shouldLoad: () => true,
    load(typed, done) {
      this.clearOptions((o) => this.items.includes(String(o.value)));
      fetch(url(typed), { headers: { Accept: "application/json" } }).then((r) => r.json()).then(done).catch(() => done());
    },
    render: { option: (o, escape) => `<div>${escape(o.text)}${o.sub ? `<small>${escape(o.sub)}</small>` : ""}</div>` },
    ...(select.dataset.create ? { create: (typed, done) => createChoice(select.dataset.create, typed, done), createFilter: (typed) => typed.trim().length > 0 } : {}),
  };
}
/** POSTs the typed words; the answer is the new choice {"value", "text"}, or {"message"} when it is refused. */
async function createChoice(url, typed, done) {
  const answer = await fetch(url, { method: "POST", headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrf() }, body: JSON.stringify({ text: typed }) });
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) toast(body.message ?? answer.statusText, "danger");
  done(answer.ok ? body : undefined);
}
function dress(select) {
  if (select.tomselect || typeof TomSelect === "undefined" || select.closest("template")) return;
  const many = select.multiple;
  const few = !many && !select.dataset.lookup && select.options.length < 12;
  if (few && !select.dataset.create) return; /* a short list is best as the platform draws it */
  const label = select.labels?.[0]?.textContent?.trim() ?? select.getAttribute("aria-label");
  const box = new TomSelect(select, {
    plugins: many ? { remove_button: { title: "×" } } : {}, maxOptions: 300, hidePlaceholder: true, allowEmptyOption: !select.dataset.lookup && !many, copyClassesToDropdown: false,
    ...(select.dataset.lookup ? remote(select) : { create: "tags" in select.dataset }),
  });
  if (label) { select.setAttribute("aria-label", label); box.control_input.setAttribute("aria-label", label); box.dropdown_content.setAttribute("aria-label", label); }
  for (const name of ["aria-describedby", "aria-invalid"]) if (select.hasAttribute(name)) box.control_input.setAttribute(name, select.getAttribute(name));
  $$(".remove", box.control).forEach((a) => a.setAttribute("aria-hidden", "true"));
}
function dressAll(part) {
  $$("select[data-select], select[data-lookup], select[data-tags]", part).forEach(dress);
  $$("[data-date]", part).forEach(dateBox);
}

/* ---------------------------------------------------------------- forms */
/* A day is typed as dd/mm/yyyy or picked; the native control behind holds what is sent. */
function readDay(typed) {
  const [, d, m, y] = typed.trim().match(/^(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})$/) ?? [];
  const day = y && new Date(Date.UTC(+y, m - 1, +d));
  return day && day.getUTCDate() === +d && day.getUTCMonth() === m - 1 ? day.toISOString().slice(0, 10) : "";
}
const writeDay = (iso) => iso.split("-").reverse().join("/");
function dateBox(box) {
  const [native, typed, button] = box.children;
  if (box.classList.contains("ready")) return;
  box.classList.add("ready");
  for (const { name, value } of [...native.attributes]) if (name === "id" || name.startsWith("aria-")) { typed.setAttribute(name, value); native.removeAttribute(name); }
  typed.hidden = button.hidden = false;
  native.tabIndex = -1;
  native.setAttribute("aria-hidden", "true");
  typed.value = writeDay(native.value);
  typed.addEventListener("input", () => { native.value = readDay(typed.value); typed.setCustomValidity(""); });
  typed.addEventListener("change", () => { if (native.value) typed.value = writeDay(native.value); });
  native.addEventListener("change", () => { typed.value = writeDay(native.value); });
  button.addEventListener("click", () => native.showPicker());
  native.form?.addEventListener("submit", (event) => {
    if (!typed.value.trim() || native.value) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    typed.setCustomValidity(typed.dataset.bad);
    typed.reportValidity();
  }, true);
}
/* Repeating rows: emails, phones, addresses. */
on("click", "[data-repeat-add]", (_e, button) => {
  const part = button.closest("[data-repeat]");
  const number = Math.max(-1, ...$$("[name]", part).map((i) => Number(i.name.match(/-(\d+)(-|$)/)?.[1] ?? -1))) + 1;
  const row = $("[data-repeat-template]", part).content.firstElementChild.cloneNode(true);
  for (const one of [row, ...$$("*", row)])
    for (const { name, value } of [...one.attributes]) if (value.includes("__n__")) one.setAttribute(name, value.replaceAll("__n__", number));
  $("[data-repeat-rows]", part).append(row);
  dressAll(row);
  $("input:not([type=radio]), textarea, select", row)?.focus();
});
on("click", "[data-repeat-remove]", (_e, button) => {
  const part = button.closest("[data-repeat]");
  const form = button.closest("form");
  button.closest("[data-repeat-row]").remove();
  const radios = $$('input[type="radio"]', part);
  if (radios.length && !radios.some((r) => r.checked)) radios[0].checked = true;
  form?.dispatchEvent(new Event("change"));
  $("[data-repeat-add]", part).focus();
});
dressAll(document);
document.body.addEventListener("htmx:load", (event) => dressAll(event.detail.elt));
/* Leaving a changed form asks first. */
const changed = new Set();
const note = (event) => { const form = event.target.closest?.("form[data-form]"); if (form && event.isTrusted !== false) changed.add(form); };
document.addEventListener("input", note);
document.addEventListener("change", note);
$$("form[data-form][data-changed]").forEach((form) => changed.add(form)); /* it shows what was typed before */
document.addEventListener("submit", (event) => { if (!event.defaultPrevented) changed.delete(event.target); });
addEventListener("beforeunload", (event) => { if ([...changed].some((f) => f.isConnected)) event.preventDefault(); });
document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || link.target || link.getAttribute("href").startsWith("#")) return;
  if (![...changed].some((f) => f.isConnected)) return;
  event.preventDefault();
  if (await ask("leave")) { changed.clear(); location.href = link.href; }
});
$("[data-error-summary]")?.focus();
on("click", "[data-error-summary] a", (event, link) => {
  const field = document.getElementById(link.hash.slice(1));
  if (!field) return;
  event.preventDefault();
  field.closest(".field")?.scrollIntoView({ block: "center" });
  (field.tomselect ?? field).focus();
});
on("click", "[data-reveal]", (_e, button) => {
  const input = document.getElementById(button.dataset.reveal);
  const shown = input.type === "password";
  input.type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", String(shown));
});
on("click", "[data-copy]", async (_e, button) => {
  await navigator.clipboard?.writeText(button.dataset.copy);
  button.classList.add("copied");
  toast(button.dataset.copy, "success");
});
/* A file dropped on its field; the chosen name is shown in it. */
for (const type of ["dragover", "dragleave", "drop"]) on(type, ".drop", (event, area) => {
  event.preventDefault();
  area.classList.toggle("over", type === "dragover");
  const input = $('input[type="file"]', area);
  if (type === "drop" && event.dataTransfer.files.length) { input.files = event.dataTransfer.files; input.dispatchEvent(new Event("change", { bubbles: true })); }
});
on("change", '.drop input[type="file"]', (_e, input) => { const words = $("strong", input.closest(".drop")); if (words && input.files[0]) words.textContent = input.files[0].name; });
