/* Keeps the gate page on the phone. `SHELL` = {version, page, files} is put before this by gate/views/phone.py: every file
   that the page can ask for, found by following the page's own references. The API is no business of this worker. */

/* global SHELL */
const CACHE = `shouwang-gate ${SHELL.version}`;
const PAGE = new URL("./", self.location).href;

async function keepAll() {
  const cache = await caches.open(CACHE);
  const page = await fetch(PAGE, { cache: "no-store", credentials: "omit" });
  // While the server changes over, page and list may be of two versions: then another time.
  if (!page.ok || page.headers.get("X-Shell-Version") !== SHELL.version) throw new Error("another version");
  await cache.put(PAGE, page);
  await Promise.all(SHELL.files.map(async (url) => {
    // Hashed names are kept for ever by the browser too; the others are asked for again.
    const file = await fetch(url, { cache: "no-cache", credentials: "omit" });
    if (!file.ok) throw new Error(`${file.status} ${url}`);
    await cache.put(url, file);
  }));
}

async function forgetOthers() {
  for (const name of await caches.keys()) {
    if (name.startsWith("shouwang-gate ") && name !== CACHE) await caches.delete(name);
  }
}

/* The page from here first: at once, and of one version with its files. A new version comes by a new worker. */
async function kept(request) {
  const cache = await caches.open(CACHE);
  const key = request.mode === "navigate" ? PAGE : request;
  return (await cache.match(key, { ignoreSearch: request.mode === "navigate", ignoreVary: true })) ?? fetch(request);
}

self.addEventListener("install", (event) => event.waitUntil(keepAll()));
self.addEventListener("activate", (event) => event.waitUntil(forgetOthers()));
self.addEventListener("message", ({ data }) => {
  if (data === "take over") self.skipWaiting();
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const url = new URL(request.url);
  const isPage = request.mode === "navigate" && url.origin + url.pathname === PAGE;
  if (isPage || (url.origin === self.location.origin && SHELL.files.includes(url.pathname))) event.respondWith(kept(request));
});
