/* The form of an automation: of each act only what it asks for is shown. Without this script all of it stands there. */

const fit = (row) => {
  const asks = row.querySelector("[data-act-kind]").selectedOptions[0]?.dataset.asks?.split(" ") ?? [];
  for (const part of row.querySelectorAll("[data-ask]")) part.hidden = !asks.includes(part.dataset.ask);
};
const fitAll = () => document.querySelectorAll("[data-act]").forEach(fit);

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-act-kind]")) fit(event.target.closest("[data-act]"));
});
new MutationObserver((changes) => {
  if (changes.some((change) => [...change.addedNodes].some((node) => node.querySelector?.("[data-act]")))) fitAll();
}).observe(document.body, { childList: true, subtree: true });
fitAll();
