/* The week board, and the page of who is on now.

   <a data-panel-link href>            opens its page in a panel at the side; without this module it leads to the page
   [data-refresh="30"]                 asks its own address for its content every 30 seconds (header X-Part)
   [data-refresh-lost]                 shown while that does not work

   The panel is a modal <dialog>: Escape closes it, the focus stays inside and goes back to the shift. Its forms are
   sent by fetch with X-Panel: 204 means done, then board and panel are fetched anew; anything else is the panel with
   what was typed and the reason. */

const PANEL = { headers: { "X-Panel": "1" }, credentials: "same-origin" };

const panel = document.createElement("dialog");
let body;
let opened = null;

function build() {
  panel.className = "panel";
  panel.setAttribute("aria-labelledby", "panel-title");
  const close = document.createElement("form");
  close.method = "dialog";
  close.className = "panel-close";
  const button = document.createElement("button");
  button.className = "button";
  button.textContent = "✕";
  button.setAttribute("aria-label", document.querySelector("[data-board]").dataset.closeLabel);
  close.append(button);
  body = document.createElement("div");
  body.className = "panel-body";
  panel.append(close, body);
  document.body.append(panel);
  panel.addEventListener("click", (event) => {
    if (event.target === panel) panel.close();
  });
  panel.addEventListener("close", () => {
    const link = opened && document.getElementById(opened.id);
    opened = null;
    body.replaceChildren();
    if (link) link.focus();
  });
  panel.addEventListener("submit", send);
}

function parsed(text) {
  return new DOMParser().parseFromString(text, "text/html");
}

// Whoever was logged out in the meantime is sent to the login: then the page itself must go there.
async function fetched(url, options) {
  const response = await fetch(url, options);
  if (response.redirected || response.status === 403 || response.status === 404) {
    location.reload();
    return null;
  }
  return response;
}

async function show(url, above = []) {
  const response = await fetched(url, PANEL);
  if (!response) return;
  body.replaceChildren(...above, ...parsed(await response.text()).body.childNodes);
}

async function open(link) {
  opened = { id: link.id, url: link.href };
  try {
    await show(link.href);
  } catch {
    location.assign(link.href);
    return;
  }
  panel.showModal();
  panel.scrollTop = 0;
}

// The board as it is now, and what it has to say about what was done.
async function again() {
  const response = await fetched(location.href.split("#")[0], { credentials: "same-origin" });
  if (!response) return [];
  const page = parsed(await response.text());
  const said = page.querySelector("main > .messages");
  if (said) said.remove();
  document.querySelector("main").replaceChildren(...page.querySelector("main").childNodes);
  for (const button of document.querySelectorAll("button[data-print]")) button.hidden = false;
  return said ? [said] : [];
}

async function send(event) {
  const form = event.target;
  if (form.method !== "post") return;
  event.preventDefault();
  if (form.dataset.busy) return;
  form.dataset.busy = "1";
  const data = new FormData(form, event.submitter);
  try {
    const response = await fetched(form.action, { ...PANEL, method: "POST", body: data });
    if (!response) return;
    if (response.status === 204) {
      await show(opened.url, await again());
      panel.scrollTop = 0;
    } else {
      body.replaceChildren(...parsed(await response.text()).body.childNodes);
      const wrong = body.querySelector(".notice--no, .field--wrong");
      if (wrong) wrong.scrollIntoView({ block: "center" });
      const box = body.querySelector("[aria-invalid]");
      if (box) box.focus();
    }
  } catch {
    // No answer: the plain form says what the browser says.
    const { name, value } = event.submitter ?? {};
    if (name) form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    HTMLFormElement.prototype.submit.call(form);
  } finally {
    delete form.dataset.busy;
    delete form.dataset.once;
    for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-disabled");
  }
}

if (document.querySelector("[data-board]")) {
  build();
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-panel-link]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    open(link);
  });
}

for (const part of document.querySelectorAll("[data-refresh]")) {
  const lost = document.querySelector("[data-refresh-lost]");
  const refresh = async () => {
    if (document.hidden) return;
    try {
      const response = await fetch(location.href, { headers: { "X-Part": "1" }, credentials: "same-origin" });
      if (response.redirected) return location.reload();
      if (!response.ok) throw new Error(response.status);
      // Whoever stands on a link with the keyboard stays on it.
      const held = part.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
      part.replaceChildren(...parsed(await response.text()).body.childNodes);
      if (held) [...part.querySelectorAll("a")].find((link) => link.getAttribute("href") === held)?.focus();
      if (lost) lost.hidden = true;
    } catch {
      if (lost) lost.hidden = false;
    }
  };
  setInterval(refresh, Number(part.dataset.refresh) * 1000);
  document.addEventListener("visibilitychange", refresh);
}
