/* The editor of invoices: lines, amounts from the server's answer, items and taxes made in place. */

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const csrf = () => $('meta[name="csrf-token"]')?.content ?? "";
const on = (type, selector, act) => document.addEventListener(type, (event) => { const target = event.target.closest?.(selector); if (target) act(event, target); });
const form = $("[data-invoice]");
const list = $("[data-lines]");
const headers = { Accept: "application/json", "X-CSRFToken": csrf() };

/* ---------------------------------------------------------------- amounts: the server's rule, asked while one types */
let asked = 0;
let timer = null;
async function count() {
  const mine = ++asked;
  const answer = await fetch(form.dataset.invoice, { method: "POST", body: new FormData(form), headers }).catch(() => null);
  const body = await answer?.json().catch(() => null);
  if (mine !== asked || !body) return;
  const why = $("[data-sum-errors]");
  why.hidden = answer.ok;
  why.textContent = answer.ok ? "" : (body.errors ?? []).join(" ");
  if (!answer.ok) return;
  $$("[data-net]", list).forEach((net, n) => { net.value = body.nets[n] ?? ""; });
  for (const sum of $$("[data-sum]")) sum.textContent = body[sum.dataset.sum];
  $("[data-sum-taxes]").replaceChildren(...body.taxes.flatMap(([name, amount]) => {
    const [dt, dd] = ["dt", "dd"].map((tag) => document.createElement(tag));
    dt.textContent = name;
    dd.textContent = amount;
    dd.className = "num";
    return [dt, dd];
  }));
}
const soon = () => { clearTimeout(timer); timer = setTimeout(count, 250); };
form.addEventListener("input", soon);
form.addEventListener("change", soon);

/* ---------------------------------------------------------------- lines: add, move, remove; names follow the order */
let current = null;
list.addEventListener("focusin", (event) => { current = event.target.closest("[data-line]") ?? current; });
function renumber() {
  $$("[data-line]", list).forEach((line, n) => $$("[name^='lines-']", line).forEach((input) => { input.name = input.name.replace(/^lines-\w+-/, `lines-${n}-`); }));
  soon();
}
let made = 0;
function add(focus = true) {
  const line = $("[data-line-template]").content.firstElementChild.cloneNode(true);
  const mark = `new${++made}`;
  for (const one of $$("*", line)) for (const { name, value } of [...one.attributes]) if (value.includes("__n__")) one.setAttribute(name, value.replaceAll("__n__", mark));
  list.append(line);
  renumber();
  document.body.dispatchEvent(new CustomEvent("htmx:load", { detail: { elt: line } })); /* dresses its look-up */
  current = line;
  if (focus) (itemOf(line).tomselect ?? itemOf(line)).focus();
  return line;
}
const itemOf = (line) => $("[data-item]", line);
on("click", "[data-line-add]", () => add());
on("click", "[data-line-remove]", (_e, button) => {
  const line = button.closest("[data-line]");
  const next = line.nextElementSibling ?? line.previousElementSibling;
  line.remove();
  if (current === line) current = null;
  renumber();
  (next ? $("[data-line-remove]", next) : $("[data-line-add]")).focus();
});
on("click", "[data-line-move]", (_e, button) => {
  const line = button.closest("[data-line]");
  const other = button.dataset.lineMove === "up" ? line.previousElementSibling : line.nextElementSibling;
  if (!other) return;
  other[button.dataset.lineMove === "up" ? "before" : "after"](line);
  button.focus();
  renumber();
});
if (typeof Sortable !== "undefined") Sortable.create(list, { handle: "[data-grip]", draggable: "[data-line]", animation: 120, onEnd: renumber });
/* Enter goes on to the next line, and makes one after the last; it never sends the form from within a line. */
list.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("input.form-control")) return;
  event.preventDefault();
  const next = event.target.closest("[data-line]").nextElementSibling;
  if (next) (itemOf(next).tomselect ?? itemOf(next)).focus(); else add();
});

/* ---------------------------------------------------------------- an item brings its name, price and taxes */
function fill(line, item) {
  const put = (part, value) => { const input = $(`[name$='-${part}']`, line); if (input) input.value = value; };
  put("name", item.text);
  put("description", item.description ?? "");
  put("price", item.price ?? "");
  put("tax1", item.taxes?.[0] ?? 0);
  put("tax2", item.taxes?.[1] ?? 0);
  soon();
}
list.addEventListener("change", (event) => {
  const select = event.target;
  if (!select.matches("[data-item]")) return;
  const item = select.tomselect?.options[select.value];
  if (item?.price !== undefined) fill(select.closest("[data-line]"), item);
});

/* ---------------------------------------------------------------- addresses of those who are chosen */
for (const place of $$("[data-address-of]")) {
  const chooser = document.getElementById(place.dataset.addressOf);
  chooser?.addEventListener("change", async () => {
    const kind = place.id === "delivery" ? "?kind=postal" : "";
    const url = form.dataset.address.replace("__pk__", encodeURIComponent(chooser.value)) + kind;
    const found = chooser.value ? await fetch(url, { headers }).then((r) => (r.ok ? r.json() : {})).catch(() => ({})) : {};
    for (const input of $$("input", place)) input.value = found[input.name.split("-")[1]] ?? "";
  });
}
const due = document.getElementById("due");
const otherDay = () => { $("[data-other-day]").hidden = due.value !== ""; };
due.addEventListener("change", otherDay);
otherDay();
on("click", "[data-fill]", (_e, button) => { const field = document.getElementById(button.dataset.fill); field.value = button.dataset.text; field.focus(); });

/* ---------------------------------------------------------------- a new item or tax, without leaving the form */
on("click", "[data-open]", (_e, button) => {
  const box = document.getElementById(button.dataset.open);
  $("form", box).reset();
  $("[data-new-error]", box).hidden = true;
  box.showModal();
});
on("click", "[data-close]", (_e, button) => button.closest("dialog").close());
function freeLine() {
  const line = current?.isConnected ? current : list.lastElementChild;
  return line && !itemOf(line).value && !$("[name$='-name']", line).value ? line : add(false);
}
function took(kind, choice) {
  if (kind === "item") {
    const line = freeLine();
    const select = itemOf(line);
    if (select.tomselect) { select.tomselect.addOption(choice); select.tomselect.addItem(String(choice.value)); } else select.add(new Option(choice.text, choice.value, true, true));
    fill(line, choice);
    $("[name$='-quantity']", line).focus();
    return;
  }
  for (const select of [...$$("select[data-tax]"), ...$$("select[data-tax]", $("[data-line-template]").content)]) select.add(new Option(choice.text, choice.value));
  const line = current?.isConnected ? current : list.lastElementChild;
  const free = line && $$("select[data-tax]", line).find((s) => s.value === "0");
  if (free) { free.value = choice.value; free.focus(); }
  soon();
}
for (const box of $$("[data-make]")) box.addEventListener("submit", async (event) => {
  event.preventDefault(); /* on the form itself: before app.js marks it as sent */
  const answer = await fetch(box.dataset.make, { method: "POST", headers: { ...headers, "Content-Type": "application/json" }, body: JSON.stringify(Object.fromEntries(new FormData(box))) }).catch(() => null);
  const body = await answer?.json().catch(() => null);
  const why = $("[data-new-error]", box);
  why.hidden = Boolean(answer?.ok);
  why.textContent = body?.message ?? answer?.statusText ?? "";
  if (!answer?.ok) return;
  box.closest("dialog").close();
  took(box.dataset.made, body);
});
count();
