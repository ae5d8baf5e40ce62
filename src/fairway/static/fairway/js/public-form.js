// The public form: does the small work that keeps programs away, and in a frame tells the page around it its height.

const K = [], H = [];
for (let n = 2, found = 0; found < 64; n++) {
  let prime = true;
  for (let d = 2; d * d <= n; d++) if (n % d === 0) { prime = false; break; }
  if (!prime) continue;
  if (found < 8) H.push((Math.sqrt(n) % 1) * 2 ** 32 | 0);
  K.push((Math.cbrt(n) % 1) * 2 ** 32 | 0);
  found++;
}
const turn = (x, n) => (x >>> n) | (x << (32 - n));

// The first 32 bits of SHA-256 of a text of ASCII letters.
function head(text) {
  const words = new Int32Array((((text.length + 8) >> 6) + 1) * 16);
  for (let i = 0; i < text.length; i++) words[i >> 2] |= text.charCodeAt(i) << (24 - (i % 4) * 8);
  words[text.length >> 2] |= 0x80 << (24 - (text.length % 4) * 8);
  words[words.length - 1] = text.length * 8;
  const state = Int32Array.from(H), w = new Int32Array(64);
  for (let start = 0; start < words.length; start += 16) {
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i++) {
      if (i < 16) w[i] = words[start + i];
      else {
        const x = w[i - 15], y = w[i - 2];
        w[i] = w[i - 16] + (turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)) + w[i - 7] + (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10));
      }
      const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
      const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((value, i) => { state[i] += value; });
  }
  return state[0] >>> 0;
}

const form = document.querySelector("form[data-work]");
if (form) {
  const bits = Number(form.dataset.work), stamp = form.elements.began.value;
  let number = 0;
  // A slice at a time, so that writing goes on smoothly meanwhile.
  const look = () => {
    const until = performance.now() + 8;
    while (performance.now() < until) {
      for (let i = 0; i < 50; i++, number++) {
        if (head(`${stamp}:${number}`) >>> (32 - bits) === 0) {
          form.elements.work.value = String(number);
          form.dataset.worked = "";
          return;
        }
      }
    }
    setTimeout(look, 0);
  };
  look();
}

if (window.parent !== window) {
  const tell = () => parent.postMessage({ fairway: "height", height: document.documentElement.scrollHeight }, "*");
  new ResizeObserver(tell).observe(document.body);
  tell();
}
