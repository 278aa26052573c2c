/* Forms that keep what is typed until it is saved (GEN-05): in this browser, for the person who typed it. */

const offer = document.getElementById("draft-offer");
const me = `draft|${offer.dataset.user}|`;
const KEPT = 7 * 24 * 3600 * 1000; /* ms */
const LONGEST = 200_000; /* characters of one draft */
const SECRET = /^_once$|csrf|passw|secret|token/i;

const all = () => { try { return Object.keys(localStorage).filter((key) => key.startsWith("draft|")); } catch { return []; } };
const forget = (key) => { try { localStorage.removeItem(key); } catch { /* private window */ } };
const read = (key) => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } };

/* What somebody else has left in this browser, and what is old, is taken away; signing out takes all of it. */
for (const key of all()) if (!key.startsWith(me) || !((read(key)?.at ?? 0) > Date.now() - KEPT)) forget(key);
let signedOut = false;
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-sign-out]")) return;
  signedOut = true; /* what waits to be kept is not kept any more */
  all().forEach(forget);
});

/** What the form would send, without files and secrets. */
function typed(form) {
  const secret = new Set([...form.querySelectorAll('[type="password"], [data-secret]')].map((input) => input.name));
  return [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !SECRET.test(name) && !secret.has(name));
}
/** Sends what was kept to the form's own address, which shows it again and saves nothing. */
function restore(pairs) {
  const form = document.createElement("form");
  form.method = "post";
  const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
  for (const [name, value] of [...pairs, ["draft", "1"], ["csrf_token", token]]) {
    const input = document.createElement("textarea"); /* a hidden input would lose line ends */
    input.name = name;
    input.value = value;
    form.append(input);
  }
  form.hidden = true;
  document.body.append(form);
  form.submit();
}
function when(at) {
  const day = new Date(at);
  const clock = `${String(day.getHours()).padStart(2, "0")}:${String(day.getMinutes()).padStart(2, "0")}`;
  const days = `${String(day.getDate()).padStart(2, "0")}/${String(day.getMonth() + 1).padStart(2, "0")}`;
  return day.toDateString() === new Date().toDateString() ? clock : `${days} ${clock}`;
}
function show(form, key, draft) {
  const note = offer.content.firstElementChild.cloneNode(true);
  const words = note.querySelector("[data-draft-words]");
  words.textContent = words.textContent.replace("{time}", when(draft.at));
  note.querySelector("[data-draft-restore]").addEventListener("click", () => restore(draft.pairs));
  note.querySelector("[data-draft-discard]").addEventListener("click", () => { forget(key); note.remove(); form.querySelector("input:not([type=hidden]), select, textarea")?.focus(); });
  form.before(note);
}
for (const form of document.querySelectorAll("form[data-draft]")) {
  const place = `${me}${location.pathname}${location.search}|`;
  const key = `${place}${form.elements.version?.value ?? ""}`;
  const again = form.hasAttribute("data-changed"); /* it shows what was typed already: refused, or restored */
  const found = all().filter((one) => one.startsWith(place)).sort((a, b) => read(b).at - read(a).at)[0];
  if (found && !again) show(form, found, read(found));
  const first = JSON.stringify(typed(form));
  let timer = null;
  const keep = () => {
    clearTimeout(timer);
    timer = null;
    if (signedOut) return;
    const pairs = typed(form);
    const text = JSON.stringify({ at: Date.now(), pairs });
    if (!again && JSON.stringify(pairs) === first) { forget(key); return; }
    if (text.length <= LONGEST) try { localStorage.setItem(key, text); } catch { /* full, or a private window */ }
  };
  const soon = () => { clearTimeout(timer); timer = setTimeout(keep, 400); };
  for (const type of ["input", "change"]) form.addEventListener(type, soon);
  addEventListener("pagehide", () => { if (timer) keep(); });
  form.addEventListener("submit", () => { keep(); try { sessionStorage.setItem("draft-sent", place); } catch { /* private window */ } });
}
/* A form that was sent is saved when the next page says so. */
try {
  const sent = sessionStorage.getItem("draft-sent");
  sessionStorage.removeItem("draft-sent");
  if (sent && document.querySelector(".toast-success")) {
    all().filter((key) => key.startsWith(sent)).forEach(forget);
    document.querySelectorAll("[data-draft-note]").forEach((note) => note.remove());
  }
} catch { /* private window */ }
