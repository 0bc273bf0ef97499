/* Photos of acts: kept beside the outbox as bytes, sent one by one once their act is there. */

import { newId } from "./outbox.js";

const LONGEST = 1600;
const SEND_MS = 60_000;
// What will never be taken. Everything else waits: for its act, or for whom it belongs to.
const HOPELESS = ["no_picture", "picture_too_large", "too_many_pictures"];
const PAUSE_MS = 60_000;

/* A JPEG of a size that a bad network can carry; what cannot be drawn is sent as it is. */
export async function smaller(file) {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.8));
    return blob ?? file;
  } catch {
    return file;
  }
}

export class Photos {
  #flushing = false;
  // Photo or binding → when it is worth trying again.
  #not_before = new Map();

  constructor({ store, server, outbox, tokenOf }) {
    Object.assign(this, { store, server, outbox, tokenOf });
    // Without their bytes: {id, event, binding}.
    this.waiting = [];
  }

  async load() {
    this.waiting = (await this.store.all("photos")).map(({ id, event, binding }) => ({ id, event, binding }));
  }

  async add(row, blob) {
    // Safari loses blobs that lie in IndexedDB; bytes stay.
    const photo = { id: newId(), event: row.id, binding: row.binding, type: blob.type, bytes: await blob.arrayBuffer() };
    await this.store.run(["photos"], "readwrite", (t) => t.objectStore("photos").put(photo));
    await this.load();
  }

  /* Of an act that somebody has put away. */
  async forgetOf(event) {
    for (const photo of this.waiting.filter((one) => one.event === event)) await this.#forget(photo.id);
  }

  async #forget(id) {
    await this.store.run(["photos"], "readwrite", (t) => t.objectStore("photos").delete(id));
    await this.load();
  }

  /* Two tabs may send one twice: the server knows the same bytes of the same act. */
  async flush() {
    if (this.#flushing) return;
    this.#flushing = true;
    try {
      for (const { id, event, binding } of [...this.waiting]) {
        const act = this.outbox.rows.get(event);
        if ((act && act.state !== "done") || !this.tokenOf(binding) || this.#isLater(id) || this.#isLater(binding)) continue;
        if (!(await this.#send(id))) return;
      }
    } catch {
      // No network: with the next flush.
    } finally {
      this.#flushing = false;
    }
  }

  #isLater(key) {
    return (this.#not_before.get(key) ?? 0) > Date.now();
  }

  /* False: not now. */
  async #send(id) {
    const photo = await this.store.run(["photos"], "readonly", (t) => t.objectStore("photos").get(id));
    if (!photo) return true;
    const form = new FormData();
    for (const [name, value] of Object.entries({ event: photo.event, ...this.outbox.envelope(photo.binding) })) form.append(name, value);
    form.append("file", new Blob([photo.bytes], { type: photo.type }), "photo.jpg");
    const { status, json } = await this.server.ask("POST", "pictures", { body: form, timeout_ms: SEND_MS });
    const code = json.error?.code;
    if (status === 200 || status === 400 || HOPELESS.includes(code)) {
      await this.#forget(id);
      return true;
    }
    if (status !== 409) return false;
    this.#not_before.set(code === "event_unknown" ? id : photo.binding, Date.now() + PAUSE_MS);
    return true;
  }
}
