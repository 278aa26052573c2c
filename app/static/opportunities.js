// The opportunity form: a stage brings its probability, and shows what only a closed or lost one has.
const form = document.querySelector("[data-opportunity-form]");
if (form) {
  const stage = form.querySelector("[data-stage]"), probability = form.elements.probability;
  const show = () => {
    const { kind } = stage.selectedOptions[0].dataset;
    for (const part of form.querySelectorAll("[data-of-kind]")) part.hidden = !part.dataset.ofKind.split(" ").includes(kind);
  };
  stage.addEventListener("change", () => {
    probability.value = stage.selectedOptions[0].dataset.probability;
    show();
  });
  const budget = form.elements.budget_type, periods = form.elements.periods.closest(".field");
  const showPeriods = () => { periods.hidden = budget.value === "fixed"; };
  budget.addEventListener("change", showPeriods);
  show();
  showPeriods();
}
