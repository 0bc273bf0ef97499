/* SHA-256 (FIPS 180-4) without WebCrypto: over plain http on a LAN a phone has no crypto.subtle. Short texts only. */

const primes = [];
for (let n = 2; primes.length < 64; n += 1) if (primes.every((prime) => n % prime)) primes.push(n);
const fraction = (root) => Math.floor((root - Math.floor(root)) * 2 ** 32) >>> 0;
const START = primes.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));
const K = primes.map((prime) => fraction(Math.cbrt(prime)));

const turn = (x, n) => (x >>> n) | (x << (32 - n));

function padded(bytes) {
  const length = Math.ceil((bytes.length + 9) / 64) * 64;
  const block = new DataView(new ArrayBuffer(length));
  new Uint8Array(block.buffer).set(bytes);
  block.setUint8(bytes.length, 0x80);
  block.setUint32(length - 8, Math.floor(bytes.length / 2 ** 29));
  block.setUint32(length - 4, (bytes.length << 3) >>> 0);
  return block;
}

function mix(state, block, offset) {
  const w = new Uint32Array(64);
  for (let t = 0; t < 64; t += 1) {
    if (t < 16) {
      w[t] = block.getUint32(offset + 4 * t);
    } else {
      const s0 = turn(w[t - 15], 7) ^ turn(w[t - 15], 18) ^ (w[t - 15] >>> 3);
      const s1 = turn(w[t - 2], 17) ^ turn(w[t - 2], 19) ^ (w[t - 2] >>> 10);
      w[t] = w[t - 16] + s0 + w[t - 7] + s1;
    }
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let t = 0; t < 64; t += 1) {
    const t1 = h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[t] + w[t];
    const t2 = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
  }
  return [a, b, c, d, e, f, g, h].map((word, n) => (state[n] + word) | 0);
}

/* 32 bytes of a text's UTF-8, or of bytes. */
export function sha256(given) {
  const block = padded(typeof given === "string" ? new TextEncoder().encode(given) : given);
  let state = START;
  for (let offset = 0; offset < block.byteLength; offset += 64) state = mix(state, block, offset);
  const digest = new DataView(new ArrayBuffer(32));
  state.forEach((word, n) => digest.setUint32(4 * n, word >>> 0));
  return new Uint8Array(digest.buffer);
}

/* A token as `clean_token` of gate/services/tokens.py leaves it. */
export function cleanToken(text) {
  return text.normalize("NFKC").toUpperCase().replace(/[ \-\t\r\n]/g, "");
}

/* base64url of the first 12 bytes: what the roll calls a pass. */
export function rollHash(token) {
  const bytes = sha256(cleanToken(token)).slice(0, 12);
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
}
