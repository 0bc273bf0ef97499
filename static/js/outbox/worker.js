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

const WORDS = {
  "zh-Hans": {
    title: "没有网络",
    text: "这一页没有存在手机里。没有网络时可以打开：",
    none: "这一页没有存在手机里，别的页面也没有。有网络时打开过一次的名单，没有网络时也能打开。",
    again: "再试一次",
  },
  en: {
    title: "No network",
    text: "This page is not kept on the phone. Without a network you can open:",
    none: "Neither this page nor another one is kept on the phone. A list that was opened once with a network opens without one.",
    again: "Try again",
  },
};
const HOUSE = /\/css\/(base|layout|components)(\.[0-9a-f]{12})?\.css$/;
const attribute = (text) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;");

/* Newest first: address, title as the server has escaped it and without the compound's and the program's names, markup. */
async function keptPages() {
  const found = [];
  for (const name of await caches.keys()) {
    if (!name.startsWith(PAGES)) continue;
    for (const { url } of await (await caches.open(name)).keys()) {
      const kept = await keptPage(url);
      if (!kept) continue;
      const at = Number(kept.headers.get("X-Kept-At"));
      const html = await kept.text();
      const title = (/<title>([^<]*)<\/title>/.exec(html)?.[1] ?? "").split("·").map((part) => part.trim());
      found.push({ url, at, html, title: title.slice(0, Math.max(1, title.length - 2)).join(" · ") });
    }
  }
  return found.filter(({ title }) => title).sort((one, other) => other.at - one.at);
}

/* Instead of the browser's own error: what can be opened all the same. It looks and speaks as the newest kept page does. */
async function withoutNetwork(url) {
  const kept = await keptPages();
  const html = /<html[^>]*>/.exec(kept[0]?.html)?.[0] ?? (navigator.language.startsWith("zh") ? '<html lang="zh-Hans">' : '<html lang="en">');
  const words = WORDS[/lang="([^"]*)"/.exec(html)?.[1]] ?? WORDS.en;
  const files = await (await caches.open(FILES)).keys();
  const sheets = files.filter((file) => HOUSE.test(new URL(file.url).pathname));
  const looks = kept[0]?.html.match(/<link rel="stylesheet"[^>]*>/g) ?? sheets.map((file) => `<link rel="stylesheet" href="${attribute(file.url)}">`);
  const rows = kept.map((one) => `<li class="row row--link"><div class="row-main"><p class="row-title">`
    + `<a class="cover" href="${attribute(one.url)}">${one.title}</a></p></div></li>`);
  const text = `<!doctype html>${html}<head><meta charset="utf-8"><title>${words.title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">${looks.join("")}</head>
<body><main id="main" class="page page--narrow"><header class="head"><div class="head-title"><div class="head-line"><h1>${words.title}</h1></div>
<p class="head-note">${rows.length ? words.text : words.none}</p></div></header>
${rows.length ? `<ul class="rows">${rows.join("")}</ul>` : ""}<p><a class="button" href="${attribute(url)}">${words.again}</a></p></main></body></html>`;
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
  if (!kept) return answer.catch(() => withoutNetwork(url));
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
