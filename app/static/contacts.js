/* The company form: what was picked in a directory goes into its fields, as if it had been typed. */

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const LISTS = { email: ["emails", "work"], phone: ["phones", "work"], website: ["websites", "website"], linkedin: ["websites", "linkedin"], facebook: ["websites", "facebook"], x: ["websites", "x"] };
const PARTS = ["street", "city", "state", "country"];

function type(input, value) {
  if (!input) return;
  input.value = value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
}
/** The first row of a repeating field whose control named `part` is empty; a new one where none is. */
function emptyRow(list, part) {
  const box = $(`[data-repeat="${list}"]`);
  const free = () => $$("[data-repeat-row]", box).find((row) => !$(`[name$="-${part}"]`, row)?.value);
  if (!free()) $("[data-repeat-add]", box).click();
  return free();
}
function take(name, value) {
  if (!LISTS[name]) return type($(`#${name}`), value);
  const [list, kind] = LISTS[name];
  if ($$(`[data-repeat="${list}"] [name$="-value"]`).some((input) => input.value === value)) return;
  const row = emptyRow(list, "value");
  type($('[name$="-value"]', row), value);
  $('[name$="-kind"]', row).value = kind;
}
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-directory-take]");
  if (!button) return;
  const chosen = $$("[data-field]:checked", button.closest("[data-directory]")).map((box) => [box.dataset.field, box.dataset.value]);
  chosen.filter(([name]) => !PARTS.includes(name)).forEach(([name, value]) => take(name, value));
  const parts = chosen.filter(([name]) => PARTS.includes(name));
  const row = parts.length && emptyRow("addresses", "street");
  parts.forEach(([name, value]) => type($(`[name$="-${name}"]`, row), value));
  $("#directory").replaceChildren();
  $("#name").focus();
});
