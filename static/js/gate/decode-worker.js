/* A frame in ({id, pixels: ImageData}), {id, text: string|null} out. decodeQR throws where there is nothing to read. */

import { readFrame } from "./decode.js";

self.addEventListener("message", ({ data: { id, pixels } }) => self.postMessage({ id, text: readFrame(pixels) }));
