/* The vendored decoder with the figures that were measured (docs/decisions/0009-qr-decoder.md). */

import { decodeQR } from "../../vendor/qr/decode.js";

export function readFrame(pixels) {
  try {
    return decodeQR(pixels, { effort: 4, timeLimit: 60 });
  } catch {
    return null;
  }
}
