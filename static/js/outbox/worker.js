/* Keeps the pages with an outbox (components/outbox.html) that were opened once, and their files, so that they open without
   a network. The network comes first and has 3 s; a page is kept for whoever is named in it, until somebody else opens one or
   logs out (leave.js). Everything else below this worker's scope is none of its business and goes through. */

const PAGES = "shouwang-work pages ";
const FILES = "shouwang-work files";
const WAIT_MS = 3_000;
// Older than this a list of goods or doors only misleads.
const OLDEST_MS = 24 * 3600_000;
const MOST_FILES = 150;
const HASHED = /\.[0-9a-f]{12}\.\w+$/;
const MARK = /data-outbox\s[^>]*?data-user="([0-9a-f]+)"/;

// So often somebody has left (leave.js): what was asked for before that is not kept any more.
let left = 0;

/* → whether it is kept now. */
async function keepPage(url, response, since) {
  const text = await response.clone().text();
  const mark = MARK.exec(text)?.[1];
  if (!mark || since !== left) return false;
  const own = PAGES + mark;
  for (const name of await caches.keys()) {
    if (name.startsWith(PAGES) && name !== own) await caches.delete(name);
  }
  const headers = new Headers(response.headers);
  headers.set("X-Kept-At", String(Date.now()));
  await (await caches.open(own)).put(url, new Response(text, { status: 200, headers }));
  if (since === left) return true;
  await forgetPages();
  return false;
}

async function forgetPages() {
  for (const name of await caches.keys()) if (name.startsWith(PAGES)) await caches.delete(name);
}

async function keptPage(url) {
  for (const name of await caches.keys()) {
    if (!name.startsWith(PAGES)) continue;
    const found = await (await caches.open(name)).match(url, { ignoreVary: true });
    if (found && Date.now() - Number(found.headers.get("X-Kept-At")) < OLDEST_MS) return found;
  }
  return null;
}

/* Instead of the browser's own error: what can be opened all the same. Titles are as the server has escaped them; the worker knows
   nobody's language, so it says it in both. */
async function withoutNetwork() {
  const links = [];
  for (const name of await caches.keys()) {
    if (!name.startsWith(PAGES)) continue;
    const cache = await caches.open(name);
    for (const { url } of await cache.keys()) {
      const found = await keptPage(url);
      const title = found && /<title>([^<]*)<\/title>/.exec(await found.text())?.[1].trim();
      const href = url.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
      if (title) links.push(`<li><p><a href="${href}">${title}</a></p></li>`);
    }
  }
  const text = `<!doctype html><html lang="zh-Hans"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>没有网络 · No network</title><h1>没有网络 <span lang="en">No network</span></h1>
<p>这一页没有存在手机里。没有网络时可以打开：<br><span lang="en">This page is not kept on the phone. Without a network you can open:</span></p>
<ul>${links.join("") || "<li>—</li>"}</ul>`;
  return new Response(text, { status: 503, headers: { "Content-Type": "text/html; charset=utf-8" } });
}

const isPage = (response) => response.ok && !response.redirected && response.type === "basic"
  && (response.headers.get("Content-Type") ?? "").startsWith("text/html");

async function page(event) {
  const url = event.request.url.split("#")[0];
  const since = left;
  const kept = await keptPage(url);
  const answer = fetch(event.request);
  // Its own copy, taken before the browser reads the answer.
  event.waitUntil(answer.then((response) => (isPage(response) ? keepPage(url, response.clone(), since) : null)).catch(() => {}));
  if (!kept) return answer.catch(withoutNetwork);
  const late = new Promise((done) => setTimeout(() => done(kept), WAIT_MS));
  // A server in trouble is no better than none.
  return Promise.race([answer.then((response) => (response.status >= 500 ? kept : response)).catch(() => kept), late]);
}

async function file(request) {
  const cache = await caches.open(FILES);
  const url = request.url.split("#")[0];
  const kept = await cache.match(url, { ignoreVary: true });
  if (kept && HASHED.test(new URL(url).pathname)) return kept;
  try {
    const response = await fetch(request);
    if (response.ok && response.type === "basic") await keepFile(cache, url, response.clone());
    return response;
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}

async function keepFile(cache, url, response) {
  await cache.put(url, response);
  const keys = await cache.keys();
  for (const key of keys.slice(0, Math.max(0, keys.length - MOST_FILES))) await cache.delete(key);
}

/* The first visit loads before there is a worker. → whether the page opens without a network from now on: it and all its files. */
async function keepAll({ keep, files }) {
  const since = left;
  const response = await fetch(keep, { credentials: "same-origin", cache: "no-store" });
  let isWhole = isPage(response) && (await keepPage(keep, response, since));
  const cache = await caches.open(FILES);
  for (const url of files) {
    if (await cache.match(url, { ignoreVary: true })) continue;
    const found = await fetch(url).catch(() => null);
    if (found?.ok) await keepFile(cache, url, found);
    else isWhole = false;
  }
  return isWhole;
}

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => {
  if (event.data?.keep) event.waitUntil(keepAll(event.data).catch(() => false).then((isWhole) => event.ports[0]?.postMessage(isWhole)));
  if (event.data?.forget) {
    left += 1;
    event.waitUntil(forgetPages().catch(() => {}).then(() => event.ports[0]?.postMessage("forgotten")));
  }
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(event));
  else if (url.pathname.startsWith("/static/")) event.respondWith(file(request));
});
