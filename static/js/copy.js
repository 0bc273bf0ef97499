/* <button data-copy="#id" data-copied="Copied" hidden> copies the text of #id and says so in its own label.
   Over plain http in a local network there is no clipboard API: then the text is selected and the old command
   is tried; at the worst it stands there selected, ready for a long press. */

async function copy(source) {
  const text = "value" in source ? source.value : source.textContent;
  if (navigator.clipboard && window.isSecureContext) {
    await navigator.clipboard.writeText(text);
    return true;
  }
  if ("select" in source) source.select();
  else window.getSelection().selectAllChildren(source);
  return document.execCommand("copy");
}

function enable(root) {
  for (const button of root.querySelectorAll("button[data-copy]")) button.hidden = false;
}

enable(document);
// htmx brings new parts of a page.
document.addEventListener("htmx:load", (event) => enable(event.target));

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  const source = document.querySelector(button.dataset.copy);
  const word = button.querySelector("[data-word]") ?? button;
  const before = word.textContent;
  if (!(await copy(source).catch(() => false))) return;
  word.textContent = button.dataset.copied;
  button.setAttribute("aria-live", "polite");
  setTimeout(() => (word.textContent = before), 2500);
});
