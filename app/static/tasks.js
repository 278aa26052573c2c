/* Tasks: the shortcuts of a due day, and filters that are sent when something is chosen. */

const days = (count) => { const day = new Date(); day.setDate(day.getDate() + count); return `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, "0")}-${String(day.getDate()).padStart(2, "0")}`; };

for (const group of document.querySelectorAll("[data-due]")) {
  group.hidden = false; /* without script the day is typed */
  group.addEventListener("click", (event) => {
    const button = event.target.closest("[data-days]");
    const native = button?.form?.querySelector('[name="due"]');
    if (!native) return;
    native.value = days(Number(button.dataset.days));
    native.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
document.addEventListener("change", (event) => { if (event.target.matches("[data-submit]") && event.target.value) event.target.form.requestSubmit(); });
