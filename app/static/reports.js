/* The first and last day of a report are asked for with the period "From … to …" alone, and count with it alone. */

const period = document.querySelector('.report-filters [name="period"]');
const days = [...document.querySelectorAll("[data-days]")];

function show() {
  const wanted = period.value === "days";
  for (const box of days) {
    box.hidden = !wanted;
    box.querySelectorAll("input, button").forEach((one) => { one.disabled = !wanted; });
  }
}
period?.addEventListener("change", show);
if (period) show();
