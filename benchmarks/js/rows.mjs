// The rows: an export, its argument, and whether it throws.

const mixed = 'abc \u00e9\u221a\u{1f600}xyz'.repeat(10).slice(0, 100);
const floats = Float64Array.from({ length: 10_000 }, (_, i) => i * 0.5);
const points = Array.from({ length: 10_000 }, (_, i) => ({ x: i, y: 0.5, id: i }));
const strings = Array.from({ length: 1000 }, (_, i) => `string number ${i}`);

function same(result, given) {
  if (typeof given !== 'object') return Object.is(result, given);
  if (result.length !== given.length) return false;
  return [...given].every((item, i) => (typeof item === 'object' ? JSON.stringify(item) === JSON.stringify(result[i]) : item === result[i]));
}
const echo = (name, call, given) => ({ name, call, given: [given], good: (result) => same(result, given) });

export const ROWS = [
  { name: 'add', call: 'add', given: [1, 2], good: (sum) => sum === 3 },
  echo('string 100 ascii', 'echoString', 'x'.repeat(100)),
  echo('string 100 mixed', 'echoString', mixed),
  echo('bytes 100 kB', 'echoBytes', new Uint8Array(100_000).fill(7)),
  echo('f64s 10k typed', 'echoF64s', floats),
  echo('f64s 10k plain', 'echoF64s', Array.from({ length: 10_000 }, (_, i) => i * 0.5)),
  echo('points 10k both ways', 'echoPoints', points),
  { name: 'points 10k down', call: 'sumPoints', given: [points], good: (sum) => sum === 50_000_000 },
  { name: 'points 10k up', call: 'makePoints', given: [10_000], good: (made) => same(made, points) },
  echo('1,000 strings', 'echoStrings', strings),
  { name: '1,000 callbacks', call: 'runTicks', given: [1000], good: (sum) => sum === 500_500 },
  { name: 'result ok', call: 'checked', given: [7], good: (value) => value === 14 },
  { name: 'result err', call: 'checked', given: [100], throws: true, good: (error) => error.payload === 'too big' },
];
