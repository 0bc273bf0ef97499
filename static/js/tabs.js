/* <nav data-tabs>, the main menu too: where its line is longer than the screen, the tab of this page is pushed into sight. */

for (const tabs of document.querySelectorAll("[data-tabs]")) {
  const current = tabs.querySelector("[aria-current]");
  if (current === null) continue;
  const line = tabs.getBoundingClientRect();
  const tab = current.getBoundingClientRect();
  tabs.scrollLeft += tab.left + tab.width / 2 - (line.left + line.width / 2);
}
