// Solves a proof of work away from the page: finds `number` with SHA-256(salt + number) = challenge (ALTCHA, version 1).
// The Web Crypto call costs more than the hash itself at this size, so SHA-256 (FIPS 180-4) is written out here.
"use strict";

const K = Int32Array.of(
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
);
const START = Int32Array.of(
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
);
const W = new Int32Array(64);

// One block of 16 words, from `words[at]` on, into `state`.
function compress(state, words, at) {
  let a = state[0], b = state[1], c = state[2], d = state[3];
  let e = state[4], f = state[5], g = state[6], h = state[7];
  for (let i = 0; i < 64; i++) {
    if (i < 16) {
      W[i] = words[at + i];
    } else {
      const x = W[i - 15], y = W[i - 2];
      W[i] = (W[i - 16] + W[i - 7]
        + ((x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3)
        + ((y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10)) | 0;
    }
    const one = (h + ((e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7))
      + (g ^ e & (f ^ g)) + K[i] + W[i]) | 0;
    const two = (((a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10)) + (a & b | c & (a | b))) | 0;
    h = g; g = f; f = e; e = d + one | 0;
    d = c; c = b; b = a; a = one + two | 0;
  }
  state[0] += a; state[1] += b; state[2] += c; state[3] += d;
  state[4] += e; state[5] += f; state[6] += g; state[7] += h;
}

// `bytes` as padded big-endian words; `total` is the length of the whole message in bytes.
function padded(bytes, total) {
  const words = new Int32Array((bytes.length + 9 + 63 >> 6) * 16);
  bytes.forEach((byte, i) => { words[i >> 2] |= byte << 24 - 8 * (i & 3); });
  words[bytes.length >> 2] |= 0x80 << 24 - 8 * (bytes.length & 3);
  words[words.length - 1] = total * 8;
  return words;
}

// The decimal digits that end at byte `last`, plus one. The caller sees to it that there is room.
function increment(words, last) {
  for (let i = last; ; i--) {
    const shift = 24 - 8 * (i & 3);
    if ((words[i >> 2] >>> shift & 255) !== 0x39) {
      words[i >> 2] += 1 << shift;
      return;
    }
    words[i >> 2] -= 9 << shift;
  }
}

function solve(salt, challenge, max) {
  const prefix = new TextEncoder().encode(salt);
  const target = Int32Array.from(challenge.match(/.{8}/g), (hex) => parseInt(hex, 16) | 0);
  const whole = prefix.length & ~63;
  const middle = START.slice();
  const head = padded(prefix, 0);
  for (let at = 0; at < whole / 4; at += 16) compress(middle, head, at);
  const state = new Int32Array(8);
  let words, last, limit = 0;
  for (let number = 0; number <= max; number++) {
    if (number === limit) {
      const digits = new TextEncoder().encode(String(number));
      const rest = Uint8Array.of(...prefix.subarray(whole), ...digits);
      words = padded(rest, whole + rest.length);
      last = rest.length - 1;
      limit = number ? number * 10 : 10;
    } else {
      increment(words, last);
    }
    state.set(middle);
    for (let at = 0; at < words.length; at += 16) compress(state, words, at);
    if (state[0] === target[0] && state.every((word, i) => word === target[i])) return number;
  }
  return -1;
}

self.onmessage = ({ data }) => self.postMessage(solve(data.salt, data.challenge, data.max));
