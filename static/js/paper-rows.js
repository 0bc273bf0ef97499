/* <form data-paper-rows> around <div data-more-rows> (more-rows.js): a sheet is typed in without a mouse. Enter goes to
   the first box of the next row, and makes one after the last; a time or a temperature is shown as it was understood
   when its box is left. Without this module Enter sends the form to be looked over, which loses nothing. */

const shown = {
  time: (text) => text.replace(/^([01]?\d|2[0-3])([0-5]\d)$/, (all, hour, minute) => `${hour.padStart(2, "0")}:${minute}`),
  temperature: (text) => text.replace(/^([34]\d)(\d)$/, "$1.$2"),
};

for (const form of document.querySelectorAll("form[data-paper-rows]")) {
  const rows = form.querySelector("[data-more-rows]");
  rows.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.ctrlKey || event.metaKey) return;
    const row = event.target.closest(".paper-row");
    if (!row) return;
    event.preventDefault();
    if (row.nextElementSibling) firstBox(row.nextElementSibling).focus();
    else form.querySelector("button[data-add-row]").click();
  });
  rows.addEventListener("focusout", (event) => {
    const show = shown[event.target.name];
    if (show) event.target.value = show(event.target.value.trim());
  });
  // more-rows.js goes to the new row's first input, which is the hidden one.
  new MutationObserver(() => firstBox(rows.lastElementChild).focus()).observe(rows, { childList: true });
  firstBox(rows.querySelector(".paper-row--wrong") ?? firstEmpty(rows)).focus();
}

function firstBox(row) {
  return row.querySelector("[aria-invalid]") ?? row.querySelector("input[name=time]");
}

function firstEmpty(rows) {
  const boxes = [...rows.querySelectorAll("input[name=time]")];
  return (boxes.find((box) => !box.value) ?? boxes[0]).closest(".paper-row");
}
