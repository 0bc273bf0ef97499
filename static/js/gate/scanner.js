/* The camera's window. Frames go to the browser's BarcodeDetector where it knows QR codes, else, a centre crop of
   at most 480 pixels, to the vendored decoder in a worker (in this thread where a worker may not be a module).

   const scanner = openScanner(video, {onText(text), onState(state)})
     state "off" | "starting" | "on" | "refused" | "none" | "insecure"
   scanner.start() · scanner.stop() · scanner.torch: null | boolean, scanner.setTorch(on) · readPhoto(file) → text|null */

const EVERY = 90;
const SIDE = 480;
const SAME = 5_000;
// Side, crop, how much larger. Of blurred codes of 5 pixels a module the first two read 94 % (of 400), twice as large every one.
const PHOTO_TRIES = [[1000, 1], [700, 0.6], [1600, 1], [500, 1], [1200, 0.6, 2], [2000, 1, 2]];

let native = null;

async function nativeDetector() {
  if (native !== null) return native;
  const formats = await (globalThis.BarcodeDetector?.getSupportedFormats?.().catch(() => []) ?? []);
  native = formats.includes("qr_code") ? new globalThis.BarcodeDetector({ formats: ["qr_code"] }) : false;
  return native;
}

/* ── the decoder behind one question ── */

let ask = null;

function workerDecoder() {
  const worker = new Worker(new URL("./decode-worker.js", import.meta.url), { type: "module" });
  const waiting = new Map();
  let last = 0;
  return new Promise((resolve, reject) => {
    const decode = (pixels) =>
      new Promise((answer) => {
        waiting.set(++last, answer);
        worker.postMessage({ id: last, pixels }, [pixels.data.buffer]);
      });
    worker.onmessage = ({ data }) => {
      waiting.get(data.id)?.(data.text);
      waiting.delete(data.id);
    };
    worker.onerror = reject;
    // The first answer shows that the module has arrived.
    decode(new ImageData(1, 1)).then(() => resolve(decode));
  });
}

function decoder() {
  ask ??= workerDecoder().catch(async () => {
    const { readFrame } = await import("./decode.js");
    return async (pixels) => readFrame(pixels);
  });
  return ask;
}

const canvas = document.createElement("canvas");

/* `most`: how much larger it may be drawn than it is. */
function pixelsOf(source, width, height, side, crop, most = 1) {
  const cut = Math.min(width, height) * crop;
  const [w, h] = crop < 1 ? [cut, cut] : [width, height];
  const scale = Math.min(most, side / Math.max(w, h));
  canvas.width = Math.max(1, Math.round(w * scale));
  canvas.height = Math.max(1, Math.round(h * scale));
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(source, (width - w) / 2, (height - h) / 2, w, h, 0, 0, canvas.width, canvas.height);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

async function readVideo(video) {
  const detector = await nativeDetector();
  if (detector) return (await detector.detect(video))[0]?.rawValue ?? null;
  const decode = await decoder();
  return decode(pixelsOf(video, video.videoWidth, video.videoHeight, SIDE, 0.9));
}

/* A photo taken by the phone's own camera: large, and the code may be anywhere in it. */
export async function readPhoto(file) {
  const picture = await createImageBitmap(file);
  const detector = await nativeDetector();
  if (detector) return (await detector.detect(picture))[0]?.rawValue ?? null;
  const decode = await decoder();
  for (const [side, crop, most] of PHOTO_TRIES) {
    const text = await decode(pixelsOf(picture, picture.width, picture.height, side, crop, most));
    if (text) return text;
  }
  return null;
}

export function openScanner(video, { onText, onState }) {
  let stream = null;
  let timer = 0;
  let wanted = false;
  let seen = { text: "", at: -SAME };
  const track = () => stream?.getVideoTracks()[0];

  async function look() {
    if (!wanted) return;
    const start = performance.now();
    if (video.readyState >= 2 && video.videoWidth) {
      const text = await readVideo(video).catch(() => null);
      const now = performance.now();
      const again = text === seen.text && now - seen.at < SAME;
      // The same card held on before the camera is one scan, however long.
      if (text) seen = { text, at: now };
      if (text && !again && wanted) onText(text);
    }
    if (wanted) timer = setTimeout(look, Math.max(20, EVERY - (performance.now() - start)));
  }

  async function start() {
    wanted = true;
    if (stream) {
      clearTimeout(timer);
      video.play().catch(() => {});
      look();
      return;
    }
    if (!navigator.mediaDevices?.getUserMedia) {
      onState(window.isSecureContext ? "none" : "insecure");
      return;
    }
    onState("starting");
    try {
      const found = await navigator.mediaDevices.getUserMedia({
        audio: false, video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } },
      });
      if (!wanted) {
        for (const each of found.getTracks()) each.stop();
        return;
      }
      stream = found;
    } catch (error) {
      onState(error.name === "NotAllowedError" ? "refused" : "none");
      return;
    }
    track().addEventListener("ended", () => stop());
    video.srcObject = stream;
    await video.play().catch(() => {});
    onState("on");
    look();
  }

  /* Between two people the picture only rests; `stop` gives the camera back. */
  function pause() {
    wanted = false;
    clearTimeout(timer);
  }

  function stop() {
    pause();
    for (const each of stream?.getTracks() ?? []) each.stop();
    stream = null;
    video.srcObject = null;
    onState("off");
  }

  return {
    start, pause, stop,
    get torch() {
      if (!track()?.getCapabilities?.().torch) return null;
      return track().getSettings().torch ?? false;
    },
    setTorch: (on) => track()?.applyConstraints({ advanced: [{ torch: on }] }),
    /* What was handled by hand is not scanned at once again. */
    forget: () => (seen = { text: "", at: -SAME }),
  };
}
