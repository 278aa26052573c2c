/* The bell asks for its number once a minute, while somebody can see the page. */
const EVERY = 60_000;
let asked = Date.now();
function look() {
  const count = document.getElementById("notices-count");
  if (!count || document.hidden || Date.now() - asked < EVERY - 1000) return;
  asked = Date.now();
  htmx.trigger(count, "look");
}
setInterval(look, EVERY);
document.addEventListener("visibilitychange", look);
