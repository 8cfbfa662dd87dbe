// The guest of wasi.wit.

export const say = (line) => console.log(line);
export const random = (length) => crypto.getRandomValues(new Uint8Array(length));
export const now = () => BigInt(Date.now());

export async function wait(milliseconds) {
  const start = Date.now();
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  return Date.now() - start;
}
