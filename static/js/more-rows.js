/* <div data-more-rows> with rows of boxes, and a <button data-add-row hidden> behind it: adds an empty copy of the
   last row and goes there. Without this module there are three rows, and one more each time the page comes back. */

for (const rows of document.querySelectorAll("[data-more-rows]")) {
  const button = rows.parentElement.querySelector("button[data-add-row]");
  if (!button) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    const row = rows.lastElementChild.cloneNode(true);
    row.classList.remove("field--wrong");
    for (const box of row.querySelectorAll("input")) {
      box.value = "";
      box.removeAttribute("aria-invalid");
    }
    rows.append(row);
    row.querySelector("input").focus();
  });
}
