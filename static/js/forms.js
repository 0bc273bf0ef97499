/* Three small things about forms and buttons.
   <form data-once>                 a second press while the first is on its way sends nothing
   <select data-submit-on-change>   sends its form when changed (the form keeps a button in <noscript>)
   <button data-print hidden>       prints the page; shown only when this module is there */

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !("once" in form.dataset)) return;
  if (form.dataset.once === "sent") {
    event.preventDefault();
    return;
  }
  form.dataset.once = "sent";
  for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
});

// Back in the history brings the page as it was left: it must be possible to send again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll('form[data-once="sent"]')) {
    form.dataset.once = "";
    for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-disabled");
  }
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
});

for (const button of document.querySelectorAll("button[data-print]")) button.hidden = false;

document.addEventListener("click", (event) => {
  if (event.target.closest("button[data-print]")) window.print();
});
