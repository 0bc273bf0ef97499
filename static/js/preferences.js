/* Elder view and theme without loading the page again, so that a half-written text stays where it is.
   Found by: <form data-preference="view|theme">, whose buttons carry the value. The cookie is the one that
   compound/views/preferences.py sets when this module did not come through. */

const YEAR = 365 * 24 * 3600;

function remember(name, value) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${name}=${value}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
}

for (const form of document.querySelectorAll("form[data-preference]")) {
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button || !navigator.cookieEnabled) return;
    event.preventDefault();
    const name = form.dataset.preference;
    remember(name, button.value);
    document.documentElement.dataset[name] = button.value;
    if (button.dataset.other) {
      // One button that is on or off: the next press means the opposite.
      [button.value, button.dataset.other] = [button.dataset.other, button.value];
      button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
    } else {
      for (const each of form.querySelectorAll("button")) {
        each.setAttribute("aria-pressed", String(each === button));
      }
    }
  });
}
