/* <table data-week> of <select data-cycle>: each select becomes one button that a thumb taps through its choices, and
   each day's name a button that changes the whole row. Without this module the selects stand there and do the same. */

const SIGNS = { can: "✓", rather_not: "!", cannot: "✕", "": "" };

function show(button, select) {
  const option = select.selectedOptions[0];
  button.dataset.level = select.value || ("partly" in select.dataset ? "partly" : "");
  button.textContent = `${SIGNS[select.value] ?? ""} ${select.value || "partly" in select.dataset ? option.textContent : "—"}`.trim();
  button.setAttribute("aria-label", `${select.labels[0]?.textContent ?? ""}: ${option.textContent}`);
}

function next(select) {
  select.selectedIndex = (select.selectedIndex + 1) % select.options.length;
}

for (const table of document.querySelectorAll("[data-week]")) {
  const buttons = new Map();
  for (const select of table.querySelectorAll("select[data-cycle]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "week-cell";
    select.hidden = true;
    select.after(button);
    buttons.set(select, button);
    show(button, select);
    button.addEventListener("click", () => {
      next(select);
      show(button, select);
    });
  }
  for (const head of table.querySelectorAll("tbody th")) {
    const row = [...head.parentElement.querySelectorAll("select[data-cycle]")];
    const button = document.createElement("button");
    button.type = "button";
    button.className = "week-day";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      next(row[0]);
      for (const select of row) {
        select.selectedIndex = row[0].selectedIndex;
        show(buttons.get(select), select);
      }
    });
  }
  for (const hint of document.querySelectorAll("[data-week-hint]")) hint.hidden = false;
}
